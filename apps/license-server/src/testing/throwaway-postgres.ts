import pg from 'pg'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../storage/embedded-postgres.ts'

/**
 * A PostgreSQL that is thrown away at the end of the tests. It does not wait for the disk, which only matters to a machine
 * that loses its power.
 */
export async function startThrowawayPostgres(folder: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres(folder)
  const client = new pg.Client({ connectionString: postgres.urlOf('postgres') })
  await client.connect()
  try {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
      await client.query(`ALTER SYSTEM SET ${setting} = off`)
    await client.query('SELECT pg_reload_conf()')
  } finally {
    await client.end()
  }
  return postgres
}
