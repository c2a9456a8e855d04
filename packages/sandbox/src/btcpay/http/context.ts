import express, { type Request, type RequestHandler } from 'express'
import type { FaultBox } from '../faults.ts'
import type { ApiKey } from '../model.ts'
import { allows, type Permission } from '../permissions.ts'
import type { StateFile } from '../state.ts'
import type { Till } from '../till.ts'
import type { WebhookSender } from '../webhooks.ts'
import { forbidden, unauthenticated } from './replies.ts'

/** What the routes stand on. */
export type Context = {
  readonly file: StateFile
  readonly till: Till
  readonly sender: WebhookSender
  readonly faultBox: FaultBox
  /** Milliseconds. */
  readonly now: () => number
  /** Milliseconds after which a payment made on the checkout page confirms by itself; 0: by hand. */
  readonly autoConfirmMs: number
}

/** Scheme and host of the request: BTCPay builds its links from them, right or wrong. */
export function originOf(request: Request): string {
  return `${request.protocol}://${request.host}`
}

/** The key of the request; both schemes are accepted, in any case. */
export function keyOf(request: Request, keys: readonly ApiKey[]): ApiKey | undefined {
  const given = /^(?:token|bearer)\s+(\S+)/i.exec(request.get('Authorization') ?? '')?.[1]
  return given === undefined ? undefined : keys.find(({ apiKey }) => apiKey === given)
}

/** Lets a request pass that bears a key with `needed` for the store of its path; any key when nothing is needed. */
export function guard({ file, faultBox }: Context, needed?: Permission): RequestHandler {
  return (request, response, next) => {
    const fault = faultBox.take(
      ({ kind }) => kind === 'key-revoked' || (kind === 'forbidden' && needed !== undefined),
    )
    const key = fault?.kind === 'key-revoked' ? undefined : keyOf(request, file.state.apiKeys)
    if (!key) return unauthenticated(response)
    if (!needed) return next()
    const storeId = request.params['storeId'] ?? file.state.store.id
    const known = storeId === file.state.store.id
    if (fault || !known || !allows(key, needed, String(storeId))) return forbidden(response, needed)
    next()
  }
}

const parseJson = express.json({ limit: '1mb', strict: false })

/** Reads a JSON body, after `guard`: a stranger learns nothing about what would have been wrong with it. */
export const jsonBody: RequestHandler = (request, response, next) => {
  if (request.is('json') === false) return void response.status(415).end()
  parseJson(request, response, next)
}
