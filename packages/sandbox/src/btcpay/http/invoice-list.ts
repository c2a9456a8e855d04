import { invoiceStatuses, type Invoice } from '../model.ts'
import type { ValidationError } from './replies.ts'

type Query = Readonly<Record<string, unknown>>

/**
 * The filters of `GET /stores/{id}/invoices` over invoices that come newest first. There is no default page size, and
 * unknown statuses are dropped: if nothing else was asked for, the filter vanishes.
 */
export function filterInvoices(
  invoices: readonly Invoice[],
  query: Query,
): { readonly invoices: readonly Invoice[] } | { readonly errors: readonly ValidationError[] } {
  const errors: ValidationError[] = []
  const whole = (name: string) => {
    const [text] = texts(query[name])
    if (text === undefined || text === '') return undefined
    if (/^\d{1,12}$/.test(text)) return Number(text)
    errors.push({ path: name, message: `The value '${text}' is not valid.` })
    return undefined
  }
  const startDate = whole('startDate')
  const endDate = whole('endDate')
  const skip = whole('skip') ?? 0
  const take = whole('take') ?? Infinity
  if (startDate !== undefined && endDate !== undefined && startDate > endDate)
    errors.push({ path: 'startDate', message: 'startDate should not be above endDate' })
  if (errors.length > 0) return { errors }

  const orderIds = texts(query['orderId'])
  const statuses = texts(query['status']).flatMap(text =>
    invoiceStatuses.filter(status => status.toLowerCase() === text.toLowerCase()),
  )
  const [search = ''] = texts(query['textSearch'])
  const archived = isTrue(query['includeArchived'])
  const found = invoices.filter(
    invoice =>
      (archived || !invoice.archived) &&
      (orderIds.length === 0 || orderIds.includes(String(invoice.metadata['orderId']))) &&
      (statuses.length === 0 || statuses.includes(invoice.status)) &&
      (startDate === undefined || invoice.createdTime >= startDate) &&
      (endDate === undefined || invoice.createdTime <= endDate) &&
      (search === '' || terms(invoice).some(term => term.startsWith(search))),
  )
  return { invoices: found.slice(skip, skip + take) }
}

/** A boolean of the query string, as ASP.NET reads it. */
export function isTrue(value: unknown): boolean {
  return texts(value)[0]?.toLowerCase() === 'true'
}

function terms({ id, metadata, searchTerms }: Invoice): string[] {
  const values = Object.values(metadata).filter(value => typeof value === 'string')
  return [id, ...values, ...searchTerms]
}

/** A query key that may come once or repeated. */
function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter(item => typeof item === 'string')
}
