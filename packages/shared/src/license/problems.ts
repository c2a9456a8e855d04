import { z } from 'zod'
import { deviceIdSchema, instantSchema, platformSchema } from './primitives.ts'

/** Stable codes of RFC 9457 problems and the HTTP status each comes with. */
export const PROBLEM_STATUS = {
  MALFORMED_BODY: 400,
  IDEMPOTENCY_KEY_REQUIRED: 400,
  USE_NONCE: 401,
  PROOF_REPLAYED: 401,
  PROOF_INVALID: 401,
  DEVICE_UNKNOWN: 401,
  SIGN_IN_REQUIRED: 401,
  SIGN_IN_FAILED: 401,
  FORBIDDEN: 403,
  STEP_UP_REQUIRED: 403,
  CROSS_SITE_REQUEST: 403,
  NOT_FOUND: 404,
  SEAT_LIMIT_REACHED: 409,
  IDEMPOTENCY_IN_PROGRESS: 409,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  VALIDATION_FAILED: 422,
  IDEMPOTENCY_KEY_REUSED: 422,
  LICENSE_KEY_INVALID: 422,
  RATE_LIMITED: 429,
  TRIAL_BUDGET_SPENT: 429,
  INTERNAL: 500,
  PAYMENTS_UNAVAILABLE: 503,
  UNAVAILABLE: 503,
} as const
export type ProblemCode = keyof typeof PROBLEM_STATUS

/** Something the user can do about it; `header` names the header the call must also carry. */
export const actionSchema = z.object({
  rel: z.string(),
  method: z.enum(['GET', 'POST', 'DELETE']),
  href: z.string(),
  header: z.string().optional(),
})
export type Action = z.infer<typeof actionSchema>

export const deviceSummarySchema = z.object({
  id: deviceIdSchema,
  label: z.string(),
  platform: platformSchema,
  appVersion: z.string(),
  lastSeenAt: instantSchema,
  current: z.boolean(),
})
export type DeviceSummary = z.infer<typeof deviceSummarySchema>

/** `application/problem+json`. A code this client does not know is kept as text: servers are newer than clients. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  code: z.string(),
  requestId: z.string(),
  actions: z.array(actionSchema).optional(),
  errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
  /** Only with `SEAT_LIMIT_REACHED`: who holds the seats. */
  devices: z.array(deviceSummarySchema).optional(),
})
export type Problem = z.infer<typeof problemSchema>
