import { isIP } from 'node:net'
import { plansResponseSchema, ROUTES } from '@autotele/shared'
import type {
  AccountId,
  AccountView,
  AppState,
  DiagnosticCode,
  DiagnosticItem,
  LicenseView,
  ProxyView,
  RouteTest,
  SettingsView,
} from '../../contract/index.ts'
import type { Logs } from '../logs/index.ts'
import type { Clock, Http } from '../ports.ts'
import type { Database, DataPaths } from '../storage/index.ts'
import type { DataCentreAddress } from './addresses.ts'
import type { Probe } from './probe.ts'

export type Verdict = {
  readonly state: Exclude<DiagnosticItem['state'], 'waiting' | 'running'>
  readonly code: DiagnosticCode
  readonly params?: DiagnosticItem['params']
}
export type Check = Pick<DiagnosticItem, 'id' | 'check' | 'subject'> & {
  readonly run: (signal: AbortSignal) => Promise<Verdict> | Verdict
}

/** What only the open vault tells. */
export type OpenParts = {
  readonly accounts: () => readonly AccountView[]
  /** Telegram's clock as the account's connection last heard it, milliseconds since 1970; null without one. */
  readonly telegramNow: (accountId: AccountId) => number | null
  readonly session: (accountId: AccountId) => Promise<'ok' | 'missing' | 'damaged'>
  readonly proxy: () => ProxyView
  readonly testProxy: () => Promise<RouteTest>
  readonly license: () => LicenseView
}

export type CheckDeps = {
  readonly clock: Clock
  readonly http: Http
  readonly probe: Probe
  readonly logs: Pick<Logs, 'handlers'>
  readonly paths: DataPaths
  /** Null: the file holds what is the server's secret. */
  readonly settings: () => Promise<SettingsView | null>
  /** Null: it could not be opened. */
  readonly database: Database | null
  readonly vault: () => AppState['vault']
  readonly keyring: () => Promise<AppState['keyring']>
  /** Empty: none is set. */
  readonly licenseUrl: () => string
  /** Whether Telegram's two numbers of an application are there. */
  readonly hasTelegramApp: () => boolean
  readonly addresses: readonly DataCentreAddress[]
  readonly open: () => OpenParts | null
}

const MIB = 1024 * 1024
const FULL_BELOW = 100 * MIB
const NEARLY_FULL_BELOW = 1024 * MIB
/** MTProto accepts a message number up to 30 seconds ahead of Telegram's clock (core.telegram.org/mtproto/description). */
const TELEGRAM_TOLERANCE_MS = 30_000
/** Below this the licence's rules are not touched and nobody's morning message is late. */
const LICENSE_TOLERANCE_MS = 5 * 60_000
const HTTP_TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 6000
const LOGGED_ERRORS = 1000

const ok: Verdict = { state: 'ok', code: 'ok' }
const notNeeded: Verdict = { state: 'skipped', code: 'not-needed' }
const needsVault: Verdict = { state: 'skipped', code: 'needs-open-vault' }
const failed = (code: DiagnosticCode, params?: Verdict['params']): Verdict => verdict('failed', code, params)
const warning = (code: DiagnosticCode, params?: Verdict['params']): Verdict =>
  verdict('warning', code, params)
const info = (code: DiagnosticCode, params?: Verdict['params']): Verdict => verdict('info', code, params)
const verdict = (state: Verdict['state'], code: DiagnosticCode, params: Verdict['params']): Verdict =>
  params === undefined ? { state, code } : { state, code, params }

/** Everything that is looked at, in order: first the machine, then the way to Telegram, then the licence. */
export function checksOf(deps: CheckDeps): readonly Check[] {
  const one = (check: Check['check'], run: Check['run']): Check => ({ id: check, check, subject: null, run })
  const opened = (run: (open: OpenParts) => Promise<Verdict> | Verdict) => (): Promise<Verdict> | Verdict => {
    const open = deps.open()
    return open === null ? needsVault : run(open)
  }
  /** Whether any name was resolved, and any address reached: what the next checks are told apart by. */
  const found = { names: true, reached: 0, heldUp: 0 }
  const server: { date: number | null } = { date: null }

  return [
    one('disk-write', () => diskWrite(deps)),
    one('disk-space', () => diskSpace(deps)),
    one('settings', () => settings(deps)),
    one('database', () => database(deps)),
    one('keyring', async () => keyring(await deps.keyring())),
    one('vault', () => vault(deps.vault())),
    one('sessions', opened(sessions)),
    one('name-resolution', async () => {
      const result = await names(deps)
      found.names = result.state !== 'failed'
      return result
    }),
    one('proxy', opened(proxy)),
    ...deps.addresses.map(address => ({
      id: `telegram-address/${address.dcId}`,
      check: 'telegram-address' as const,
      subject: String(address.dcId),
      run: async (signal: AbortSignal): Promise<Verdict> => {
        if ((deps.open()?.proxy().kind ?? 'none') !== 'none') return notNeeded
        const result = await reach(address, deps.probe, signal)
        if (result.state === 'failed') found.heldUp += 1
        else found.reached += 1
        // Names are resolved, and not one of Telegram's addresses answers: this network keeps it out.
        const blocked = found.names && found.reached === 0 && found.heldUp === deps.addresses.length
        return blocked ? failed('telegram-blocked') : result
      },
    })),
    one('telegram-app', () => telegramApp(deps)),
    ...(deps.open()?.accounts() ?? []).map(({ id, name }) => ({
      id: `telegram-session/${id}`,
      check: 'telegram-session' as const,
      subject: name,
      run: opened(open => telegramSession(open, id, deps.clock.now())),
    })),
    ...((deps.open()?.accounts() ?? []).length === 0
      ? [
          one(
            'telegram-session',
            opened(() => ({ state: 'skipped', code: 'no-account' })),
          ),
        ]
      : []),
    one(
      'telegram-clock',
      opened(open => telegramClock(open, deps.clock.now())),
    ),
    one('license-server', async () => {
      const { answer, date } = await licenseServer(deps)
      server.date = date
      return answer
    }),
    one('license-clock', () =>
      server.date === null ? notNeeded : clockOf(deps.clock.now() - server.date, LICENSE_TOLERANCE_MS),
    ),
    one(
      'license',
      opened(open => license(open.license(), deps.clock.now())),
    ),
    one(
      'purchase',
      opened(open => purchase(open.license().checkout)),
    ),
    one('log', () => log(deps)),
  ]
}

async function diskWrite({ probe, paths }: CheckDeps): Promise<Verdict> {
  for (const [folder, name] of [
    [paths.root, '.'],
    [paths.config, 'config'],
    [paths.sessions, 'sessions'],
    [paths.logs, 'logs'],
  ] as const)
    if (!(await probe.canWrite(folder))) return failed('disk-not-writable', { folder: name })
  return ok
}

async function diskSpace({ probe, paths }: CheckDeps): Promise<Verdict> {
  const free = await probe.freeBytes(paths.root)
  if (free === null || free >= NEARLY_FULL_BELOW) return ok
  const megabytes = Math.floor(free / MIB)
  return free < FULL_BELOW ? failed('disk-full', { megabytes }) : warning('disk-nearly-full', { megabytes })
}

async function settings(deps: CheckDeps): Promise<Verdict> {
  const view = await deps.settings()
  if (view === null) return failed('settings-server-secret')
  if (view.problem === undefined) return ok
  const key = view.problem.params?.['key']
  return key === undefined ? failed('settings-unreadable') : warning('settings-invalid', { key })
}

/** The whole file, and what refers to what; a few milliseconds for each megabyte. */
function database({ database: db }: CheckDeps): Verdict {
  if (db === null) return failed('database-damaged')
  try {
    const intact = db.all('PRAGMA integrity_check(1)').every(row => row['integrity_check'] === 'ok')
    return intact && db.all('PRAGMA foreign_key_check').length === 0 ? ok : failed('database-damaged')
  } catch {
    return failed('database-damaged')
  }
}

function keyring(strength: AppState['keyring']): Verdict {
  switch (strength) {
    case 'available':
      return ok
    case 'weak':
      return info('keyring-weak')
    case 'missing':
      return info('keyring-missing')
  }
}

function vault(state: AppState['vault']): Verdict {
  switch (state) {
    case 'open':
      return ok
    case 'new':
      return info('vault-none')
    case 'locked':
      return info('vault-locked')
  }
}

async function sessions(open: OpenParts): Promise<Verdict> {
  for (const { id, name, health } of open.accounts()) {
    if (health === 'signed-out' || health === 'session-duplicated') continue
    const state = await open.session(id)
    if (state !== 'ok') return failed(state === 'missing' ? 'session-missing' : 'session-damaged', { name })
  }
  return ok
}

async function names({ probe, licenseUrl }: CheckDeps): Promise<Verdict> {
  const host = URL.canParse(licenseUrl()) ? new URL(licenseUrl()).hostname.replace(/^\[|\]$/g, '') : ''
  if (isIP(host) !== 0 || host === 'localhost') return notNeeded
  const name = host === '' ? 'telegram.org' : host
  return (await probe.resolve(name)) ? ok : failed('names-not-resolved', { name })
}

async function proxy(open: OpenParts): Promise<Verdict> {
  const set = open.proxy()
  if (set.kind === 'none') return notNeeded
  const { error } = await open.testProxy()
  const where = { host: set.host, port: set.port }
  switch (error) {
    case null:
      return ok
    case 'proxy/unreachable':
      return failed('proxy-unreachable', where)
    case 'proxy/credentials-refused':
      return failed('proxy-credentials-refused', where)
    case 'proxy/not-socks5':
      return failed('proxy-not-socks5', where)
    default:
      return failed('proxy-gets-nowhere', where)
  }
}

async function reach(
  { dcId, host, ports }: DataCentreAddress,
  probe: Probe,
  signal: AbortSignal,
): Promise<Verdict> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)])
  const answers = await Promise.all(ports.map(port => probe.whoAnswers({ host, port }, within)))
  const closed = ports.filter((_, index) => answers[index] !== 'telegram')
  if (closed.length === 0) return ok
  const params = { number: dcId, host, ports: closed.join(', ') }
  if (closed.length < ports.length) return info('address-some-ports', params)
  return failed(answers.includes('other') ? 'address-not-telegram' : 'address-unreachable', params)
}

function telegramApp({ hasTelegramApp, open }: CheckDeps): Verdict {
  if (!hasTelegramApp()) return failed('telegram-app-missing')
  const refused = (open()?.accounts() ?? []).some(
    ({ lastError }) => lastError === 'telegram/api-id-invalid' || lastError === 'telegram/api-id-public',
  )
  return refused ? failed('telegram-app-refused') : ok
}

function telegramSession(open: OpenParts, id: AccountId, now: number): Verdict {
  const account = open.accounts().find(one => one.id === id)
  switch (account?.health) {
    case undefined:
    case 'online':
      return ok
    case 'connecting':
    case 'offline':
    case 'blocked':
      return warning('account-offline')
    case 'paused': {
      const until = account?.pausedUntil == null ? now : Date.parse(account.pausedUntil)
      return info('account-waiting', { minutes: Math.max(1, Math.ceil((until - now) / 60_000)) })
    }
    case 'signed-out':
      return failed('account-signed-out')
    case 'session-duplicated':
      return failed('account-session-duplicated')
    case 'restricted':
      return failed('account-restricted')
    case 'frozen':
      return failed('account-frozen')
  }
}

function telegramClock(open: OpenParts, now: number): Verdict {
  for (const { id } of open.accounts()) {
    const theirs = open.telegramNow(id)
    if (theirs !== null) return clockOf(now - theirs, TELEGRAM_TOLERANCE_MS)
  }
  return { state: 'skipped', code: 'no-account' }
}

/** `ahead`: milliseconds by which this machine's clock is ahead of the other. */
function clockOf(ahead: number, tolerance: number): Verdict {
  if (Math.abs(ahead) <= tolerance) return ok
  const minutes = Math.max(1, Math.round(Math.abs(ahead) / 60_000))
  return warning(ahead > 0 ? 'clock-ahead' : 'clock-behind', { minutes })
}

/** One question that needs no proof. `date`: the server's clock as HTTP tells it, milliseconds since 1970. */
async function licenseServer({ http, licenseUrl }: CheckDeps): Promise<{
  readonly answer: Verdict
  readonly date: number | null
}> {
  const url = licenseUrl().replace(/\/+$/, '')
  if (url === '') return { answer: warning('license-server-not-set'), date: null }
  const { host } = new URL(url)
  const response = await http({
    method: 'GET',
    url: url + ROUTES.plans,
    headers: { accept: 'application/json' },
    timeoutMs: HTTP_TIMEOUT_MS,
  }).catch(() => null)
  if (response === null) return { answer: failed('license-server-unreachable', { host }), date: null }
  if (response.status >= 500) return { answer: failed('license-server-unreachable', { host }), date: null }
  if (!isPlans(response.body)) return { answer: failed('license-server-not-itself', { host }), date: null }
  const [, text] = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'date') ?? []
  const date = Date.parse(text ?? '')
  return { answer: ok, date: Number.isNaN(date) ? null : date }
}

function isPlans(body: string): boolean {
  try {
    return plansResponseSchema.safeParse(JSON.parse(body)).success
  } catch {
    return false
  }
}

function license({ state, offlineUntil, denial }: LicenseView, now: number): Verdict {
  switch (state) {
    case 'none':
      return warning('license-none')
    case 'expired':
      return failed('license-expired')
    case 'denied':
      return failed('license-denied', { reason: denial ?? '' })
    case 'warn': {
      const hours = offlineUntil === null ? 0 : Math.max(0, (Date.parse(offlineUntil) - now) / 3_600_000)
      return warning('license-soon-over', { hours: Math.round(hours) })
    }
    case 'trialing':
    case 'valid':
    case 'stale':
    case 'clock_behind':
      return ok
  }
}

function purchase(checkout: LicenseView['checkout']): Verdict {
  switch (checkout?.state) {
    case undefined:
      return notNeeded
    case 'settled':
      return ok
    case 'awaiting_payment':
      return info('purchase-unpaid')
    case 'confirming':
      return info('purchase-confirming')
    case 'in_review':
      return info('purchase-in-review')
    case 'underpaid':
      return warning('purchase-underpaid', { paid: checkout?.paidAmount ?? '0' })
    case 'expired':
      return warning('purchase-expired')
    case 'invalid':
      return warning('purchase-invalid')
  }
}

async function log({ logs }: CheckDeps): Promise<Verdict> {
  const { lines, days } = await logs.handlers['logs.read']({
    level: 'error',
    lines: LOGGED_ERRORS,
    day: null,
  })
  const [today] = days
  if (today === undefined) return warning('log-not-written')
  const count = lines.filter(({ at }) => at.slice(0, 10).replaceAll('-', '') === today).length
  return count === 0 ? ok : info('log-errors', { count })
}
