import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../storage/migrate.ts'
import { startThrowawayPostgres } from './throwaway-postgres.ts'

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- only an interface can be merged
  interface ProvidedContext {
    clusterUrl: string
  }
}

/** The database with every migration done that others are copied from. */
export const MIGRATED = 'migrated'

/** One PostgreSQL for the whole run; every file that needs one makes a database of its own in it. */
export default async function setup(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'autotele-license-test-'))
  const postgres = await startThrowawayPostgres(folder)
  const clusterUrl = postgres.urlOf('postgres')
  const client = new pg.Client({ connectionString: clusterUrl })
  await client.connect()
  await client.query(`CREATE DATABASE ${MIGRATED}`).finally(() => client.end())
  await migrate(postgres.urlOf(MIGRATED))
  project.provide('clusterUrl', clusterUrl)
  return async () => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
