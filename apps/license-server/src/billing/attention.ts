import type { Clock } from '../clock.ts'
import { toDate } from '../clock.ts'
import { lockLicense } from '../licensing/index.ts'
import { retryConflicts, type Database, type Tx } from '../storage/database.ts'
import type { Attention } from '../storage/generated/client.ts'
import { BtcpayError } from './btcpay-client.ts'
import { isPaid, SETTLE_TRANSACTION, type Settling } from './settle.ts'
import { ACTIONS, explain, type AttentionAction, type Explanation } from './attention-texts.ts'

/** One item of the list of what a person must look at. */
export type AttentionItem = Pick<
  Attention,
  'id' | 'kind' | 'invoiceId' | 'checkoutId' | 'licenseId' | 'createdAt' | 'resolvedAt' | 'resolvedBy'
> & {
  readonly resolution: 'accepted' | 'refused' | 'obsolete' | null
  readonly detail: Attention['detail']
  /** What accepting does. */
  readonly action: AttentionAction
  /** What happened, what is proposed, and what a refusal means. */
  readonly explanation: Explanation
}

export type AttentionResult =
  | { readonly ok: true; readonly replayed: boolean; readonly item: AttentionItem }
  | {
      readonly ok: false
      /**
       * `CLOSED`: decided otherwise before, or passed by itself. `CHANGED`: BTCPay no longer shows what was to be
       * accepted, or not yet (unconfirmed money); nothing was done. `PAYMENTS_UNAVAILABLE`: BTCPay could not be asked.
       */
      readonly code: 'NOT_FOUND' | 'CLOSED' | 'CHANGED' | 'PAYMENTS_UNAVAILABLE'
    }

type By = {
  /** Who decides, for the record. */
  readonly by: string
  /** Written in the same transaction: the caller's own record of the act. */
  readonly also?: (tx: Tx) => Promise<unknown>
}

/** Undoes the transaction: what was accepted has no longer, or not yet, the effect that was promised. */
class ChangedError extends Error {}

/**
 * What waits for a person, and the two answers to it. An answer and its effect are one transaction; the same answer
 * given again changes nothing. Paid time is never written here: an answer becomes a ruling, the invoice is read again,
 * and the one decision that everything goes through counts it in.
 */
export function createAttention(options: {
  readonly db: Database
  readonly clock: Clock
  /** `undefined` while BTCPay is not set up. */
  readonly settling: Settling | undefined
}) {
  const { db, clock, settling } = options

  async function resolve(
    id: bigint,
    answer: 'accepted' | 'refused',
    { by, also }: By,
  ): Promise<AttentionResult> {
    try {
      return await retryConflicts(() =>
        db.$transaction(async (tx): Promise<AttentionResult> => {
          const found = await tx.attention.findUnique({ where: { id } })
          if (!found) return { ok: false, code: 'NOT_FOUND' }
          // In the order in which the worker locks: the checkout, then its items.
          await tx.$executeRaw`
            SELECT 1 FROM checkouts WHERE id = ${found.checkoutId} OR invoice_id = ${found.invoiceId}
            ORDER BY id FOR UPDATE`
          await tx.$executeRaw`SELECT 1 FROM attention WHERE id = ${id} FOR UPDATE`
          const item = await tx.attention.findUniqueOrThrow({ where: { id } })
          if (item.resolution === answer) return { ok: true, replayed: true, item: toItem(item) }
          if (item.resolution !== null) return { ok: false, code: 'CLOSED' }
          const closed = await tx.attention.update({
            where: { id },
            data: { resolution: answer, resolvedAt: toDate(clock()), resolvedBy: by },
          })
          await (answer === 'accepted' ? carryOut(tx, closed) : turnDown(tx, closed))
          await also?.(tx)
          return { ok: true, replayed: false, item: toItem(closed) }
        }, SETTLE_TRANSACTION),
      )
    } catch (error) {
      if (error instanceof ChangedError) return { ok: false, code: 'CHANGED' }
      if (error instanceof BtcpayError) return { ok: false, code: 'PAYMENTS_UNAVAILABLE' }
      throw error
    }
  }

  async function carryOut(tx: Tx, item: Attention): Promise<void> {
    const action = actionOf(item.kind)
    switch (action) {
      case 'grant':
      case 'reverse': {
        const live = await standingGrant(tx, item)
        if (live !== (action === 'grant')) throw new ChangedError()
        return
      }
      case 'suspend': {
        if (item.licenseId === null) return
        const license = await lockLicense(tx, item.licenseId)
        // A licence that a person revoked stays revoked.
        if (license.hold === 'none') {
          await tx.license.update({ where: { id: license.id }, data: { hold: 'suspended' } })
        }
        return
      }
      case 'give_back':
      case 'note':
        return
    }
  }

  /** A late payment that is refused is shown to its payer as such; the other refusals leave all as it is. */
  async function turnDown(tx: Tx, item: Attention): Promise<void> {
    if (item.kind === 'late') await standingGrant(tx, item)
  }

  /** Reads the invoice again with the new ruling; whether it is worth a month now. */
  async function standingGrant(tx: Tx, { invoiceId }: Attention): Promise<boolean> {
    if (invoiceId === null) throw new ChangedError()
    if (!settling) throw new BtcpayError('unreachable', 'getInvoice')
    const { outcome } = await settling.settleWithin(tx, invoiceId)
    if (outcome !== 'decided') throw new ChangedError()
    return await isPaid(tx, invoiceId)
  }

  return {
    /** Oldest first; the open ones, unless all are asked for; of one licence, when it is named. */
    async listAttention(all = false, of: { licenseId?: string } = {}): Promise<AttentionItem[]> {
      const where = all ? of : { ...of, resolvedAt: null }
      return (await db.attention.findMany({ where, orderBy: { id: 'asc' } })).map(toItem)
    },
    /** Does what the item proposes. */
    acceptAttention: (id: bigint, by: By): Promise<AttentionResult> => resolve(id, 'accepted', by),
    /** Closes the item without it. */
    refuseAttention: (id: bigint, by: By): Promise<AttentionResult> => resolve(id, 'refused', by),
  }
}
export type AttentionQueue = ReturnType<typeof createAttention>

const actionOf = (kind: string): AttentionAction => ACTIONS[kind] ?? 'note'

function toItem(row: Attention): AttentionItem {
  const { id, kind, invoiceId, checkoutId, licenseId, createdAt, resolvedAt, resolvedBy, detail } = row
  const resolution =
    row.resolution === 'accepted' || row.resolution === 'refused' || row.resolution === 'obsolete'
      ? row.resolution
      : null
  return {
    ...{ id, kind, invoiceId, checkoutId, licenseId, createdAt, resolvedAt, resolvedBy, resolution, detail },
    action: actionOf(kind),
    explanation: explain(kind, detail),
  }
}
