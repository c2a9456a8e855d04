import { createHmac } from 'node:crypto'
import { deriveSealingKey } from '@autotele/crypto'
import { toDate, type Clock } from '../clock.ts'
import type { Database, Prisma, Tx } from '../storage/database.ts'
import type { AuditEntry } from '../storage/generated/client.ts'

/** Who acts, for the record. */
export type Actor = {
  /** An administrator's id, or `command`. */
  readonly id: string
  readonly tokenId: string | null
  readonly address: string
  readonly requestId: string
}

export type Act = {
  readonly action: string
  /** What it was done to: an id. */
  readonly target: string
  readonly reason: string
  readonly before?: Prisma.InputJsonValue
  readonly after?: Prisma.InputJsonValue
}

export type AuditReport = {
  readonly ok: boolean
  readonly rows: number
  /** Of the newest row: kept elsewhere, it shows later that none was cut off. */
  readonly head: string | null
  /** The first row that is not what was written. */
  readonly brokenAt: string | null
}

const START = '0'.repeat(64)
const BATCH = 500

/**
 * The record of what people did. A row is written in the transaction of what it records, and its hash covers the row
 * before it under a key that the database does not hold: whoever can only write to the database cannot change, remove
 * or slip in a row unseen.
 */
export function createAudit(options: { readonly pepper: Uint8Array; readonly clock: Clock }) {
  const { pepper, clock } = options
  const key = deriveSealingKey(pepper, 'audit log')

  const hashOf = (previous: string, row: Omit<AuditEntry, 'id' | 'hash'>): string => {
    const { at, actor, tokenId, action, target, reason, before, after, address, requestId } = row
    const covered = { at: at.toISOString(), actor, tokenId, action, target, reason, before, after }
    return createHmac('sha256', key)
      .update(canonical({ previous, ...covered, address, requestId }))
      .digest('hex')
  }

  return {
    /** Writes one row. Rows are written one after another: the next waits until this transaction has ended. */
    async record(tx: Tx, actor: Actor, act: Act): Promise<void> {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(7214513)`
      const last = await tx.auditEntry.findFirst({ orderBy: { id: 'desc' }, select: { hash: true } })
      const { id, tokenId, address, requestId } = actor
      const { action, target, reason, before = {}, after = {} } = act
      const said = { action, target, reason, before: plain(before), after: plain(after) }
      const row = { at: toDate(clock()), actor: id, tokenId, address, requestId, ...said }
      await tx.auditEntry.create({ data: { ...row, hash: hashOf(last?.hash ?? START, row) } })
    },

    /** Computes the whole chain again; with `head`, also whether the row of that hash is still there. */
    async verify(db: Database, head?: string): Promise<AuditReport> {
      let previous = START
      let rows = 0
      let after = 0n
      let seen = head === undefined
      for (;;) {
        const batch = await db.auditEntry.findMany({
          where: { id: { gt: after } },
          orderBy: { id: 'asc' },
          take: BATCH,
        })
        for (const row of batch) {
          if (hashOf(previous, row) !== row.hash) {
            return { ok: false, rows, head: previous, brokenAt: String(row.id) }
          }
          previous = row.hash
          seen ||= row.hash === head
          rows++
          after = row.id
        }
        if (batch.length < BATCH) {
          return { ok: seen, rows, head: rows === 0 ? null : previous, brokenAt: seen ? null : 'end' }
        }
      }
    },
  }
}
export type Audit = ReturnType<typeof createAudit>

type Json = Prisma.JsonValue
/** As it will be read back: without what JSON cannot say. */
const plain = (value: Prisma.InputJsonValue): Exclude<Json, null> =>
  JSON.parse(JSON.stringify(value)) as Exclude<Json, null>

/** JSON with sorted members: PostgreSQL does not keep their order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}
