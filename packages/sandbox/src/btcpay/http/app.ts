import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express'
import { checkoutRoutes } from '../checkout/routes.ts'
import { languages } from '../languages.ts'
import { pullPaymentModel, serverInfoModel, storeModel } from '../greenfield.ts'
import { permission, permissionList } from '../permissions.ts'
import { guard, keyOf, originOf, type Context } from './context.ts'
import { invoiceRoutes } from './invoice-routes.ts'
import { invalid } from './replies.ts'
import { webhookRoutes } from './webhook-routes.ts'

/** The whole HTTP face: Greenfield API under `/api/v1`, checkout page under `/i`. */
export function createApp(context: Context): Express {
  const { file, faultBox } = context
  const { state } = file
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  // A proxy on this machine may say which scheme and host its client used.
  app.set('trust proxy', 'loopback')

  app.use('/api', troubles(context))

  app.get('/api/v1/health', (_request, response) => {
    response.json({ synchronized: faultBox.faults.current?.kind !== 'syncing' })
  })
  app.get('/api/v1/server/info', guard(context), (_request, response) => {
    response.json(serverInfoModel(faultBox.faults.current?.kind !== 'syncing'))
  })
  app.get('/api/v1/api-keys/current', guard(context), (request, response) => {
    response.json(keyOf(request, state.apiKeys))
  })
  // A key may revoke itself, whatever else it may (GreenfieldApiKeysController.RevokeCurrentAPIKey).
  app.delete('/api/v1/api-keys/current', guard(context), (request, response) => {
    const { apiKey } = keyOf(request, state.apiKeys) ?? {}
    state.apiKeys = state.apiKeys.filter(key => key.apiKey !== apiKey)
    file.save()
    response.status(200).end()
  })
  app.get('/api/v1/stores/:storeId', guard(context, permission.viewStore), (_request, response) => {
    response.json(storeModel(state.store))
  })
  app.get(
    '/api/v1/stores/:storeId/payment-methods',
    guard(context, permission.viewStore),
    (_request, response) => {
      const methods = ['BTC-CHAIN', 'BTC-LN']
      response.json(methods.map(paymentMethodId => ({ paymentMethodId, enabled: true, config: null })))
    },
  )
  app.get(
    '/api/v1/stores/:storeId/pull-payments',
    guard(context, permission.managePullPayments),
    (request, response) => {
      response.json(state.pullPayments.map(one => pullPaymentModel(one, originOf(request))))
    },
  )
  app.get('/misc/lang', (_request, response) => void response.json(languages))
  app.get('/misc/permissions', (_request, response) => void response.json(permissionList()))
  // Without an id this is the public pay button, not the API: a client that lost the id gets a page.
  app.all('/api/v1/invoices', (_request, response) => page(response, 404, 'Page not found'))
  app.use(invoiceRoutes(context))
  app.use(webhookRoutes(context))
  app.use(checkoutRoutes(context))
  app.use((_request, response) => page(response, 404, 'Page not found'))
  app.use(failed)
  return app
}

/** The faults that no route needs to know of. */
function troubles({ faultBox }: Context): RequestHandler {
  return (_request, response, next) => {
    const fault = faultBox.take(({ kind }) => ['slow', 'server-error', 'proxy-html'].includes(kind))
    if (fault?.kind === 'server-error') return void response.status(fault.status ?? 500).end()
    if (fault?.kind === 'proxy-html') return page(response, fault.status ?? 502, 'Bad Gateway')
    if (fault?.kind === 'slow') answerLate(response, fault.delayMs)
    next()
  }
}

/** Everything happens now; only the end of the answer waits. */
function answerLate(response: Response, delayMs: number) {
  const end = response.end.bind(response) as (...args: unknown[]) => Response
  response.end = (...args: unknown[]) => {
    setTimeout(() => end(...args), delayMs).unref()
    return response
  }
}

const failed: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error)
  const status = error instanceof Error && 'status' in error ? error.status : 500
  if (status === 413) return void response.status(413).end()
  // A body that is no JSON does not bind, and that is a validation error too.
  if (status === 400) return invalid(response, [{ path: '', message: 'The body is not valid JSON' }])
  response.status(500).end()
}

function page(response: Response, status: number, title: string) {
  response
    .status(status)
    .type('html')
    .send(
      `<html><head><title>${status} ${title}</title></head><body><h1>${status} ${title}</h1></body></html>`,
    )
}
