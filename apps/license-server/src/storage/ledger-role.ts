import pg from 'pg'
import { roleOption } from './database.ts'

/**
 * Makes, or brings up to date, the role that the server works as: it may read and write every table, but on the ledger
 * and the audit log it may only read and insert, so that no statement of the server's can change what was paid or done.
 * The owner keeps its rights for migrations, and the triggers on both stop even the owner.
 *
 * Not a migration, because roles belong to the whole cluster and are in no dump: a database restored elsewhere gets its
 * role back at the next start. Gives the role's name; `undefined` when the owner may not make roles (`CREATEROLE`) or
 * when no connection can be opened as the role (a pooler that drops start-up options): then the triggers stand alone,
 * and `notice` is told.
 */
export async function prepareLedgerRole(
  databaseUrl: string,
  notice: (text: string) => void,
): Promise<string | undefined> {
  try {
    const role = await makeRole(databaseUrl)
    await tryRole(databaseUrl, role)
    return role
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown'
    notice(`the ledger is protected by its triggers alone, not by a database role as well: ${reason}`)
    return undefined
  }
}

async function makeRole(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('BEGIN')
    // Replicas that start together; `hashtext` because the lock is this purpose's own.
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('autotele ledger role'))`)
    const { rows } = await client.query<{ role: string; exists: boolean }>(
      // One role for each database, so that two installations in a cluster stay apart.
      `SELECT role, EXISTS (SELECT FROM pg_roles WHERE rolname = role) AS exists
       FROM (SELECT left(current_database(), 50) || '_server' AS role)`,
    )
    const [found] = rows
    if (!found) throw new Error('no database')
    const role = pg.escapeIdentifier(found.role)
    if (!found.exists) await client.query(`CREATE ROLE ${role} NOLOGIN`)
    await client.query(`
      GRANT ${role} TO CURRENT_USER;
      GRANT USAGE ON SCHEMA public TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role};
      REVOKE UPDATE, DELETE, TRUNCATE ON ledger, audit_log FROM ${role};
      REVOKE INSERT, UPDATE, DELETE ON _prisma_migrations FROM ${role}`)
    await client.query('COMMIT')
    return found.role
  } finally {
    await client.end()
  }
}

/** A connection as the server will open them: is it really that role? */
async function tryRole(databaseUrl: string, role: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, options: roleOption(role) })
  await client.connect()
  try {
    const { rows } = await client.query<{ current_user: string }>('SELECT current_user')
    if (rows[0]?.current_user !== role) throw new Error('the connection did not take on the role')
  } finally {
    await client.end()
  }
}
