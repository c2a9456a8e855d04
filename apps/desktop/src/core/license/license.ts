import {
  formatLicenseKey,
  generatePrivateJwk,
  importSigningKey,
  parseLicenseKey,
  thumbprint,
  type LicenseKey,
} from '@autotele/crypto'
import type { CheckoutResponse, DeviceSummary, PublicJwk } from '@autotele/shared'
import type { Handlers, LicenseView, SeatView } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Emit, Ports } from '../ports.ts'
import { instantOf } from '../time.ts'
import type { SealedRecords } from '../vault/index.ts'
import { failureOf } from './failures.ts'
import { openHolder, type SignedAnswer, type Taken } from './holder.ts'
import { describeDevice } from './machine.ts'
import { createPurchases } from './purchases.ts'
import { createLicenseStore } from './record.ts'
import { retryDelay } from './schedule.ts'
import { createLicenseServer, type Answer } from './server.ts'
import { nextChange, standing } from './standing.ts'

export type License = {
  /** May something new be made? Else throws `CallFailure('license/required')`. Reading and cancelling never ask. */
  requireCreate(): void
  /** The same question, to be answered instead of thrown. */
  mayCreate(): boolean
  view(): LicenseView
  readonly handlers: Pick<
    Handlers,
    | 'license.get'
    | 'license.startTrial'
    | 'license.buy'
    | 'license.activate'
    | 'license.freeSeat'
    | 'license.refresh'
  >
  /** Refreshes, polls what was bought, and goes on by itself. */
  start(): void
  stop(): void
  /** The machine woke up, or its network came back: what is due is done now. */
  resume(): void
  /** Something else was reached: what could not be asked of the server is asked now. */
  reachable(): void
}

export type LicenseDeps = {
  readonly ports: Pick<Ports, 'clock' | 'timers' | 'random' | 'log' | 'http' | 'openExternal'>
  readonly records: SealedRecords
  readonly emit: Emit
  /** Null or empty: there is no server yet; everything then answers `license/server-unreachable`. */
  readonly serverUrl: string | null
  readonly rootKey: PublicJwk
  readonly acceptTestLicenses: boolean
  readonly version: string
  readonly hosted: 'electron' | 'web'
  readonly machineId: () => Promise<string | null>
  /** What the configuration says of the offer, shown until the server has been reached. */
  readonly localOffer: { readonly price: string; readonly currency: string; readonly trialDays: number }
  /** Longest time between two refreshes (`btcpay.check_interval_hours`). */
  readonly checkIntervalHours: number
}

/** The floor is saved and the state looked at this often; sooner when a change of state is due. */
const HEARTBEAT_MS = 10 * 60_000
/** Clients that were told the same instant come within this of it. */
const SPREAD_MS = 5 * 60_000
const NO_SERVER = 'https://license.invalid'

/** The licence client of an open vault. */
export async function openLicense(deps: LicenseDeps): Promise<License> {
  const { ports, emit } = deps
  const { timers, random, log } = ports
  const baseUrl = (deps.serverUrl || NO_SERVER).replace(/\/+$/, '')
  const store = createLicenseStore(deps.records, `${baseUrl} ${thumbprint(deps.rootKey)}`, log)
  const device = importSigningKey(store.device() ?? newDevice())
  const about = describeDevice({
    deviceId: device.kid,
    hosted: deps.hosted,
    version: deps.version,
    machineId: await deps.machineId(),
  })
  const http: typeof ports.http = deps.serverUrl
    ? ports.http
    : () => Promise.reject(new Error('no licence server'))
  const server = createLicenseServer({ baseUrl, http, random, device })
  const holder = await openHolder({
    store,
    trust: {
      rootKey: deps.rootKey,
      issuer: baseUrl,
      deviceId: device.kid,
      acceptTestLicenses: deps.acceptTestLicenses,
    },
    clock: ports.clock,
    log,
  })
  let offer = store.offer()
  let seats: SeatView[] | undefined
  let running = false
  let emitted = ''
  let refreshing: Promise<void> | null = null
  let failures = 0
  let cancelRefresh = (): void => undefined
  let cancelHeartbeat = (): void => undefined
  /** The server's clock as last heard in this launch, for schedules only; what counts for the licence is signed. */
  let heard: { readonly at: number; readonly monotonic: number } | null = null

  function newDevice() {
    const key = generatePrivateJwk()
    store.saveDevice(key)
    return key
  }

  const serverNow = (): number =>
    heard ? heard.at + Math.floor((ports.clock.monotonic() - heard.monotonic) / 1000) : holder.clock.now()
  const observe = (serverTime: string): void => {
    heard = { at: Math.floor(Date.parse(serverTime) / 1000), monotonic: ports.clock.monotonic() }
  }
  const standingNow = () =>
    standing(holder.held(), { now: holder.clock.now(), clockBehind: holder.clock.isBehind() })

  const view = (): LicenseView => {
    const { claims, denial, lastContact } = holder.held()
    const monthly = offer?.plans.find(plan => plan.id === 'monthly')
    return {
      ...standingNow(),
      plan: claims?.lic.plan ?? null,
      validUntil: instant(
        claims && (claims.lic.plan === 'trial' ? claims.lic.trial_end : claims.lic.paid_through),
      ),
      offlineUntil: instant(claims?.exp ?? null),
      lastContact: instant(lastContact),
      denial,
      licenseKey: holder.record().licenseKey,
      checkout: purchases.view(),
      ...(seats ? { seats } : {}),
      offer:
        offer && monthly
          ? {
              price: monthly.amount,
              currency: monthly.currency,
              trialDays: offer.trialDays,
              fromServer: true,
            }
          : { ...deps.localOffer, fromServer: false },
    }
  }
  const changed = (): void => {
    const now = view()
    const text = JSON.stringify(now)
    if (text === emitted) return
    emitted = text
    emit('license.changed', now)
  }

  /** What a signed answer changed is told and acted upon. Throws when it cannot be believed. */
  const take = async (answer: SignedAnswer, proofId: string): Promise<Taken> => {
    observe(answer.serverTime)
    const taken = await holder.take(answer, proofId)
    if (taken.kind === 'granted' || taken.kind === 'denied') {
      failures = 0
      scheduleRefresh()
      beat()
    }
    return taken
  }

  /** For what a person asked: they wait for the licence, so everything else than one is a failure with its reason. */
  const demand = async <T extends SignedAnswer>(answer: Answer<T>): Promise<void> => {
    if (answer.kind !== 'ok') throw failureOf(answer)
    const taken = await take(answer.data, answer.proofId)
    switch (taken.kind) {
      case 'granted':
        return
      case 'old':
        // The server lost count of our tokens (a restored backup); told our number, it goes on from there.
        return await refreshNow()
      case 'untrusted':
        throw new CallFailure('license/answer-not-trusted')
      case 'denied':
        throw taken.reason === 'trial_over'
          ? new CallFailure('license/trial-over')
          : new CallFailure('license/refused', { reason: taken.reason })
    }
  }

  const requestRefresh = async (): Promise<Answer<SignedAnswer>> => {
    const clockSkewHours = holder.clock.skewHours()
    return await server.refresh({
      seq: holder.record().seq,
      appVersion: deps.version,
      ...(clockSkewHours === undefined ? {} : { clockSkewHours }),
    })
  }

  const refreshOnce = async (): Promise<void> => {
    const answer = await requestRefresh()
    try {
      if (answer.kind !== 'ok') throw failureOf(answer)
      const { kind } = await take(answer.data, answer.proofId)
      if (kind !== 'granted' && kind !== 'denied') throw new CallFailure('license/answer-not-trusted')
    } catch (error) {
      // Whatever it was, a disk that is full too: there is a next time.
      failures += 1
      scheduleRefresh(answer.kind === 'ok' ? null : answer.retryAfterSeconds)
      throw error
    }
  }

  /** One refresh at a time; who asks meanwhile gets its outcome. */
  const refreshNow = async (): Promise<void> => {
    refreshing ??= refreshOnce().finally(() => {
      refreshing = null
    })
    await refreshing
  }
  const refresh = async (): Promise<void> => {
    if (holder.record().licenseId !== null) await refreshNow()
  }
  /** Nobody waits for it: why it did not work is in the log, and there is a next time. */
  const quietly = (work: () => Promise<void>): void => {
    work().catch((error: unknown) => {
      const code = error instanceof CallFailure ? error.error.code : 'call/internal'
      log('info', 'license.not-now', { code })
    })
  }

  const scheduleRefresh = (retryAfterSeconds: number | null = null): void => {
    cancelRefresh()
    cancelRefresh = () => undefined
    if (!running || holder.record().licenseId === null) return
    const delay =
      failures > 0
        ? retryDelay(failures, fraction(), retryAfterSeconds)
        : // By the server's clock: a computer that lives in another year must not ask again and again.
          secondsUntilRefresh(serverNow()) * 1000 + fraction() * SPREAD_MS
    cancelRefresh = timers.after(delay, () => quietly(refresh))
  }
  const secondsUntilRefresh = (now: number): number => {
    const { claims, denial, lastContact } = holder.held()
    const latest = (lastContact ?? 0) + deps.checkIntervalHours * 3600
    const asked = claims && !denial ? Math.min(claims.rfa, latest) : latest
    return Math.max(0, asked - now)
  }
  const fraction = (): number => (random.bytes(1)[0] ?? 0) / 256

  /** A full disk must not end the process over this: the next beat tries again. */
  const saveFloor = (): void => {
    try {
      holder.saveFloor()
    } catch {
      log('warning', 'license.floor-not-saved')
    }
  }
  const beat = (): void => {
    cancelHeartbeat()
    if (!running) return
    saveFloor()
    changed()
    const due = nextChange(holder.held(), holder.clock.now())
    cancelHeartbeat = timers.after(Math.min(HEARTBEAT_MS, due === null ? HEARTBEAT_MS : due * 1000), beat)
  }

  const fetchOffer = async (): Promise<void> => {
    const answer = await server.plans()
    if (answer.kind !== 'ok') throw failureOf(answer)
    offer = answer.data
    store.saveOffer(answer.data)
    changed()
  }

  const deliver = async (answer: CheckoutResponse, proofId: string): Promise<boolean> => {
    const { token, keyset, licenseId, licenseKey, serverTime } = answer
    if (token === undefined || keyset === undefined || licenseId === undefined) {
      return answer.state !== 'settled' || (await refreshed())
    }
    const taken = await take({ result: 'granted', token, keyset, licenseId, serverTime }, proofId)
    const delivered = taken.kind === 'granted' || (taken.kind === 'old' && (await refreshed()))
    if (licenseKey !== undefined && holder.record().licenseId === licenseId) holder.saveLicenseKey(licenseKey)
    return delivered
  }
  const refreshed = (): Promise<boolean> =>
    refreshNow().then(
      () => true,
      () => false,
    )

  const purchases = createPurchases({
    store,
    server,
    timers,
    random,
    log,
    now: serverNow,
    observe,
    request: () => JSON.stringify({ plan: 'monthly', device: about }),
    deliver,
    changed,
  })

  const readKey = (typed: string): LicenseKey => {
    const key = parseLicenseKey(typed)
    if (!key) throw new CallFailure('license/key-invalid')
    return key
  }
  const activate = async (key: LicenseKey): Promise<LicenseView> => {
    const answer = await server.activate({ licenseKey: key, device: about })
    seats = answer.kind === 'refused' ? answer.problem.devices?.map(seatOf) : undefined
    if (seats) changed()
    await demand(answer)
    holder.saveLicenseKey(formatLicenseKey(key))
    return told()
  }

  const told = (): LicenseView => {
    changed()
    return view()
  }

  return {
    mayCreate: () => standingNow().canCreate,
    view,
    requireCreate: () => {
      if (!standingNow().canCreate) throw new CallFailure('license/required')
    },
    handlers: {
      'license.get': view,
      'license.startTrial': async () => {
        await demand(await server.trial({ device: about }))
        return told()
      },
      'license.buy': async () => {
        const address = await purchases.buy()
        await ports.openExternal(address).catch(() => log('warning', 'license.browser-not-opened'))
        return told()
      },
      'license.activate': ({ licenseKey }) => activate(readKey(licenseKey)),
      'license.freeSeat': async ({ licenseKey, deviceId }) => {
        const key = readKey(licenseKey)
        const answer = await server.removeDevice(deviceId, key)
        // Gone already, by this call before or from another computer: then its seat is what is free.
        const gone = answer.kind === 'refused' && answer.problem.code === 'NOT_FOUND'
        if (answer.kind !== 'ok' && !gone) throw failureOf(answer)
        return await activate(key)
      },
      'license.refresh': async () => {
        // Without a licence yet there is only the offer to ask for, and what may have been paid.
        await Promise.all([holder.record().licenseId === null ? fetchOffer() : refresh(), purchases.check()])
        return told()
      },
    },
    start: () => {
      running = true
      beat()
      purchases.start()
      quietly(fetchOffer)
      quietly(refresh)
      quietly(purchases.check)
    },
    stop: () => {
      running = false
      saveFloor()
      cancelRefresh()
      cancelHeartbeat()
      purchases.stop()
    },
    resume: () => {
      if (!running) return
      beat()
      // The computer's clock is asked: the monotonic one stood still while it slept.
      if (failures > 0 || secondsUntilRefresh(holder.clock.now()) === 0) quietly(refresh)
      quietly(purchases.check)
    },
    reachable: () => {
      if (!running || failures === 0 || refreshing !== null) return
      quietly(refresh)
      quietly(purchases.check)
    },
  }
}

const seatOf = ({ id, label, lastSeenAt }: DeviceSummary): SeatView => ({
  deviceId: id,
  label,
  lastSeen: lastSeenAt,
})

const instant = (seconds: number | null): string | null =>
  seconds === null ? null : instantOf(seconds * 1000)
