import { Router, urlencoded, type Response } from 'express'
import type { Context } from '../http/context.ts'
import { offeredActions, perform } from './actions.ts'
import { checkoutPage, unknownInvoicePage } from './page.ts'
import { contentSecurityPolicy } from './styles.ts'

/** `GET /i/{invoiceId}` shows an invoice, `POST` does what one of its buttons says and leads back to it. */
export function checkoutRoutes({ till, now, autoConfirmMs }: Context): Router {
  const router = Router()

  router.get('/i/:invoiceId', (request, response) => {
    const invoice = till.find(request.params.invoiceId)
    const language = request.get('Accept-Language')
    if (invoice) show(response, 200, checkoutPage(invoice, now(), language))
    else show(response, 404, unknownInvoicePage(language))
  })

  router.post('/i/:invoiceId', urlencoded({ extended: false, limit: '1kb' }), (request, response) => {
    // Other sites have no business with the buttons of this page (Fetch Metadata, W3C).
    const site = request.get('Sec-Fetch-Site') ?? 'none'
    if (site !== 'same-origin' && site !== 'none') return void response.status(403).end()
    const invoice = till.find(request.params.invoiceId)
    if (!invoice) return show(response, 404, unknownInvoicePage(request.get('Accept-Language')))
    const wanted: unknown = (request.body as { action?: unknown } | undefined)?.action
    const action = offeredActions(invoice, now()).find(offered => offered === wanted)
    if (action) perform(till, invoice, action, now(), autoConfirmMs)
    response.redirect(303, `/i/${invoice.id}`)
  })

  return router
}

function show(response: Response, status: number, html: string) {
  response
    .status(status)
    .set({
      'Content-Security-Policy': contentSecurityPolicy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
    })
    .type('html')
    .send(html)
}
