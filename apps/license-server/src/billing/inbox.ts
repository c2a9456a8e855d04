import type { Pool } from 'pg'
import { z } from 'zod'
import { fromDate, isBefore, plusSeconds, toDate, type Clock } from '../clock.ts'
import type { Database } from '../storage/database.ts'
import { toldSchema } from './invoice.ts'
import { recordRefund } from './refunds.ts'
import type { Settle, Settled } from './settle.ts'

const told = toldSchema.optional().catch(undefined)

/** What we read of a webhook; every member may be missing, and the body alone never decides anything. */
const eventSchema = z.looseObject({
  type: told,
  invoiceId: told,
  deliveryId: told,
  originalDeliveryId: told,
  pullPaymentId: told,
})

/** Seconds until the next attempt: 2, 4, 8 … 600. Reconciliation finds what is still open meanwhile. */
const backoff = (attempts: number): number => Math.min(2 ** attempts, 600)
/** A row being worked on is left alone this long; then its worker is taken for dead. */
const LEASE_SECONDS = 120
/** After about two days of refusals the row rests; the reconciler still looks at the invoice. */
const MAX_ATTEMPTS = 300

/**
 * `$1` now, `$2` body, `$3` original delivery id, `$4` type, `$5` invoice, `$6` state. One statement and one round trip:
 * the answer to BTCPay waits for it.
 */
const STORE = `
  INSERT INTO inbox (received_at, body, delivery_id, type, invoice_id, state, next_attempt_at)
  VALUES ($1, $2, $3, $4, $5, $6, $1)
  ON CONFLICT (delivery_id) DO UPDATE SET
    deliveries = inbox.deliveries + 1,
    state = CASE WHEN inbox.invoice_id IS NULL THEN inbox.state ELSE 'pending' END,
    attempts = CASE WHEN inbox.state = 'pending' THEN inbox.attempts ELSE 0 END,
    next_attempt_at = CASE WHEN inbox.state = 'pending' THEN inbox.next_attempt_at ELSE $1 END
  RETURNING deliveries`

export type Stored = {
  readonly type: string | null
  readonly invoiceId: string | null
  /** A delivery of this event had come before. */
  readonly repeated: boolean
}

export type Worked = {
  readonly type: string | null
  readonly invoiceId: string
  readonly outcome: Settled['outcome'] | Exclude<Settled['ledger'], 'none'> | 'postponed'
  readonly error?: unknown
}

export function createInbox(options: {
  readonly db: Database
  /** The connections under `db`: what BTCPay waits for goes straight to one. */
  readonly pool: Pick<Pool, 'query'>
  readonly clock: Clock
  readonly settle: Settle
  /** Told of each event worked off, or of the error that postponed it. */
  readonly onWorked: (result: Worked) => void
}) {
  const { db, pool, clock, settle, onWorked } = options

  /**
   * Takes the oldest due event, and with it all others of the same invoice: one read answers them all. The claim is a
   * lease and not a lock, so a worker that is killed leaves the rows to the next one.
   */
  async function claim() {
    const now = clock()
    return await db.$transaction(async tx => {
      const first = await tx.$queryRaw<{ id: bigint; invoice_id: string | null }[]>`
        SELECT id, invoice_id FROM inbox WHERE state = 'pending' AND next_attempt_at <= ${toDate(now)}
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`
      const row = first[0]
      if (!row) return []
      const others = row.invoice_id
        ? await tx.$queryRaw<{ id: bigint }[]>`
            SELECT id FROM inbox WHERE state = 'pending' AND invoice_id = ${row.invoice_id}
            AND next_attempt_at <= ${toDate(now)} AND id > ${row.id} ORDER BY id FOR UPDATE SKIP LOCKED`
        : []
      return await tx.inboxEvent.updateManyAndReturn({
        where: { id: { in: [row.id, ...others.map(other => other.id)] } },
        data: { attempts: { increment: 1 }, nextAttemptAt: toDate(plusSeconds(now, LEASE_SECONDS)) },
      })
    })
  }

  return {
    /**
     * Keeps a verified delivery, byte for byte; it is safe on disk when this returns. A retry or a redelivery of an event
     * that we have is counted and, once that was worked off, has the invoice read again.
     */
    async store(body: Uint8Array): Promise<Stored> {
      const event = eventSchema.safeParse(parseJson(body)).data ?? {}
      const { type = null, invoiceId = null, deliveryId, originalDeliveryId } = event
      const now = toDate(clock())
      // Nothing to read again without an invoice: kept for the record.
      const state = invoiceId === null ? 'ignored' : 'pending'
      const id = originalDeliveryId ?? deliveryId ?? null
      const values = [now, body, id, type, invoiceId, state]
      const { rows } = await pool.query<{ deliveries: number }>({ name: 'store-event', text: STORE, values })
      return { type, invoiceId, repeated: (rows[0]?.deliveries ?? 1) > 1 }
    },

    /** Works off one event (and the others of its invoice); `false` when none is due. */
    async workOnce(): Promise<boolean> {
      const events = await claim()
      const [first] = events
      if (!first?.invoiceId) return false
      const { type, invoiceId } = first
      const ids = events.map(event => event.id)
      const done = { doneAt: toDate(clock()), error: null }
      try {
        const { outcome, ledger } = await settle(invoiceId)
        for (const event of events) {
          if (event.type !== 'InvoiceRefund') continue
          const { pullPaymentId = null } = eventSchema.safeParse(parseJson(event.body)).data ?? {}
          await recordRefund(db, clock, invoiceId, pullPaymentId)
        }
        const state = outcome === 'decided' ? 'done' : 'ignored'
        await db.inboxEvent.updateMany({ where: { id: { in: ids } }, data: { state, ...done } })
        onWorked({ type, invoiceId, outcome: ledger === 'none' ? outcome : ledger })
      } catch (error) {
        const spent = first.attempts >= MAX_ATTEMPTS
        await db.inboxEvent.updateMany({
          where: { id: { in: ids } },
          data: {
            state: spent ? 'ignored' : 'pending',
            nextAttemptAt: toDate(plusSeconds(clock(), backoff(first.attempts))),
            error: error instanceof Error ? error.message.slice(0, 500) : 'unknown',
          },
        })
        onWorked({ type, invoiceId, outcome: 'postponed', error })
      }
      return true
    },

    /** When the next postponed event is due, in milliseconds from now; `undefined` when there is none. */
    async dueIn(): Promise<number | undefined> {
      const next = await db.inboxEvent.findFirst({
        where: { state: 'pending' },
        orderBy: { nextAttemptAt: 'asc' },
        select: { nextAttemptAt: true },
      })
      if (!next) return undefined
      const now = clock()
      const at = fromDate(next.nextAttemptAt)
      return isBefore(at, now) ? 0 : at.since(now).total('milliseconds')
    },
  }
}
export type Inbox = ReturnType<typeof createInbox>

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
