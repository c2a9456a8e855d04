import {
  formatLicenseKey,
  generateLicenseKey,
  generatePrivateJwk,
  importSigningKey,
  signDenial,
  signKeySet,
  signLicenseToken,
  toKeySetKey,
  verifyDeviceProof,
  type SigningKey,
  type VerifiedProof,
} from '@autotele/crypto'
import {
  activateRequestSchema,
  createCheckoutRequestSchema,
  deviceIdSchema,
  licenseIdSchema,
  refreshRequestSchema,
  trialRequestSchema,
  type CheckoutState,
  type DenialReason,
  type LicenseClaims,
} from '@autotele/shared'
import type { Http, HttpRequest, HttpResponse } from '../../ports.ts'

const DAY = 86_400

/** One licence of the stand-in, for the tests to bend. Times are Unix seconds. */
type ServedLicense = {
  plan: 'trial' | 'monthly'
  paidThrough: number | null
  trialEnd: number | null
  refusal: DenialReason | null
}
type ServedCheckout = {
  state: CheckoutState
  readonly id: string
  readonly secret: string
  key: string | null
}

/**
 * A licence server in memory, behind the `Http` port, that signs with the real keys and checks the real proofs: what
 * the client relies on of the protocol, and nothing of payments. `now` is the server's own clock, Unix seconds.
 */
export function serveLicenses(now: () => number, url = 'https://license.example') {
  const root = importSigningKey(generatePrivateJwk())
  const device = new Map<string, { seq: number; licensed: boolean }>()
  const license: ServedLicense = { plan: 'trial', paidThrough: null, trialEnd: null, refusal: null }
  const licenseId = licenseIdSchema.parse(`lic_${'a'.repeat(26)}`)
  const checkouts: ServedCheckout[] = []
  const byKey = new Map<string, { body: string; response: HttpResponse }>()
  const requests: HttpRequest[] = []
  /** Those of them that came with a good proof. */
  const served: HttpRequest[] = []
  const usedProofs = new Set<string>()
  /** Keys of the set that sign nothing just now, and those that were withdrawn. */
  const alsoListed: SigningKey[] = []
  const revoked: string[] = []
  const licenseKey = formatLicenseKey(generateLicenseKey())
  const state = {
    signing: importSigningKey(generatePrivateJwk()),
    keySetVersion: 1,
    env: 'live' as 'live' | 'test',
    nonce: 'nonce-1',
    /** Ids of other devices that hold a seat; there are two. */
    seatedElsewhere: [] as string[],
  }
  /** What happens to the next requests instead; `drop` loses the request, `lose` the answer. */
  const weather: (HttpResponse | 'drop' | 'lose')[] = []

  const json = (status: number, body: object): HttpResponse => ({
    status,
    headers: { 'content-type': 'application/json', 'Device-Nonce': state.nonce },
    body: JSON.stringify(body),
  })
  const problem = (status: number, code: string, more: object = {}): HttpResponse =>
    json(status, { type: `urn:${code}`, title: code, status, code, requestId: 'r1', ...more })
  const seatList = () => ({
    devices: state.seatedElsewhere.map(id => ({
      id,
      label: `AutoTele ${id.slice(0, 4)}`,
      platform: 'linux',
      appVersion: '0.1.0',
      lastSeenAt: iso(now()),
      current: false,
    })),
  })
  const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()

  const keySet = (signer: SigningKey = root): Promise<string> =>
    signKeySet(
      {
        version: state.keySetVersion,
        keys: [state.signing, ...alsoListed].map(key => toKeySetKey(key.publicJwk)),
        revoked_kids: [...revoked],
        iat: now(),
      },
      signer,
    )
  const common = async () => ({ licenseId, keyset: await keySet(), serverTime: iso(now()) })

  const claimsFor = (deviceId: string, seq: number): LicenseClaims => {
    const trial = license.plan === 'trial'
    const end = (trial ? license.trialEnd : license.paidThrough) ?? now()
    const exp = trial ? Math.min(now() + 3 * DAY, end) : Math.min(now() + 14 * DAY, end + 3 * DAY)
    return {
      iss: url,
      aud: 'autotele-desktop',
      sub: licenseId,
      jti: `tok_${seq}`,
      iat: now(),
      nbf: now(),
      exp,
      ver: 1,
      env: state.env,
      lic: {
        plan: license.plan,
        status: trial ? 'trialing' : 'active',
        paid_through: license.paidThrough,
        grace_until: null,
        trial_end: license.trialEnd,
        seats: 2,
      },
      ent: ['core'],
      cnf: { jkt: deviceIdSchema.parse(deviceId) },
      rfa: Math.min(now() + DAY, exp),
      seq,
      kset: state.keySetVersion,
    }
  }

  const grant = async (deviceId: string, clientSeq = 0) => {
    const known = device.get(deviceId) ?? { seq: 0, licensed: true }
    const seq = Math.max(known.seq, clientSeq) + 1
    device.set(deviceId, { seq, licensed: true })
    return {
      result: 'granted',
      token: await signLicenseToken(claimsFor(deviceId, seq), state.signing),
      ...(await common()),
    }
  }
  const answer = async ({ deviceId, jti }: VerifiedProof, clientSeq = 0) => {
    if (!license.refusal) return await grant(deviceId, clientSeq)
    const claims = { sub: licenseId, cnf: { jkt: deviceId }, reason: license.refusal, req: jti, iat: now() }
    return { result: 'denied', denial: await signDenial(claims, state.signing), ...(await common()) }
  }

  async function handle(request: HttpRequest): Promise<HttpResponse> {
    const { pathname } = new URL(request.url)
    const route = `${request.method} ${pathname.replace(/(chk_\w+|[\w-]{43})$/, ':id')}`
    if (route === 'GET /v1/plans') {
      const monthly = { id: 'monthly', amount: '31.00', currency: 'EUR', interval: 'month', seats: 2 }
      return json(200, { plans: [monthly], trialDays: 7 })
    }
    const body = request.body === undefined ? undefined : new TextEncoder().encode(request.body)
    const proof = await verifyDeviceProof(request.headers['Device-Proof'] ?? '', {
      method: request.method,
      url: request.url,
      body,
    })
    if (!proof.ok) return problem(401, 'PROOF_INVALID')
    if (proof.proof.nonce !== state.nonce) return problem(401, 'USE_NONCE')
    if (usedProofs.has(proof.proof.jti)) return problem(401, 'PROOF_REPLAYED')
    usedProofs.add(proof.proof.jti)
    served.push(request)
    const { deviceId } = proof.proof
    const parsed: unknown = request.body === undefined ? undefined : JSON.parse(request.body)

    switch (route) {
      case 'POST /v1/trials': {
        trialRequestSchema.parse(parsed)
        license.trialEnd ??= now() + 7 * DAY
        return json(201, { ...(await answer(proof.proof)), trialEnd: iso(license.trialEnd) })
      }
      case 'POST /v1/licenses/refresh': {
        if (!device.get(deviceId)?.licensed) return problem(401, 'DEVICE_UNKNOWN')
        return json(200, await answer(proof.proof, refreshRequestSchema.parse(parsed).seq))
      }
      case 'POST /v1/licenses/activate': {
        const given = activateRequestSchema.parse(parsed).licenseKey
        if (given !== licenseKey.replaceAll('-', '')) return problem(422, 'LICENSE_KEY_INVALID')
        if (state.seatedElsewhere.length >= 2) return problem(409, 'SEAT_LIMIT_REACHED', seatList())
        return json(200, await answer(proof.proof))
      }
      case 'DELETE /v1/licenses/me/devices/:id': {
        const id = pathname.slice(-43)
        const given = request.headers['License-Key']
        const seated = state.seatedElsewhere.includes(id) && given === licenseKey.replaceAll('-', '')
        if (!seated) return problem(404, 'NOT_FOUND')
        state.seatedElsewhere = state.seatedElsewhere.filter(other => other !== id)
        return { status: 204, headers: { 'Device-Nonce': state.nonce }, body: '' }
      }
      case 'POST /v1/checkouts': {
        createCheckoutRequestSchema.parse(parsed)
        const key = request.headers['Idempotency-Key'] ?? ''
        const known = byKey.get(key)
        if (known)
          return known.body === request.body ? known.response : problem(422, 'IDEMPOTENCY_KEY_REUSED')
        const id = `chk_${String(checkouts.length).padStart(26, '0')}`
        const checkout: ServedCheckout = { state: 'awaiting_payment', id, secret: 's'.repeat(43), key: null }
        checkouts.push(checkout)
        const response = json(201, {
          id,
          claimSecret: checkout.secret,
          checkoutUrl: `https://pay.example/i/${id}`,
          amount: '31.00',
          currency: 'EUR',
          expiresAt: iso(now() + 900),
          pollAfterSeconds: 5,
        })
        byKey.set(key, { body: request.body ?? '', response })
        return response
      }
      case 'GET /v1/checkouts/:id': {
        const checkout = checkouts.find(({ id }) => pathname.endsWith(id))
        if (!checkout || checkout.secret !== request.headers['Claim-Secret']) return problem(404, 'NOT_FOUND')
        const { state: checkoutState } = checkout
        const bought = checkoutState === 'settled' ? { ...(await grant(deviceId)), licenseKey } : {}
        const paidAmount = checkoutState === 'settled' ? '31.00' : '0'
        return json(200, {
          state: checkoutState,
          message: 'm',
          paidAmount,
          serverTime: iso(now()),
          ...bought,
        })
      }
      default:
        return problem(404, 'NOT_FOUND')
    }
  }

  const http: Http = async request => {
    requests.push(request)
    const now_ = weather.shift()
    if (now_ === 'drop') throw new Error('connection refused')
    if (now_ && now_ !== 'lose') return now_
    const response = await handle(request)
    if (now_ === 'lose') throw new Error('timeout')
    return response
  }

  return {
    http,
    url,
    root,
    state,
    license,
    licenseKey,
    checkouts,
    requests,
    weather,
    device,
    keySet,
    alsoListed,
    revoked,
    served,
    /** How many refreshes were answered. */
    refreshes: () => served.filter(request => request.url.endsWith('/refresh')).length,
  }
}
