import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import pg from 'pg'
import type { Actor } from '../admin/index.ts'
import { ConfigError, loadConfig, type Config } from '../config/config.ts'
import { openDatabase, type Database } from '../storage/database.ts'
import { startEmbeddedPostgres } from '../storage/embedded-postgres.ts'
import { migrate } from '../storage/migrate.ts'

export type Environment = Parameters<typeof loadConfig>[0]
/** What a command is given: its words, its options, where it runs and how it speaks. */
export type Invocation = {
  readonly words: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  readonly env: Environment
  /** Prints a line for people; with `--json` there is none. */
  readonly say: (text: string) => void
}

/** What is done on the host is recorded as done there. */
export const HOST: Actor = { id: 'command', tokenId: null, address: '', requestId: '' }

/** Ends a command with a message for the operator and no stack. */
export const fail = (message: string): never => {
  throw new ConfigError([message])
}

/** Asks the person at the terminal; empty where there is none. */
export async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) return ''
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question(question)).trim()
  } finally {
    terminal.close()
  }
}

/** A command's option that must be given. */
export function required({ options }: Invocation, name: string): string {
  const value = options[name]
  return typeof value === 'string' && value !== '' ? value : fail(`--${name} is missing`)
}

/**
 * Gives the command the server's database. Outside production that may be PostgreSQL of its own: the one that runs, with
 * its server, or one started for the time of the command.
 */
export async function withDatabase<T>(
  env: Environment,
  work: (db: Database, config: Config, databaseUrl: string) => Promise<T>,
): Promise<T> {
  return await withDatabaseUrl(env, async url => {
    await migrate(url)
    const db = openDatabase(url, () => undefined)
    try {
      return await work(db, loadConfig(env), url)
    } finally {
      await db.$disconnect()
    }
  })
}

/** The same, as it is: nothing is migrated. */
export async function withDatabaseUrl<T>(
  env: Environment,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const config = loadConfig(env)
  const own = config.databaseUrl ?? (await findRunning(join(config.dataDir, 'postgres')))
  const started =
    own === undefined ? await startEmbeddedPostgres(join(config.dataDir, 'postgres')) : undefined
  try {
    return await work(own ?? started?.databaseUrl ?? '')
  } finally {
    await started?.stop()
  }
}

/** Where the embedded PostgreSQL of a running server answers; `undefined` when none does. */
async function findRunning(folder: string): Promise<string | undefined> {
  const read = (...path: string[]) => readFile(join(folder, ...path), 'utf8').catch(() => '')
  const port = (await read('data', 'postmaster.pid')).split('\n')[3]?.trim()
  const password = (await read('password')).trim()
  if (!port || password === '') return undefined
  const url = `postgresql://postgres:${password}@127.0.0.1:${port}/autotele_license`
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  try {
    await client.connect()
    await client.end()
    return url
  } catch {
    return undefined
  }
}
