import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { decodeJwt } from 'jose'
import { keySetClaimsSchema } from '@autotele/shared'
import { createAudit, totpContext } from '../../admin/index.ts'
import type { Clock } from '../../clock.ts'
import type { Secrets } from '../../config/secrets.ts'
import { signingKeyContext } from '../../licensing/index.ts'
import type { Database } from '../../storage/database.ts'
import { failed, passed, warning, worst, type Finding } from './points.ts'

/** Version and rights; the migrations are what the command itself has just applied or found done. */
export async function checkDatabase(databaseUrl: string): Promise<Finding> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 })
  try {
    await client.connect()
    const { rows } = await client.query<{
      version: string
      createrole: boolean
      createdb: boolean
      super: boolean
    }>(
      `SELECT current_setting('server_version_num') AS version, rolcreaterole AS createrole, rolcreatedb AS createdb,
       rolsuper AS super FROM pg_roles WHERE rolname = current_user`,
    )
    const [row] = rows
    const version = Number(row?.version ?? 0)
    const findings: Finding[] = []
    if (version < 150_000)
      findings.push(failed(`PostgreSQL ${String(version)}`, 'Use PostgreSQL 15 or newer.'))
    if (row?.super)
      findings.push(
        warning(
          'the server connects as a superuser',
          'Give it a user of its own: deploy/postgres/10-autotele.sh.',
        ),
      )
    else if (!row?.createrole || !row.createdb) {
      findings.push(
        warning(
          'the user may not make roles or databases',
          'ALTER ROLE autotele CREATEROLE CREATEDB: for the ledger’s role and for rehearsals.',
        ),
      )
    }
    return worst(findings, `PostgreSQL ${(version / 10_000).toFixed(0)}, migrated`)
  } catch {
    return failed(
      'the database does not answer',
      'docker compose ps postgres; is the password in DATABASE_URL the right one?',
    )
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The active key is published and everything sealed opens; the audit log's chain holds under the pepper. */
export async function checkKeys(
  db: Database,
  secrets: Secrets,
  keySetFile: string | undefined,
  clock: Clock,
): Promise<Finding> {
  const findings: Finding[] = []
  const active = await db.signingKey.findFirst({ where: { state: 'active' } })
  if (!active)
    findings.push(failed('there is no signing key', 'keys:create, and sign the key set: keys:sign --help.'))
  if (keySetFile !== undefined) {
    const text = await readFile(keySetFile, 'utf8').catch(() => '')
    const set = text === '' ? undefined : keySetClaimsSchema.safeParse(decodeKeySet(text)).data
    if (!set)
      findings.push(
        failed(
          `${keySetFile} is no key set`,
          'keys:list, keys:sign on the offline machine, and put the file there.',
        ),
      )
    else if (active && !set.keys.some(key => key.kid === active.kid)) {
      findings.push(
        failed(
          'the key set does not contain the active key',
          'keys:list, keys:sign with the next version, and put the file there.',
        ),
      )
    }
  }
  const sealed = [
    ...(await db.signingKey.findMany()).map(row => [row.sealedPrivate, signingKeyContext(row.kid)] as const),
    ...(await db.administrator.findMany()).map(row => [row.sealedTotp, totpContext(row.id)] as const),
  ]
  const shut = sealed.filter(([bytes, context]) => !opens(() => secrets.sealing.open(bytes, context)))
  if (shut.length > 0) {
    findings.push(
      failed(
        `${String(shut.length)} keys cannot be opened`,
        'AUTOTELE_KEY_ENCRYPTION_KEY is not the one they were sealed under.',
      ),
    )
  }
  const audit = await createAudit({ pepper: secrets.pepper, clock }).verify(db)
  if (!audit.ok)
    findings.push(
      failed(
        'the audit log does not verify',
        'AUTOTELE_PEPPER is another, or a row was altered: audit:verify.',
      ),
    )
  return worst(
    findings,
    `active ${active?.kid.slice(0, 8) ?? ''}, published; ${String(sealed.length)} sealed, all open`,
  )
}

function opens(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}

function decodeKeySet(text: string): unknown {
  try {
    return decodeJwt(text.trim())
  } catch {
    return undefined
  }
}

/** Whether somebody has bought, and whether anything about payments waits. */
export async function checkPurchases(
  db: Database,
): Promise<{ readonly purchase: Finding; readonly first: Finding }> {
  const grants = await db.ledgerEntry.count({ where: { kind: 'grant' } })
  const waiting = await db.attention.count({ where: { resolvedAt: null } })
  const pending = await db.inboxEvent.count({ where: { state: 'pending' } })
  const delivered = await db.inboxEvent.count()
  const findings: Finding[] = []
  if (waiting > 0) findings.push(warning(`${String(waiting)} decisions wait for a person`, 'attention:list'))
  if (pending > 0)
    findings.push(
      warning(`${String(pending)} webhooks are not worked off`, 'See docs/en/runbook/InboxStuck.md.'),
    )
  if (delivered === 0)
    findings.push(
      failed('no webhook ever came', 'btcpay:setup-webhook, then send a test delivery from BTCPay.'),
    )
  return {
    purchase:
      grants > 0
        ? passed(`${String(grants)} payments in the ledger`)
        : failed(
            'nobody has bought yet',
            'Buy a month with the application, on the real BTCPay, and refund it.',
          ),
    first: worst(findings, `${String(grants)} payments, ${String(delivered)} webhooks, nothing waits`),
  }
}
