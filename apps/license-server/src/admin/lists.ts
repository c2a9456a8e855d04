import { Buffer } from 'node:buffer'
import { z } from 'zod'
import {
  checkoutStateSchema,
  deviceIdSchema,
  licenseIdSchema,
  type auditRowSchema,
  type checkoutRowSchema,
  type deviceRowSchema,
  type ExportName,
  type inboxRowSchema,
  type invoiceRowSchema,
  type ledgerRowSchema,
  type licenseSummarySchema,
  type trialRowSchema,
} from '@autotele/shared'
import { fromDate, toIso, type Clock } from '../clock.ts'
import { licenseFacts, standing } from '../licensing/index.ts'
import type { Database, Prisma, Tx } from '../storage/database.ts'
import type { AuditEntry, Checkout, InboxEvent, LedgerEntry } from '../storage/generated/client.ts'

export type Page<T> = { readonly data: T[]; readonly next: string | null }
export type PageQuery = { readonly limit: number; readonly cursor?: string | undefined }
/** The cursor was not made by us. */
export class CursorError extends Error {}

export const iso = (date: Date): string => toIso(fromDate(date))
export const isoOrNull = (date: Date | null): string | null => date && iso(date)

/** Where the next page begins: after this row, in the order of the list. */
const timeCursor = z.tuple([z.iso.datetime({ precision: 3 }), z.string().regex(/^[\w-]{1,100}$/)])
const idCursor = z.tuple([z.string().regex(/^\d{1,18}$/)])
const encode = (value: readonly string[]): string => Buffer.from(JSON.stringify(value)).toString('base64url')
function decode<T>(cursor: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new CursorError('unknown cursor')
  }
}

/** Rows with a date: newest first, by date and then by id, so that no row is seen twice or passed over. */
const orderBy: ({ createdAt: 'desc' } | { id: 'desc' })[] = [{ createdAt: 'desc' }, { id: 'desc' }]
const newestFirst = { orderBy }
function afterTime(query: PageQuery) {
  const at = decode(query.cursor, timeCursor)
  if (!at) return {}
  const [createdAt, id] = at
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] }
}
const afterId = (query: PageQuery) => {
  const [id] = decode(query.cursor, idCursor) ?? []
  return id === undefined ? {} : { id: { lt: BigInt(id) } }
}
/** One row more than asked for was read: whether there is a next page. */
function cut<R, T>(rows: R[], limit: number, row: (r: R) => T, cursor: (r: R) => readonly string[]): Page<T> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { data: page.map(row), next: rows.length > limit && last ? encode(cursor(last)) : null }
}
const byTime = (row: { createdAt: Date; id: string }) => [row.createdAt.toISOString(), row.id]
const byId = (row: { id: bigint }) => [String(row.id)]

export const withSeats = {
  _count: { select: { seatRows: { where: { releasedAt: null } } } },
} satisfies Prisma.LicenseInclude
type LicenseRow = Prisma.LicenseGetPayload<{ include: typeof withSeats }>

export const toLicense =
  (clock: Clock) =>
  (row: LicenseRow): z.infer<typeof licenseSummarySchema> => ({
    id: licenseIdSchema.parse(row.id),
    createdAt: iso(row.createdAt),
    ...standing(licenseFacts(row), clock()),
    trialEnd: isoOrNull(row.trialEnd),
    paidThrough: isoOrNull(row.paidThrough),
    keyTail: row.keyTail,
    seats: row.seats,
    seatsTaken: row._count.seatRows,
  })

export const toDevice = (
  row: Prisma.DeviceGetPayload<{ include: { seats: true } }>,
): z.infer<typeof deviceRowSchema> => ({
  id: row.id,
  label: row.label,
  platform: row.platform,
  appVersion: row.appVersion,
  createdAt: iso(row.createdAt),
  lastSeenAt: iso(row.lastSeenAt),
  licenseId: row.licenseId,
  seated: row.seats.length > 0,
})

export const toCheckout = (row: Checkout): z.infer<typeof checkoutRowSchema> => ({
  id: row.id,
  createdAt: iso(row.createdAt),
  state: checkoutStateSchema.parse(row.state),
  amount: row.amount,
  currency: row.currency,
  paidAmount: row.paidAmount,
  email: row.email,
  licenseId: row.licenseId,
  deviceId: row.deviceId,
  invoiceId: row.invoiceId,
  invoiceStatus: row.status && `${row.status}/${row.additionalStatus ?? 'None'}`,
})

const toInvoice = (row: Checkout): z.infer<typeof invoiceRowSchema> => ({
  ...toCheckout(row),
  invoiceId: row.invoiceId ?? '',
  checkoutUrl: row.checkoutUrl,
  expiresAt: isoOrNull(row.expiresAt),
  archivedAt: isoOrNull(row.archivedAt),
})

const INBOX_STATES = { pending: 'pending', done: 'done', ignored: 'ignored' } as const
export const toEvent = (row: Omit<InboxEvent, 'body'>): z.infer<typeof inboxRowSchema> => ({
  id: String(row.id),
  receivedAt: iso(row.receivedAt),
  type: row.type,
  invoiceId: row.invoiceId,
  state: INBOX_STATES[row.state as keyof typeof INBOX_STATES],
  attempts: row.attempts,
  deliveries: row.deliveries,
  error: row.error,
  doneAt: isoOrNull(row.doneAt),
})

/** Address of each administrator among these ids. */
export async function namesOf(
  db: Tx,
  ids: readonly (string | null)[],
): Promise<(id: string | null) => string | null> {
  const known = await db.administrator.findMany({
    where: { id: { in: [...new Set(ids.filter(id => id !== null))] } },
    select: { id: true, email: true },
  })
  const names = new Map(known.map(({ id, email }) => [id, email]))
  return id => (id === null ? null : (names.get(id) ?? null))
}

/** Rows of the record as they are shown, each with the address of who acted. */
export async function describeAudit(
  db: Tx,
  rows: readonly AuditEntry[],
): Promise<z.infer<typeof auditRowSchema>[]> {
  const name = await namesOf(
    db,
    rows.map(row => row.actor),
  )
  return rows.map(row => ({ ...row, actorName: name(row.actor), id: String(row.id), at: iso(row.at) }))
}

export const toLedger = (row: LedgerEntry): z.infer<typeof ledgerRowSchema> => ({
  id: String(row.id),
  kind: row.kind === 'grant' || row.kind === 'extension' ? row.kind : 'reversal',
  invoiceId: row.invoiceId,
  days: row.days,
  paidAt: iso(row.paidAt),
  recordedAt: iso(row.recordedAt),
  flags: row.flags,
})

/** Which licences a search finds; what it looks like says what is searched. */
async function whereLicense(db: Database, q: string | undefined): Promise<Prisma.LicenseWhereInput> {
  if (q === undefined) return {}
  if (licenseIdSchema.safeParse(q).success) return { id: q }
  if (deviceIdSchema.safeParse(q).success) return { OR: [{ devices: { some: { id: q } } }] }
  if (q.includes('@')) {
    const found = await db.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT license_id AS id FROM checkouts WHERE lower(email) = lower(${q}) AND license_id IS NOT NULL`
    return { id: { in: found.map(row => row.id) } }
  }
  if (/^[0-9A-Za-z]{4}$/.test(q)) return { keyTail: q.toUpperCase() }
  return {
    OR: [
      { checkouts: { some: { OR: [{ id: q }, { invoiceId: q }] } } },
      { ledger: { some: { invoiceId: q } } },
    ],
  }
}

/** The lists of the administration. Each is read a page at a time from where the last one ended, never by offset. */
export function createLists({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
  const license = toLicense(clock)
  return {
    async licenses(query: PageQuery & { readonly q?: string | undefined }) {
      const rows = await db.license.findMany({
        where: { AND: [await whereLicense(db, query.q), afterTime(query)] },
        ...newestFirst,
        take: query.limit + 1,
        include: withSeats,
      })
      return cut(rows, query.limit, license, byTime)
    },
    async trials(query: PageQuery): Promise<Page<z.infer<typeof trialRowSchema>>> {
      const rows = await db.license.findMany({
        where: { AND: [{ trialEnd: { not: null } }, afterTime(query)] },
        ...newestFirst,
        take: query.limit + 1,
        include: { ...withSeats, ledger: { where: { kind: 'grant' }, take: 1 } },
      })
      return cut(rows, query.limit, row => ({ ...license(row), converted: row.ledger.length > 0 }), byTime)
    },
    async devices(query: PageQuery) {
      const rows = await db.device.findMany({
        where: afterTime(query),
        ...newestFirst,
        take: query.limit + 1,
        include: { seats: { where: { releasedAt: null } } },
      })
      return cut(rows, query.limit, toDevice, byTime)
    },
    async checkouts(query: PageQuery) {
      const rows = await db.checkout.findMany({
        where: afterTime(query),
        ...newestFirst,
        take: query.limit + 1,
      })
      return cut(rows, query.limit, toCheckout, byTime)
    },
    async invoices(query: PageQuery) {
      const rows = await db.checkout.findMany({
        where: { AND: [{ invoiceId: { not: null } }, afterTime(query)] },
        ...newestFirst,
        take: query.limit + 1,
      })
      return cut(rows, query.limit, toInvoice, byTime)
    },
    async inbox(query: PageQuery & { readonly state?: string | undefined }) {
      const rows = await db.inboxEvent.findMany({
        where: { ...afterId(query), ...(query.state === undefined ? {} : { state: query.state }) },
        orderBy: { id: 'desc' },
        take: query.limit + 1,
        omit: { body: true },
      })
      return cut(rows, query.limit, toEvent, byId)
    },
    async audit(query: PageQuery & { readonly target?: string | undefined }) {
      const rows = await db.auditEntry.findMany({
        where: { ...afterId(query), ...(query.target === undefined ? {} : { target: query.target }) },
        orderBy: { id: 'desc' },
        take: query.limit + 1,
      })
      const { data, next } = cut(rows, query.limit, row => row, byId)
      return { data: await describeAudit(db, data), next }
    },
    async ledger(query: PageQuery) {
      const rows = await db.ledgerEntry.findMany({
        where: afterId(query),
        orderBy: { id: 'desc' },
        take: query.limit + 1,
      })
      return cut(rows, query.limit, toLedger, byId)
    },
  } satisfies Partial<Record<ExportName, (query: PageQuery) => Promise<Page<object>>>>
}
export type Lists = ReturnType<typeof createLists>
