import { Router, type Request, type Response } from 'express'
import type { Invoice } from '../model.ts'
import { invoiceModel, paymentMethodModels } from '../greenfield.ts'
import { permission } from '../permissions.ts'
import { guard, jsonBody, originOf, type Context } from './context.ts'
import { filterInvoices, isTrue } from './invoice-list.ts'
import { forbidden, invalid, notFound, refused } from './replies.ts'
import { parseDraft, parseMark, parseMetadata } from './requests.ts'

const collection = '/api/v1/stores/:storeId/invoices'
/** Since 2.4.0 also without the store, where an unknown id is a 403: BTCPay cannot tell whose it would be. */
const item = ['/api/v1/stores/:storeId/invoices/:invoiceId', '/api/v1/invoices/:invoiceId']
const below = (path: string) => item.map(prefix => prefix + path)

export function invoiceRoutes(context: Context): Router {
  const { file, till, faultBox } = context
  const { state } = file
  const router = Router()

  const model = (invoice: Invoice, request: Request, withMethods = false) =>
    invoiceModel(invoice, state.store.id, originOf(request), withMethods)

  function found(request: Request, response: Response): Invoice | undefined {
    const invoice = till.find(String(request.params['invoiceId']))
    if (!invoice) {
      if (request.params['storeId'] === undefined) forbidden(response, permission.viewInvoices)
      else notFound(response, 'invoice')
    }
    return invoice
  }

  router.post(collection, guard(context, permission.createInvoice), jsonBody, (request, response) => {
    const draft = parseDraft(request.body, state.store)
    if ('errors' in draft) return invalid(response, draft.errors)
    if (faultBox.take(({ kind }) => kind === 'syncing'))
      return refused(
        response,
        'generic-error',
        'Error retrieving a matching payment method or rate.\nBTC-CHAIN: Payment method unavailable (Full node not available)',
      )
    const invoice = draft.value.checkout.paymentMethods.length > 0 && till.create(draft.value)
    if (!invoice)
      return refused(
        response,
        'generic-error',
        `Error retrieving a matching payment method or rate.\nBTC_${draft.value.currency}: No rate available`,
      )
    const lost = faultBox.take(({ kind }) => kind === 'lost-answer')
    if (lost?.kind !== 'lost-answer') return void response.json(model(invoice, request))
    if (lost.holdMs !== undefined) setTimeout(() => request.socket.destroy(), lost.holdMs).unref()
  })

  router.get(collection, guard(context, permission.viewInvoices), (request, response) => {
    const list = filterInvoices(till.list(), request.query)
    if ('errors' in list) return invalid(response, list.errors)
    const withMethods = isTrue(request.query['includePaymentMethods'])
    response.json(list.invoices.map(invoice => model(invoice, request, withMethods)))
  })

  router.get(item, guard(context, permission.viewInvoices), (request, response) => {
    const invoice = found(request, response)
    if (invoice) response.json(model(invoice, request, isTrue(request.query['includePaymentMethods'])))
  })

  router.get(below('/payment-methods'), guard(context, permission.viewInvoices), (request, response) => {
    const invoice = found(request, response)
    if (!invoice) return
    if (isTrue(request.query['includeSensitive'])) return forbidden(response, permission.modifyStore)
    const only = request.query['onlyAccountedPayments']
    response.json(paymentMethodModels(invoice, only === undefined || isTrue(only)))
  })

  router.post(below('/status'), guard(context, permission.modifyInvoices), jsonBody, (request, response) => {
    const invoice = found(request, response)
    if (!invoice) return
    const wanted = parseMark(request.body)
    if ('errors' in wanted) return invalid(response, wanted.errors)
    if (!till.mark(invoice.id, wanted.value.status))
      return invalid(response, [
        {
          path: 'Status',
          message: 'Status can only be marked to invalid or settled within certain conditions.',
        },
      ])
    response.json(model(invoice, request))
  })

  // Replaces the whole metadata, the order id with it.
  router.put(item, guard(context, permission.modifyInvoices), jsonBody, (request, response) => {
    const invoice = found(request, response)
    if (!invoice) return
    const wanted = parseMetadata(request.body)
    if ('errors' in wanted) return invalid(response, wanted.errors)
    invoice.metadata = wanted.value.metadata
    file.save()
    response.json(model(invoice, request))
  })

  router.delete(item, guard(context, permission.modifyInvoices), (request, response) => {
    const invoice = found(request, response)
    if (!invoice) return
    invoice.archived = true
    file.save()
    response.end()
  })

  router.post(below('/unarchive'), guard(context, permission.modifyInvoices), (request, response) => {
    const invoice = found(request, response)
    if (!invoice) return
    if (!invoice.archived) return refused(response, 'already-unarchived', 'Invoice is already unarchived')
    invoice.archived = false
    file.save()
    response.json(model(invoice, request))
  })

  return router
}
