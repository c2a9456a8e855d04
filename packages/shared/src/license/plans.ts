/** What is sold and the limits around it. Periods are in the unit their name says; money is a decimal string. */
export const MONTHLY_PLAN = {
  id: 'monthly',
  amount: '29.99',
  currency: 'EUR',
  seats: 2,
} as const

export const TRIAL_DAYS = 7
/** After `paid_through` the licence still works this long, the last instant included. */
export const GRACE_HOURS = 72
/** A paid token works this long without any server, a trial's token less: `min` with what has been paid. */
export const PAID_TOKEN_HOURS = 14 * 24
export const TRIAL_TOKEN_HOURS = 72
/** The server asks for a refresh after about this long (± 10 %, so that clients do not come all at once). */
export const REFRESH_HOURS = 24

/** `aud` of every token: the product, whatever server issued it. */
export const TOKEN_AUDIENCE = 'autotele-desktop'
/** Largest request body of a `/v1` call, in bytes; the proof covers it whole. */
export const MAX_REQUEST_BYTES = 64 * 1024

/** HTTP header names of the contract. */
export const HEADERS = {
  claimSecret: 'Claim-Secret',
  deviceNonce: 'Device-Nonce',
  deviceProof: 'Device-Proof',
  idempotencyKey: 'Idempotency-Key',
  idempotencyReplayed: 'Idempotency-Replayed',
  licenseKey: 'License-Key',
  requestId: 'X-Request-Id',
} as const
