import { createRequire } from 'node:module'
import { randomBytes } from 'node:crypto'
import type { StoredSession, TelegramConnection } from '../../apps/desktop/src/core/telegram/gateway.ts'
import type {
  Api as ApiOf,
  TelegramClient as ClientOf,
} from '../../apps/desktop/src/core/telegram/gramjs/library.ts'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/index.ts'
import { LIBRARY, pointAt } from '../gateway/point-at.ts'
import { ACCOUNT, type Place } from './data-centre.ts'

const app = { apiId: 4242, apiHash: '0123456789abcdef0123456789abcdef' }

type Answered<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: { rpc: string } }

export function valueOf<T>(answer: Answered<T>): T {
  if (!answer.ok) throw new Error(`refused: ${answer.error.rpc}`)
  return answer.value
}

export type Connected = { readonly line: TelegramConnection; readonly session: StoredSession }

/** The product's gateway, connected; signed in anew unless it comes back with a session. */
export async function gatewayAt(place: Place, session: StoredSession | null = null): Promise<Connected> {
  let latest = session
  const line = createGramjsGateway(pointAt(place))({
    ...app,
    purpose: session === null ? 'sign-in' : 'account',
    session,
    device: { appVersion: '9.9.9', language: 'fr' },
    onSession: next => {
      latest = next
    },
    onHint: () => undefined,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    timers: {
      after: (ms, run) => {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
    },
    log: () => undefined,
  })
  valueOf(await line.connect())
  if (session === null) {
    const { hash } = valueOf(await line.sendCode(ACCOUNT.phone))
    valueOf(await line.signIn(ACCOUNT.phone, hash, ACCOUNT.code))
  }
  if (latest === null) throw new Error('no session was made')
  return { line, session: latest }
}

const load = createRequire(new URL('../../apps/desktop/package.json', import.meta.url))
type BigInteger = ApiOf.InputPeerChannel['channelId']
const bigInteger = load('big-integer') as (value: string) => BigInteger
const { Api, TelegramClient, Logger } = load(LIBRARY) as {
  Api: typeof ApiOf
  TelegramClient: typeof ClientOf
  Logger: new (level: string) => object
}
const { StringSession } = load(`${LIBRARY}/sessions`) as {
  StringSession: new (saved: string) => {
    setDC(id: number, host: string, port: number): void
    save(): unknown
  }
}
const { PromisedNetSockets } = load(`${LIBRARY}/extensions/PromisedNetSockets.js`) as {
  PromisedNetSockets: new () => { connect(port: number, host: string): Promise<unknown>; client?: unknown }
}

/** The client of the library as it comes, but that its packets are not held back (`setNoDelay`), as the gateway's are not. */
export async function bareAt(place: Place, saved = ''): Promise<ClientOf> {
  const { resolveAddress } = pointAt(place)
  class LocalSocket extends PromisedNetSockets {
    override async connect(): Promise<unknown> {
      const { host, port } = resolveAddress({ dcId: place.dcId })
      await super.connect(port, host)
      ;(this.client as { setNoDelay?: (on: boolean) => void } | undefined)?.setNoDelay?.(true)
      return this
    }
  }
  const session = new StringSession(saved)
  if (saved === '') session.setDC(place.dcId, place.host, 443)
  const client = new TelegramClient(session as never, app.apiId, app.apiHash, {
    networkSocket: LocalSocket as never,
    floodSleepThreshold: -1,
    securityChecks: true,
    baseLogger: new Logger('none') as never,
  })
  await client.connect()
  if (saved === '') {
    const phoneNumber = ACCOUNT.phone
    const sent = await client.invoke(
      new Api.auth.SendCode({ phoneNumber, ...app, settings: new Api.CodeSettings({}) }),
    )
    const { phoneCodeHash } = sent as ApiOf.auth.SentCode
    await client.invoke(new Api.auth.SignIn({ phoneNumber, phoneCodeHash, phoneCode: ACCOUNT.code }))
  }
  return client
}

export const savedSession = (client: ClientOf): string => String(client.session.save())
export const randomId = (): string => String(randomBytes(8).readBigInt64LE() | 1n)

export { Api as BareApi, bigInteger }
