import { createDeviceProof, type SigningKey } from '@autotele/crypto'
import {
  checkoutPath,
  checkoutResponseSchema,
  createCheckoutResponseSchema,
  devicePath,
  HEADERS,
  licenseResponseSchema,
  plansResponseSchema,
  problemSchema,
  ROUTES,
  trialResponseSchema,
  type ActivateRequest,
  type CheckoutResponse,
  type CreateCheckoutResponse,
  type LicenseResponse,
  type PlansResponse,
  type Problem,
  type RefreshRequest,
  type TrialRequest,
  type TrialResponse,
} from '@autotele/shared'
import { z } from 'zod'
import type { Http, HttpResponse, Random } from '../ports.ts'

/**
 * What came back. `unreachable`: nothing, or nothing that the licence server writes (a captive portal, a proxy's error
 * page, a redirect). `refused`: a problem with its code. Neither says anything about the licence: only what is signed does.
 */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly data: T; readonly proofId: string }
  | { readonly kind: 'refused'; readonly problem: Problem; readonly retryAfterSeconds: number | null }
  | { readonly kind: 'unreachable'; readonly retryAfterSeconds: number | null }

export type LicenseServer = {
  plans(): Promise<Answer<PlansResponse>>
  trial(request: TrialRequest): Promise<Answer<TrialResponse>>
  refresh(request: RefreshRequest): Promise<Answer<LicenseResponse>>
  activate(request: ActivateRequest): Promise<Answer<LicenseResponse>>
  /** Frees the seat of another device of the licence that the key belongs to. */
  removeDevice(id: string, licenseKey: string): Promise<Answer<undefined>>
  /** `body` is sent as it is: the same idempotency key must come with the same bytes. */
  createCheckout(body: string, idempotencyKey: string): Promise<Answer<CreateCheckoutResponse>>
  checkout(id: string, claimSecret: string): Promise<Answer<CheckoutResponse>>
}

type Call<T> = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly schema: z.ZodType<T>
}

const TIMEOUT_MS = 20_000
/** Sent while no nonce is known; the server then answers `USE_NONCE` with a fresh one. */
const NO_NONCE = 'none'
/** A longer `Retry-After` than a day would be a mistake to follow. */
const LONGEST_RETRY = 24 * 3600

/** An address of another kind would have the system open a program with what the server wrote. */
const payableSchema = createCheckoutResponseSchema.refine(({ checkoutUrl }) =>
  /^https?:\/\//i.test(checkoutUrl),
)

/** The licence server's routes for one device. `baseUrl` has no slash at its end. Never throws. */
export function createLicenseServer(deps: {
  readonly baseUrl: string
  readonly http: Http
  readonly random: Random
  readonly device: SigningKey
}): LicenseServer {
  const { baseUrl, http, random, device } = deps
  let nonce = NO_NONCE

  const send = async <T>(call: Call<T>, proof: string | null): Promise<HttpResponse | null> => {
    try {
      const response = await http({
        method: call.method,
        url: baseUrl + call.path,
        headers: {
          accept: 'application/json, application/problem+json',
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(proof === null ? {} : { [HEADERS.deviceProof]: proof }),
          ...call.headers,
        },
        ...(call.body === undefined ? {} : { body: call.body }),
        timeoutMs: TIMEOUT_MS,
      })
      const fresh = header(response, HEADERS.deviceNonce)
      if (fresh && fresh.length <= 200) nonce = fresh
      return response
    } catch {
      return null
    }
  }

  const attempt = async <T>(call: Call<T>): Promise<Answer<T>> => {
    const { proof, jti } = await createDeviceProof(
      {
        method: call.method,
        url: baseUrl + call.path,
        body: call.body === undefined ? undefined : new TextEncoder().encode(call.body),
        nonce,
      },
      device,
      () => Buffer.from(random.bytes(16)).toString('base64url'),
    )
    return read(await send(call, proof), call.schema, jti)
  }

  const proven = async <T>(call: Call<T>): Promise<Answer<T>> => {
    const answer = await attempt(call)
    return answer.kind === 'refused' && answer.problem.code === 'USE_NONCE' ? attempt(call) : answer
  }
  const post = <T>(path: string, body: string, schema: z.ZodType<T>, headers = {}): Promise<Answer<T>> =>
    proven({ method: 'POST', path, body, schema, headers })

  return {
    plans: async () => {
      const call = { method: 'GET', path: ROUTES.plans, schema: plansResponseSchema } as const
      return read(await send(call, null), call.schema, '')
    },
    trial: request => post(ROUTES.trials, JSON.stringify(request), trialResponseSchema),
    refresh: request => post(ROUTES.refresh, JSON.stringify(request), licenseResponseSchema),
    activate: request => post(ROUTES.activate, JSON.stringify(request), licenseResponseSchema),
    removeDevice: (id, licenseKey) =>
      proven({
        method: 'DELETE',
        path: devicePath(id),
        headers: { [HEADERS.licenseKey]: licenseKey },
        schema: z.undefined(),
      }),
    createCheckout: (body, idempotencyKey) =>
      post(ROUTES.checkouts, body, payableSchema, {
        [HEADERS.idempotencyKey]: idempotencyKey,
      }),
    checkout: (id, claimSecret) =>
      proven({
        method: 'GET',
        path: checkoutPath(id),
        schema: checkoutResponseSchema,
        headers: { [HEADERS.claimSecret]: claimSecret },
      }),
  }
}

function read<T>(response: HttpResponse | null, schema: z.ZodType<T>, proofId: string): Answer<T> {
  if (!response) return { kind: 'unreachable', retryAfterSeconds: null }
  const retryAfterSeconds = retryAfter(response)
  const body = parseJson(response.body)
  if (response.status >= 200 && response.status < 300) {
    const data = schema.safeParse(body)
    if (data.success) return { kind: 'ok', data: data.data, proofId }
  } else if (response.status >= 400) {
    const problem = problemSchema.safeParse(body)
    if (problem.success) return { kind: 'refused', problem: problem.data, retryAfterSeconds }
  }
  return { kind: 'unreachable', retryAfterSeconds }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function retryAfter(response: HttpResponse): number | null {
  const text = header(response, 'Retry-After')
  return text && /^\d{1,9}$/.test(text) ? Math.min(Number(text), LONGEST_RETRY) : null
}

/** Header names come in whatever case the other side wrote (RFC 9110 section 5.1). */
function header(response: HttpResponse, name: string): string | undefined {
  const wanted = name.toLowerCase()
  return Object.entries(response.headers).find(([key]) => key.toLowerCase() === wanted)?.[1]
}
