import type { Response } from 'express'
import type { Permission } from '../permissions.ts'

export type ValidationError = { readonly path: string; readonly message: string }

/** 401: no key, or one that BTCPay does not know. */
export function unauthenticated(response: Response) {
  response
    .status(401)
    .json({ code: 'unauthenticated', message: 'Authentication is required for accessing this endpoint' })
}

/** 403: the key lacks the permission, or has it for another store. */
export function forbidden(response: Response, missingPermission: Permission) {
  response.status(403).json({
    missingPermission,
    code: 'missing-permission',
    message: `Insufficient API Permissions. Please use an API key with permission "${missingPermission}".`,
  })
}

/** 404 with BTCPay's code for the kind of thing that was not found. */
export function notFound(response: Response, what: 'invoice' | 'webhook' | 'webhookdelivery') {
  response.status(404).json({ code: `${what}-not-found`, message: `The ${what} was not found` })
}

/** 422, an array, although the published OpenAPI file says 400. */
export function invalid(response: Response, errors: readonly ValidationError[]) {
  response.status(422).json(errors)
}

/** 400: a business rule, or (as `generic-error`) an invoice that could not be made for reasons of the node or the rates. */
export function refused(response: Response, code: string, message: string) {
  response.status(400).json({ code, message })
}
