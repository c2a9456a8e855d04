import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../storage/embedded-postgres.ts'
import { migrate } from '../storage/migrate.ts'

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- only an interface can be merged
  interface ProvidedContext {
    clusterUrl: string
  }
}

/** The database with every migration done that others are copied from. */
export const MIGRATED = 'migrated'

/**
 * One PostgreSQL for the whole run; every file that needs one makes a database of its own in it. It does not wait for the
 * disk: that matters to a machine that loses its power, and here it is thrown away at the end.
 */
export default async function setup(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'autotele-license-test-'))
  const postgres = await startEmbeddedPostgres(folder)
  const clusterUrl = postgres.urlOf('postgres')
  const client = new pg.Client({ connectionString: clusterUrl })
  await client.connect()
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
    await client.query(`ALTER SYSTEM SET ${setting} = off`)
  await client.query('SELECT pg_reload_conf()')
  await client.query(`CREATE DATABASE ${MIGRATED}`).finally(() => client.end())
  await migrate(postgres.urlOf(MIGRATED))
  project.provide('clusterUrl', clusterUrl)
  return async () => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
