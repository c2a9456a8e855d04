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
  return new PrismaClient({ adapter, errorFormat: 'minimal' })
}

/** Whether a statement was refused because a unique index already holds the value. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'P2002'
