import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient, type Prisma } from './generated/client.ts'

export { Prisma } from './generated/client.ts'
export type Database = PrismaClient
/** A transaction, or the client itself where one statement is enough. */
export type Tx = Prisma.TransactionClient

/** Opens the connection pool; `close` gives every connection back. */
export function openDatabase(url: string, onPoolError: (error: Error) => void): Database {
  const adapter = new PrismaPg(
    { connectionString: url, max: 10, connectionTimeoutMillis: 5000, application_name: 'autotele-license' },
    { onPoolError },
  )
  // Under a burst a request waits for a connection rather than being refused at once.
  const transactionOptions = { maxWait: 5000, timeout: 10_000 }
  return new PrismaClient({ adapter, errorFormat: 'minimal', transactionOptions })
}

/** A unique index or a deadlock stopped the transaction: another one did the same at the same instant. */
const isConflict = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'P2002' || error.code === 'P2034')

/** Runs a transaction again when a concurrent one won the race; it then finds what the other one wrote. */
export async function retryConflicts<T>(work: () => Promise<T>, attempts = 4): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= attempts || !isConflict(error)) throw error
    }
  }
}
