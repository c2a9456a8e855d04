import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { z } from 'zod'
import {
  administratorSchema,
  apiTokenSchema,
  attentionRowSchema,
  auditRowSchema,
  checkoutRowSchema,
  deviceRowSchema,
  inboxRowSchema,
  invoiceRowSchema,
  ledgerRowSchema,
  licenseSummarySchema,
  signingKeySchema,
  trialRowSchema,
  type AdminRouteName,
  type ExportName,
} from '@autotele/shared'
import {
  csvLine,
  iso,
  isoOrNull,
  moveKey,
  namesOf,
  readStatistics,
  toEvent,
  type Audit,
  type Lists,
  type Page,
  type PageQuery,
} from '../../admin/index.ts'
import type { AttentionItem, AttentionQueue } from '../../billing/index.ts'
import { toDate, type Clock } from '../../clock.ts'
import type { KeyRing } from '../../licensing/index.ts'
import type { Database, Tx } from '../../storage/database.ts'
import { ProblemError } from '../problems.ts'
import { listAdministrators, listTokens } from './account-handlers.ts'
import type { Change, Handlers, OnOne } from './context.ts'

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
const ROWS: Readonly<Record<ExportName, z.ZodObject>> = {
  licenses: licenseSummarySchema,
  ledger: ledgerRowSchema,
  devices: deviceRowSchema,
  trials: trialRowSchema,
  checkouts: checkoutRowSchema,
  invoices: invoiceRowSchema,
  inbox: inboxRowSchema,
  attention: attentionRowSchema,
  administrators: administratorSchema,
  tokens: apiTokenSchema,
  keys: signingKeySchema,
  audit: auditRowSchema,
}

type AttentionRow = z.infer<typeof attentionRowSchema>
/** Items as they are shown, each with the address of who answered it. */
export async function describeAttention(db: Tx, items: readonly AttentionItem[]): Promise<AttentionRow[]> {
  const name = await namesOf(
    db,
    items.map(item => item.resolvedBy),
  )
  return items.map(item => {
    const { id, kind, invoiceId, checkoutId, licenseId, resolution, resolvedBy, action, explanation } = item
    return {
      ...{ kind, invoiceId, checkoutId, licenseId, resolution, resolvedBy, action, explanation },
      id: String(id),
      createdAt: iso(item.createdAt),
      resolvedAt: isoOrNull(item.resolvedAt),
      resolvedByName: name(resolvedBy),
    }
  })
}
async function describeItem(db: Tx, item: AttentionItem): Promise<AttentionRow> {
  const [row] = await describeAttention(db, [item])
  if (!row) throw new ProblemError('NOT_FOUND')
  return row
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
    async ({ caller, params: { id }, body: { reason } }: OnOne) => {
      const answer = verb === 'accept' ? attention.acceptAttention : attention.refuseAttention
      const act = { action: `attention.${verb}`, target: id, reason }
      const result = await answer(BigInt(id), {
        by: caller.administratorId,
        also: tx => audit.record(tx, caller.actor, act),
      })
      if (result.ok) return await describeItem(db, result.item)
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

  const listAttention = async (all: boolean) => ({
    data: await describeAttention(db, await attention.listAttention(all)),
  })
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

  /** A list that a business of any size reads in one go. */
  const whole = (read: () => Promise<{ data: object[] }>) => async () => ({ ...(await read()), next: null })
  const sources: Readonly<Record<ExportName, (query: PageQuery) => Promise<Page<object>>>> = {
    ...lists,
    attention: whole(() => listAttention(true)),
    administrators: whole(() => listAdministrators(db)),
    tokens: whole(() => listTokens(db)),
    keys: whole(listKeys),
  }
  async function* csv(list: ExportName): AsyncGenerator<string> {
    const columns = Object.keys(ROWS[list].shape)
    yield csvLine(columns)
    let cursor: string | undefined
    do {
      const { data, next } = await sources[list]({ limit: EXPORT_PAGE, cursor })
      yield data.map(row => csvLine(columns.map(name => (row as Record<string, unknown>)[name]))).join('')
      cursor = next ?? undefined
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

    listAttention: ({ query: { all } }) => listAttention(all),
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
      // Who hangs up halfway has had enough; what fails halfway cuts the connection, so that nobody takes it for whole.
      await pipeline(Readable.from(csv(list)), response).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'))
          throw error
      })
      return undefined
    },

    listAudit: ({ query }) => lists.audit(query),
  }
}
