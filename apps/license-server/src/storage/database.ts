import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { connectionOf, type DatabaseAddress } from './connection.ts'
import { PrismaClient, type Prisma } from './generated/client.ts'

export { Prisma } from './generated/client.ts'
export type Database = PrismaClient
/** A transaction, or the client itself where one statement is enough. */
export type Tx = Prisma.TransactionClient

/** One SQL statement with `$1`…; its name lets PostgreSQL keep its plan. */
export type Statement = { readonly name: string; readonly text: string }
/** Runs one statement and gives its rows, whose shape the caller knows from the text. */
export type Run = <T extends object>(statement: Statement, values: readonly unknown[]) => Promise<T[]>

/** Inside a transaction. */
export const runIn =
  (tx: Tx): Run =>
  ({ text }, values) =>
    tx.$queryRawUnsafe(text, ...values)

/** By itself and at once, on a connection of the pool: for what many devices do every day. */
export const runOn =
  (pool: Pick<pg.Pool, 'query'>): Run =>
  async <T extends object>({ name, text }: Statement, values: readonly unknown[]) =>
    (await pool.query<T>({ name, text, values: [...values] })).rows

/**
 * Opens one pool of connections, and the client on top of it; `$disconnect` gives them all back. `role` is taken on by
 * every connection, so that the server works with that role's privileges and not with its owner's.
 */
export function openStorage(
  address: DatabaseAddress,
  onPoolError: (error: Error) => void,
  role?: string,
): { readonly db: Database; readonly pool: pg.Pool } {
  const pool = new pg.Pool({
    ...connectionOf(address),
    max: 10,
    connectionTimeoutMillis: 5000,
    application_name: 'autotele-license',
    ...(role === undefined ? {} : { options: roleOption(role) }),
  })
  const adapter = new PrismaPg(pool, { onPoolError, disposeExternalPool: true })
  // Under a burst a request waits for a connection rather than being refused at once.
  const transactionOptions = { maxWait: 5000, timeout: 10_000 }
  return { db: new PrismaClient({ adapter, errorFormat: 'minimal', transactionOptions }), pool }
}

export const openDatabase = (url: string, onPoolError: (error: Error) => void): Database =>
  openStorage({ url, file: undefined }, onPoolError).db

/** As a connection's start-up packet wants it (PostgreSQL, "libpq: options"). */
export const roleOption = (role: string): string => `-c role=${role.replace(/[\\ ]/g, '\\$&')}`

/** A unique index or a deadlock stopped the transaction: another one did the same at the same instant. */
const isConflict = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'P2002' || error.code === 'P2034' || (error.code === 'P2010' && isSerialisation(error)))

/** A raw statement's failure carries PostgreSQL's own code: deadlock, serialisation failure, unique violation. */
const isSerialisation = (error: Error): boolean =>
  'meta' in error && /"(?:40P01|40001|23505)"/.test(JSON.stringify(error.meta))

/** Thrown by whoever finds that what it read has changed meanwhile. */
export class RetryError extends Error {}

/** Runs a transaction again when a concurrent one won the race; it then finds what the other one wrote. */
export async function retryConflicts<T>(work: () => Promise<T>, attempts = 4): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= attempts || !(error instanceof RetryError || isConflict(error))) throw error
    }
  }
}
