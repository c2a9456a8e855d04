import type { Messages } from '../sentences.ts'

export const problems: Messages['problems'] = {
  OFFLINE: 'The server does not answer. Check the connection, then try again.',
  UNREADABLE: 'The server answered something unexpected. Reload the page: a new version may be in place.',
  MALFORMED_BODY: 'The server did not understand the request. Reload the page, then try again.',
  IDEMPOTENCY_KEY_REUSED: 'This request was made differently before. Close this window, then begin again.',
  IDEMPOTENCY_IN_PROGRESS: 'The same request is still running. Wait a few seconds, then try again.',
  SIGN_IN_REQUIRED: 'The session has ended. Sign in again.',
  SIGN_IN_FAILED:
    'Address, password and code do not belong together. A code works once: wait for the next one.',
  FORBIDDEN: 'Your role does not allow this. Ask an owner.',
  STEP_UP_REQUIRED: 'Nothing was done: this needs a new code. Begin again and give it.',
  CROSS_SITE_REQUEST:
    'The browser did not say where the call comes from. Open the console at its address, over https.',
  NOT_FOUND: 'Not found: it may be done already, or the link was used or has expired.',
  CONFLICT: 'This is no longer, or not yet, possible. Refresh to see how things stand.',
  VALIDATION_FAILED: 'The server refuses one of the values. Correct it, then try again.',
  RATE_LIMITED: 'Too many attempts. Try again in {minutes} min.',
  PAYMENTS_UNAVAILABLE: 'BTCPay does not answer; nothing was done. Try again in a minute.',
  UNAVAILABLE: 'The server is not available right now. Try again in a minute.',
  INTERNAL: 'The server met an error, which its logs tell. Try again; if it comes back, look there.',
}
