import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { z } from 'zod'
import {
  auditRowSchema,
  checkoutRowSchema,
  deviceRowSchema,
  inboxRowSchema,
  invoiceRowSchema,
  licenseSummarySchema,
  signingKeySchema,
  trialRowSchema,
  type AdminRouteName,
  type attentionRowSchema,
  type EXPORTS,
} from '@autotele/shared'
import {
  csvLine,
  iso,
  isoOrNull,
  moveKey,
  readStatistics,
  toEvent,
  type Audit,
  type Lists,
} from '../../admin/index.ts'
import type { AttentionItem, AttentionQueue } from '../../billing/index.ts'
import { toDate, type Clock } from '../../clock.ts'
import type { KeyRing } from '../../licensing/index.ts'
import type { Database } from '../../storage/database.ts'
import { ProblemError } from '../problems.ts'
import type { Caller, Change, Handlers } from './context.ts'

/** Rows of an export that are read at a time. */
const EXPORT_PAGE = 500
/** Seconds until BTCPay may be asked again. */
const PAYMENTS_RETRY = 30

type BillingRoute = Extract<
  AdminRouteName,
  | 'listCheckouts'
  | 'listInvoices'
  | 'listInbox'
  | 'replayEvent'
  | 'listAttention'
  | 'acceptAttention'
  | 'refuseAttention'
  | 'listKeys'
  | 'changeKey'
  | 'readStatistics'
  | 'exportList'
  | 'listAudit'
>

/** The columns of each export: the members of its rows. */
const ROWS: Readonly<Record<(typeof EXPORTS)[number], z.ZodObject>> = {
  licenses: licenseSummarySchema,
  devices: deviceRowSchema,
  trials: trialRowSchema,
  checkouts: checkoutRowSchema,
  invoices: invoiceRowSchema,
  inbox: inboxRowSchema,
  audit: auditRowSchema,
}

export const toAttention = (item: AttentionItem): z.infer<typeof attentionRowSchema> => {
  const { id, kind, invoiceId, checkoutId, licenseId, resolution, resolvedBy, action, explanation } = item
  return {
    ...{ kind, invoiceId, checkoutId, licenseId, resolution, resolvedBy, action, explanation },
    id: String(id),
    createdAt: iso(item.createdAt),
    resolvedAt: isoOrNull(item.resolvedAt),
  }
}

/** Money, what BTCPay sent, what waits for a person, keys, figures and the record. */
export function billingHandlers(options: {
  readonly db: Database
  readonly clock: Clock
  readonly lists: Lists
  readonly audit: Audit
  readonly attention: AttentionQueue
  readonly keys: KeyRing
  /** An event waits to be worked off. */
  readonly wake: () => void
  readonly change: Change
}): Handlers<BillingRoute> {
  const { db, clock, lists, audit, attention, keys, wake, change } = options

  const answerAttention =
    (verb: 'accept' | 'refuse') =>
    async ({
      caller,
      params: { id },
      body: { reason },
    }: {
      caller: Caller
      params: { id: string }
      body: { reason: string }
    }) => {
      const answer = verb === 'accept' ? attention.acceptAttention : attention.refuseAttention
      const act = { action: `attention.${verb}`, target: id, reason }
      const result = await answer(BigInt(id), {
        by: caller.administratorId,
        also: tx => audit.record(tx, caller.actor, act),
      })
      if (result.ok) return toAttention(result.item)
      switch (result.code) {
        case 'NOT_FOUND':
          throw new ProblemError('NOT_FOUND')
        case 'CLOSED':
          throw new ProblemError('CONFLICT', { detail: 'The item was closed before.' })
        case 'CHANGED':
          throw new ProblemError('CONFLICT', { detail: 'BTCPay does not show what was to be accepted.' })
        case 'PAYMENTS_UNAVAILABLE':
          throw new ProblemError('PAYMENTS_UNAVAILABLE', {}, PAYMENTS_RETRY)
      }
    }

  async function listKeys() {
    const rows = await db.signingKey.findMany({ orderBy: { createdAt: 'desc' } })
    const { version, keys: listed } = await keys.current()
    return {
      version,
      data: rows.map(({ kid, state, createdAt }) => ({
        kid,
        state: signingKeySchema.shape.state.parse(state),
        createdAt: iso(createdAt),
        published: listed.some(key => key.kid === kid),
      })),
    }
  }

  async function* csv(list: (typeof EXPORTS)[number]): AsyncGenerator<string> {
    const columns = Object.keys(ROWS[list].shape)
    yield csvLine(columns)
    let cursor: string | undefined
    do {
      const page = await lists[list]({ limit: EXPORT_PAGE, cursor })
      const rows: readonly object[] = page.data
      yield rows.map(row => csvLine(columns.map(name => (row as Record<string, unknown>)[name]))).join('')
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
  }

  return {
    listCheckouts: ({ query }) => lists.checkouts(query),
    listInvoices: ({ query }) => lists.invoices(query),
    listInbox: ({ query }) => lists.inbox(query),
    async replayEvent({ caller, params, body: { reason } }) {
      const id = BigInt(params.id)
      const act = { action: 'inbox.replay', target: params.id, reason }
      const row = await change(caller.actor, act, async tx => {
        const found = await tx.inboxEvent.findUnique({ where: { id }, omit: { body: true } })
        if (!found) throw new ProblemError('NOT_FOUND')
        if (found.invoiceId === null) throw new ProblemError('CONFLICT', { detail: 'It names no invoice.' })
        const data = {
          state: 'pending',
          attempts: 0,
          nextAttemptAt: toDate(clock()),
          doneAt: null,
          error: null,
        }
        const value = await tx.inboxEvent.update({ where: { id }, data, omit: { body: true } })
        return { value, before: { state: found.state }, after: { state: 'pending' } }
      })
      wake()
      return toEvent(row)
    },

    async listAttention({ query: { all } }) {
      return { data: (await attention.listAttention(all)).map(toAttention) }
    },
    acceptAttention: answerAttention('accept'),
    refuseAttention: answerAttention('refuse'),

    listKeys,
    async changeKey({ caller, params: { kid }, body: { state, reason } }) {
      const { keys: listed } = await keys.current()
      const act = { action: 'key.state', target: kid, reason }
      await change(caller.actor, act, async tx => {
        const found = await tx.signingKey.findUnique({ where: { kid } })
        if (!found) throw new ProblemError('NOT_FOUND')
        // Clients refuse what a key signs that they have not heard of.
        if (state === 'active' && !listed.some(key => key.kid === kid)) {
          throw new ProblemError('CONFLICT', { detail: 'The published key set does not contain it.' })
        }
        if (!(await moveKey(tx, kid, state))) {
          throw new ProblemError('CONFLICT', {
            detail: `A key that is ${found.state} cannot become ${state}.`,
          })
        }
        return { value: undefined, before: { state: found.state }, after: { state } }
      })
      return await listKeys()
    },

    readStatistics: () => readStatistics(db, clock),

    async exportList({ caller, body: { list, reason }, response }) {
      await change(caller.actor, { action: 'export', target: list, reason }, async () => ({
        value: undefined,
      }))
      response.set('Content-Disposition', `attachment; filename="${list}.csv"`).type('text/csv')
      const stream = Readable.from(csv(list)).pipe(response)
      await once(stream, 'close')
      return undefined
    },

    listAudit: ({ query }) => lists.audit(query),
  }
}
