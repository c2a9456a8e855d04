import { pointGramjsAt } from '@autotele/sandbox/point-gramjs'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import type {
  Api as ApiOf,
  TelegramClient as ClientOf,
} from '../../apps/desktop/src/core/telegram/gramjs/library.ts'
import type { Peer } from '../../apps/desktop/src/core/telegram/gateway.ts'
import { LIBRARY } from '../library.ts'
import { ACCOUNT, APP, place, TEXT, type Login } from './place.ts'

const load = createRequire(new URL('../../apps/desktop/package.json', import.meta.url))
type BigInteger = ApiOf.InputPeerChannel['channelId']
export const bigInteger = load('big-integer') as (value: string) => BigInteger
export const { Api, TelegramClient, Logger } = load(LIBRARY) as {
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
export async function openBare({
  saved = '',
  login = ACCOUNT,
}: { saved?: string; login?: Login } = {}): Promise<ClientOf> {
  const { resolveAddress } = pointGramjsAt(place)
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
  const client = new TelegramClient(session as never, APP.apiId, APP.apiHash, {
    networkSocket: LocalSocket as never,
    floodSleepThreshold: -1,
    securityChecks: true,
    baseLogger: new Logger('none') as never,
  })
  await client.connect()
  if (saved === '') {
    const phoneNumber = login.phone
    const sent = await client.invoke(
      new Api.auth.SendCode({ phoneNumber, ...APP, settings: new Api.CodeSettings({}) }),
    )
    const { phoneCodeHash } = sent as ApiOf.auth.SentCode
    await client.invoke(new Api.auth.SignIn({ phoneNumber, phoneCodeHash, phoneCode: login.code }))
  }
  return client
}

export const savedSession = (client: ClientOf): string => String(client.session.save())
export const randomId = (): string => String(randomBytes(8).readBigInt64LE() | 1n)

/** Puts `count` scheduled messages into a chat, one after the other, a second apart from `at` on (Unix seconds). */
export async function bareLoop(client: ClientOf, peer: Peer, at: number, count: number): Promise<void> {
  if (peer.kind !== 'channel') throw new Error('not a channel')
  const [channelId, accessHash] = [bigInteger(peer.id), bigInteger(peer.accessHash)]
  for (let i = 0; i < count; i++)
    await client.invoke(
      new Api.messages.SendMessage({
        peer: new Api.InputPeerChannel({ channelId, accessHash }),
        message: TEXT,
        noWebpage: true,
        scheduleDate: at + i,
        randomId: bigInteger(randomId()),
      }),
    )
}
