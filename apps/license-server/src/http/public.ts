import { z } from 'zod'
import { Router, type Request, type RequestHandler, type Response } from 'express'
import {
  activateRequestSchema,
  createCheckoutRequestSchema,
  deviceIdSchema,
  HEADERS,
  MONTHLY_PLAN,
  refreshRequestSchema,
  ROUTES,
  TRIAL_DAYS,
  trialRequestSchema,
  type PlansResponse,
} from '@autotele/shared'
import type { Checkouts } from '../billing/index.ts'
import { removalAction, type createTrials, type Licenses } from '../licensing/index.ts'
import { retryConflicts } from '../storage/database.ts'
import { bytesOf, parseBody, v1Body } from './body.ts'
import { offerNonce, type Nonces, type ProofCheck, type ProvenDevice } from './device-proof.ts'
import type { Metrics } from './metrics.ts'
import { networkOf } from './networks.ts'
import { ProblemError } from './problems.ts'
import type { RateLimits } from './rate-limits.ts'

export type PublicDependencies = {
  readonly nonces: Nonces
  readonly checkProof: ProofCheck
  readonly limits: RateLimits
  readonly startTrial: ReturnType<typeof createTrials>
  readonly licenses: Licenses
  readonly checkouts: Checkouts
  readonly metrics: Metrics
  /** Whether a new trial from there counts against its network. */
  readonly countsTrials: (request: Request) => boolean
}

const provenSchema = z.object({ deviceId: deviceIdSchema, proofId: z.string() })

/** A device whose clock is off by so much shows it to its user. */
const MANY_HOURS = 24

const plans: PlansResponse = {
  plans: [
    {
      id: MONTHLY_PLAN.id,
      amount: MONTHLY_PLAN.amount,
      currency: MONTHLY_PLAN.currency,
      interval: 'month',
      seats: MONTHLY_PLAN.seats,
    },
  ],
  trialDays: TRIAL_DAYS,
}

/** The routes that clients call. */
export function publicRoutes(deps: PublicDependencies): Router {
  const { nonces, checkProof, limits, startTrial, licenses, checkouts, metrics, countsTrials } = deps
  const router = Router()
  router.use('/v1', offerNonce(nonces), limits.general)

  /** Reads the body's bytes, proves the device, answers; nothing of it may be cached. */
  const proven = (
    handle: (device: ProvenDevice, request: Request, response: Response) => Promise<void>,
    ...also: RequestHandler[]
  ): RequestHandler[] => [
    v1Body,
    async (request, response, next) => {
      const device = await checkProof(request)
      response.locals['deviceId'] = device.deviceId
      response.locals['proofId'] = device.proofId
      next()
    },
    limits.device,
    ...also,
    async (request, response) => {
      const device = provenSchema.parse(response.locals)
      response.set('Cache-Control', 'no-store')
      await handle(device, request, response)
    },
  ]

  router.get(ROUTES.plans, (_request, response) => {
    response.set('Cache-Control', 'public, max-age=300').json(plans)
  })

  router.post(
    ROUTES.trials,
    limits.trials,
    proven(async ({ deviceId, proofId }, request, response) => {
      const { device } = parseBody(request, trialRequestSchema)
      const network = countsTrials(request) ? networkOf(request.ip ?? '') : undefined
      const answer = await retryConflicts(() => startTrial(deviceId, device, proofId, network))
      if ('budgetSpent' in answer) {
        metrics.tokens.inc({ route: 'trials', result: 'budget_spent' })
        const detail = 'Begin the trial tomorrow or on another network; a license can be bought at once.'
        throw new ProblemError('TRIAL_BUDGET_SPENT', { detail }, answer.retryAfter)
      }
      const { created, body } = answer
      metrics.tokens.inc({ route: 'trials', result: created ? 'created' : body.result })
      response.status(created ? 201 : 200).json(body)
    }),
  )

  router.post(
    ROUTES.checkouts,
    limits.checkouts,
    proven(async ({ deviceId }, request, response) => {
      const key = request.get(HEADERS.idempotencyKey) ?? ''
      if (key.length === 0 || key.length > 255) throw new ProblemError('IDEMPOTENCY_KEY_REQUIRED')
      const body = parseBody(request, createCheckoutRequestSchema)
      const result = await checkouts.create(deviceId, body, key, bytesOf(request))
      metrics.checkouts.inc({ outcome: result.ok ? 'created' : result.code })
      if (!result.ok) {
        throw new ProblemError(result.code, {}, 'retryAfter' in result ? result.retryAfter : undefined)
      }
      if (!result.replayed) metrics.created.inc()
      else response.set(HEADERS.idempotencyReplayed, 'true')
      response.status(201).location(`${ROUTES.checkouts}/${result.body.id}`).json(result.body)
    }),
  )

  router.get(
    `${ROUTES.checkouts}/:id`,
    proven(async ({ deviceId, proofId }, request, response) => {
      const id = String(request.params['id'])
      const secret = request.get(HEADERS.claimSecret) ?? ''
      const language = request.acceptsLanguages('fr', 'en') === 'en' ? 'en' : 'fr'
      const checkout = await retryConflicts(() => checkouts.read(deviceId, id, secret, proofId, language))
      if (!checkout) throw new ProblemError('NOT_FOUND')
      response.json(checkout)
    }),
  )

  router.post(
    ROUTES.refresh,
    proven(async ({ deviceId, proofId }, request, response) => {
      const body = parseBody(request, refreshRequestSchema)
      const answer = await retryConflicts(() => licenses.refresh(deviceId, body, proofId))
      if (!answer) throw new ProblemError('DEVICE_UNKNOWN')
      metrics.tokens.inc({ route: 'refresh', result: answer.result })
      if (Math.abs(body.clockSkewHours ?? 0) >= MANY_HOURS) {
        metrics.clocks.inc({ direction: (body.clockSkewHours ?? 0) > 0 ? 'ahead' : 'behind' })
      }
      response.json(answer)
    }),
  )

  router.post(
    ROUTES.activate,
    limits.activate,
    proven(async ({ deviceId, proofId }, request, response) => {
      const body = parseBody(request, activateRequestSchema)
      const result = await retryConflicts(() => licenses.activate(deviceId, body, proofId))
      if (result.ok) {
        metrics.tokens.inc({ route: 'activate', result: result.body.result })
        response.json(result.body)
      } else if (result.code === 'SEAT_LIMIT_REACHED') {
        const devices = [...result.devices]
        throw new ProblemError(result.code, { devices, actions: devices.map(removalAction) })
      } else throw new ProblemError(result.code)
    }, limits.license),
  )

  router.get(
    ROUTES.me,
    proven(async ({ deviceId }, _request, response) => {
      const me = await licenses.describe(deviceId)
      if (!me) throw new ProblemError('DEVICE_UNKNOWN')
      response.json(me)
    }),
  )

  router.post(
    ROUTES.myKey,
    limits.activate,
    proven(async ({ deviceId }, _request, response) => {
      const licenseKey = await licenses.renewKey(deviceId)
      if (licenseKey === null) throw new ProblemError('NOT_FOUND')
      response.json({ licenseKey })
    }),
  )

  router.delete(
    `${ROUTES.myDevices}/:id`,
    limits.activate,
    proven(async ({ deviceId }, request, response) => {
      const removed = String(request.params['id'])
      if (!(await licenses.removeDevice(deviceId, removed, request.get(HEADERS.licenseKey)))) {
        throw new ProblemError('NOT_FOUND')
      }
      response.status(204).end()
    }),
  )

  return router
}
