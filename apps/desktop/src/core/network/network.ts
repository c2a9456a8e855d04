import type {
  ErrorCode,
  Handlers,
  ProxyView,
  RouteAttempt,
  RouteOutcome,
  RouteTest,
} from '../../contract/index.ts'
import type { Clock, Emit, Log, Timers } from '../ports.ts'
import type { ConnectionOptions, Proxy, TelegramGateway } from '../telegram/gateway.ts'
import type { SealedRecords } from '../vault/index.ts'
import { dialable, StoredProxy, viewOf, withKept } from './stored-proxy.ts'

export type NetworkDeps = {
  readonly records: SealedRecords
  readonly gateway: TelegramGateway
  readonly device: ConnectionOptions['device']
  /** Null: none is configured. The way to Telegram can be tried without. */
  readonly app: () => { readonly apiId: number; readonly apiHash: string } | null
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly emit: Emit
  /** Telegram is reached another way from now on: connections are to be made anew. */
  readonly onChange: () => void
}

export type Network = {
  readonly handlers: Pick<Handlers, 'network.get' | 'network.setProxy' | 'network.test'>
  /** The gateway, by the way that is set when it dials. */
  readonly gateway: TelegramGateway
  proxy(): ProxyView
  /** `network.test` with what is set. */
  testStored(): Promise<RouteTest>
}

const KIND = 'network'
const PROXY = 'proxy'
/** Three ports of which one may stay silent; nobody waits longer in front of a button. */
const TEST_TIMEOUT_MS = 45_000

/** How Telegram is reached: directly or through a proxy, for all accounts alike. What is kept of it is sealed. */
export function createNetwork(deps: NetworkDeps): Network {
  const { records, emit, log } = deps

  const stored = (): StoredProxy => {
    const parsed = StoredProxy.safeParse(records.read(KIND, PROXY) ?? { kind: 'none' })
    if (!parsed.success) log('warning', 'network.unreadable')
    return parsed.success ? parsed.data : { kind: 'none' }
  }
  // What is kept was dialable when it was set.
  let proxy: Proxy | null = dialable(stored())

  return {
    gateway: options => deps.gateway({ ...options, proxy }),
    proxy: () => viewOf(stored()),
    testStored: () => tryOut(deps, proxy),
    handlers: {
      'network.get': () => viewOf(stored()),
      'network.setProxy': change => {
        const next = withKept(change, stored())
        const ready = dialable(next)
        records.write(KIND, PROXY, next)
        proxy = ready
        const view = viewOf(next)
        emit('network.changed', view)
        deps.onChange()
        return view
      },
      'network.test': change => tryOut(deps, dialable(withKept(change, stored()))),
    },
  }
}

/** One connection, thrown away again: dial, agree on a key, greet. */
async function tryOut(
  { gateway, device, app, clock, timers, log }: NetworkDeps,
  proxy: Proxy | null,
): Promise<RouteTest> {
  const attempts: RouteAttempt[] = []
  const started = clock.monotonic()
  const connection = gateway({
    purpose: 'sign-in',
    session: null,
    ...(app() ?? { apiId: 0, apiHash: '' }),
    device,
    proxy,
    onAttempt: attempt => attempts.push(attempt),
    onSession: () => undefined,
    onHint: () => undefined,
    clock,
    timers,
    log,
  })
  let cancel = (): void => undefined
  const limit = new Promise<null>(resolve => {
    cancel = timers.after(TEST_TIMEOUT_MS, () => resolve(null))
  })
  const answer = await Promise.race([connection.connect(), limit]).finally(() => cancel())
  await connection.destroy()
  // Telegram may well say no: then it was reached.
  const reached = answer?.ok === true || (answer !== null && answer.error.reaction !== 'OFFLINE')
  return {
    error: reached ? null : reasonOf(outcomesOf(attempts), proxy),
    attempts: settled(attempts),
    milliseconds: Math.round(clock.monotonic() - started),
  }
}

/** One line per address, with the last that was learnt of it. */
function settled(attempts: readonly RouteAttempt[]): RouteAttempt[] {
  return [...new Map(attempts.map(attempt => [`${attempt.host} ${attempt.port}`, attempt])).values()]
}

const outcomesOf = (attempts: readonly RouteAttempt[]): ReadonlySet<RouteOutcome> =>
  new Set(settled(attempts).map(({ outcome }) => outcome))

function reasonOf(outcomes: ReadonlySet<RouteOutcome>, proxy: Proxy | null): ErrorCode {
  if (proxy === null) return 'telegram/unreachable'
  if (outcomes.has('proxy-unreachable')) return 'proxy/unreachable'
  if (outcomes.has('proxy-credentials-refused')) return 'proxy/credentials-refused'
  if (outcomes.has('proxy-not-socks5')) return 'proxy/not-socks5'
  return proxy.kind === 'mtproxy' ? 'proxy/no-answer' : 'proxy/telegram-unreachable'
}
