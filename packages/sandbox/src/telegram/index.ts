import { createApi } from './handlers/index.ts'
import { acceptToken } from './handlers/auth-qr.ts'
import { createPasswords } from './handlers/auth-password.ts'
import { createTransfers } from './handlers/auth-transfer.ts'
import type { DataCentre, Shared } from './handlers/context.ts'
import { DC_ID } from './handlers/dc-id.ts'
import type { Faults } from './mtproto/faults.ts'
import { createGround } from './mtproto/ground.ts'
import type { KeyRecord } from './mtproto/keys.ts'
import type { Call } from './mtproto/rpc.ts'
import { startServer } from './mtproto/server.ts'
import type { MtprotoServer } from './mtproto/server.ts'
import type { Session, WireHabits } from './mtproto/session.ts'
import { createPublication } from './publication.ts'
import { updatesFor } from './push.ts'
import { createStateFile, loadState } from './state-file.ts'
import type { TlObject, TlValue } from './tl/value.ts'
import { createWorld } from './world/facade.ts'
import type { World } from './world/facade.ts'
import { seedCommunity } from './world/seed.ts'
import { createUploads } from './world/uploads.ts'
import { createLoginTokens } from './world/login-tokens.ts'
import type { User } from './world/state.ts'
import { createWorldCore, emptyState, normalisePhone } from './world/world.ts'

export { pointGramjsAt } from './point-gramjs.ts'
export { buildIn } from './world/build.ts'
export { CAMILLE, NASSIM, seedCommunity } from './world/seed.ts'
export { keyOfUser } from './world/state.ts'
export { RpcError } from './errors.ts'
export type { Fault } from './mtproto/faults.ts'
export type { DataCentre } from './handlers/context.ts'
export type { Delivery, NewLogin } from './world/login.ts'
export type { WireHabits } from './mtproto/session.ts'
export type { TlObject, TlValue } from './tl/value.ts'
export type { Builder } from './world/build.ts'
export type { World } from './world/facade.ts'
export type { Draft } from './world/messages.ts'
export type { ScheduleChange } from './world/schedule.ts'
export type {
  AdminRight,
  BannedRight,
  Chat,
  Media,
  MediaKind,
  Member,
  Message,
  PeerKey,
  User,
} from './world/state.ts'
export type { NewChat, NewMember, NewUser } from './world/world.ts'

export type TelegramOptions = {
  /** 0, the default, for any free port. Always on 127.0.0.1. */
  readonly port?: number
  /**
   * The data centres, all with the same world; where an account lives is said by its `login.dcId`, the first unless
   * told. One, with id 2, by default.
   */
  readonly dataCentres?: readonly { readonly id: number; readonly port?: number }[]
  /** World, scheduled messages and sign-ins survive a restart in this file; without it they do not. */
  readonly stateFile?: string
  /** Fills a world that starts empty; `seedCommunity` unless told. */
  readonly seed?: (world: World) => void
  /** World clock, ms. */
  readonly now?: () => number
  /** Told of unknown methods, answers that cannot be written, connections closed for what they sent. */
  readonly log?: (line: string) => void
}

export type RecordedCall = {
  readonly method: string
  /** Bytes longer than 256 are cut to that. */
  readonly request: TlObject
  readonly layer: number
  /** World time, ms. */
  readonly at: number
  /** E.164 without the plus sign; null before sign-in. */
  readonly phone: string | null
  /** `ok`, the text of the error it was answered with, or null while or because it has no answer. */
  readonly outcome: string | null
}

export type UnknownMethod = { readonly method: string; readonly layer: number | null; readonly times: number }

export type RefusalAmongResults = {
  readonly method: string
  readonly text: string
  readonly code?: number
  readonly results: number
}

export type Account = {
  readonly phone: string
  readonly code: string
  readonly password: string | null
  readonly name: string
}

export type TelegramSandbox = {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Of the first data centre, as `port`. */
  readonly dcId: number
  readonly dataCentres: readonly DataCentre[]
  /** PKCS#1 PEM, made anew at each start. */
  readonly rsaPublicKey: string
  /** Who can sign in, and with what. */
  readonly accounts: readonly Account[]
  readonly world: World
  /** What clients asked, oldest first; the last 10,000. */
  readonly calls: readonly RecordedCall[]
  /** Methods and constructors that were asked and that nobody wrote. */
  readonly unknownMethods: readonly UnknownMethod[]
  readonly faults: Pick<Faults, 'add' | 'clear' | 'list'> & {
    /** The next call is refused, and the refusal travels in one container with the answers of so many later calls. */
    readonly errorAndResultsInOneContainer: (refusal: RefusalAmongResults) => void
  }
  readonly clock: {
    /** Moves world time; what becomes due is published at once. */
    readonly advanceWorld: (ms: number) => void
    /** Moves the time of the transport (message ids, salts), forth or back. */
    readonly shiftTransport: (ms: number) => void
    /** World time, ms. */
    readonly now: () => number
    /** How far world time was moved, ms. */
    readonly offset: () => number
  }
  /** What has to be typed for the code under way for a number, or would have to be for the next. */
  readonly codeFor: (phone: string) => string
  /** Scans a QR code: the bytes of a login token, their base64url text, or a tg://login link. Throws RpcError. */
  readonly acceptQr: (token: Uint8Array | string, phone: string) => void
  /** How packets are written; each unkind habit may be switched off. */
  readonly wire: WireHabits
  /** Cuts every connection. */
  readonly dropAll: () => void
  /** Forgets every authorisation key: the next packet of each client is answered -404. */
  readonly forgetKeys: () => void
  /** Signs an account out everywhere: its calls are answered AUTH_KEY_UNREGISTERED. */
  readonly revoke: (phone: string) => void
  /** Saves, closes every connection, frees the port. */
  readonly stop: () => Promise<void>
}

const MOST_CALLS = 10_000
const MOST_UNKNOWN = 1_000
const MOST_RECORDED_BYTES = 256

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * Starts a data centre of our own on 127.0.0.1 that speaks MTProto 2.0 over TCP, for trying the product and for its
 * tests. Refuses to start in production.
 */
export const startTelegram = async (options: TelegramOptions = {}): Promise<TelegramSandbox> => {
  if (process.env['NODE_ENV'] === 'production') throw new Error('The local data centre is not for production')
  const log = options.log ?? ((line: string) => process.stderr.write(`telegram sandbox: ${line}\n`))
  const saved = options.stateFile === undefined ? undefined : loadState(options.stateFile, log)

  const places = options.dataCentres ?? [{ id: DC_ID, port: options.port ?? 0 }]
  const firstDc = places[0]?.id ?? DC_ID
  const homeOf = (user: User): number => places.find(({ id }) => id === user.login?.dcId)?.id ?? firstDc

  let worldOffset = saved?.worldOffset ?? 0
  const baseNow = options.now ?? Date.now
  const nowMs = (): number => baseNow() + worldOffset
  const calls: RecordedCall[] = []
  let serving: Session | undefined
  // Filled once they listen; what runs before then finds nobody to tell.
  const servers: MtprotoServer[] = []
  const unknown = new Map<string, UnknownMethod>()

  const state = saved?.world ?? emptyState()
  const core = createWorldCore(
    state,
    () => Math.floor(nowMs() / 1000),
    event => {
      file.changed()
      if (event.type === 'scheduled') publication.expect(event.message.date)
      const user = core.user(event.userId)
      const home = servers.find(server => user && server.dcId === homeOf(user))
      home?.push(key => key.userId === event.userId, updatesFor(core, event), serving)
    },
  )
  const uploads = createUploads(
    core.now,
    options.stateFile === undefined ? undefined : `${options.stateFile}.files`,
  )
  const world = createWorld(core, uploads)
  const file = createStateFile(
    options.stateFile,
    () => ({ world: state, worldOffset, keys: keysOf(servers) }),
    log,
  )
  const publication = createPublication(core)
  const shared: Shared = {
    world: core,
    dataCentres: () => servers.map(({ dcId, port }) => ({ id: dcId, port })),
    homeOf,
    tellKey: (keyId, updates) => {
      for (const server of servers) server.push(key => key.id === keyId, updates)
    },
    loginTokens: createLoginTokens(core.now),
    transfers: createTransfers(core.now),
    passwords: createPasswords(core.now),
    uploads,
    changed: file.changed,
  }
  const api = createApi(shared, log)

  const invoke = (call: Call): ReturnType<typeof api> => {
    publication.check()
    serving = call.caller.session
    try {
      return api(call)
    } finally {
      serving = undefined
      publication.check()
    }
  }
  const record = ({ request, caller }: Call): ((outcome: string) => void) => {
    const phone = core.user(caller.key.userId ?? 0)?.phone ?? null
    const recorded: Writable<RecordedCall> = {
      method: request._,
      request: withoutBulk(request),
      layer: caller.layer.number,
      at: nowMs(),
      phone,
      outcome: null,
    }
    calls.push(recorded)
    if (calls.length > MOST_CALLS) calls.shift()
    return outcome => {
      recorded.outcome = outcome
    }
  }

  const noteUnknown = (method: string, layer: number | null): void => {
    const name = `${method}/${layer ?? 0}`
    if (unknown.size >= MOST_UNKNOWN && !unknown.has(name)) return
    unknown.set(name, { method, layer, times: (unknown.get(name)?.times ?? 0) + 1 })
  }

  const ground = createGround(nowMs)
  for (const { id, port } of places) {
    const own = { dcId: id, port: port ?? 0, ground }
    servers.push(
      await startServer({ ...own, invoke, record, unknown: noteUnknown, changed: file.changed, log }),
    )
  }
  if (saved) for (const server of servers) server.keys.restore(keysAt(saved.keys, server.dcId, firstDc))
  else (options.seed ?? seedCommunity)(world)
  publication.check()

  return {
    host: '127.0.0.1',
    get port() {
      return servers[0]?.port ?? 0
    },
    dcId: firstDc,
    dataCentres: shared.dataCentres(),
    rsaPublicKey: ground.rsa.publicPem,
    get accounts() {
      return core.accounts().map(user => ({
        phone: `+${user.phone ?? ''}`,
        code: user.login?.code ?? '',
        password: user.login?.password ?? null,
        name: `${user.firstName} ${user.lastName}`.trim(),
      }))
    },
    world,
    calls,
    get unknownMethods() {
      return [...unknown.values()]
    },
    faults: {
      ...ground.faults,
      errorAndResultsInOneContainer: ({ results, ...refusal }) => {
        ground.faults.add({ ...refusal, withResults: results })
      },
    },
    clock: {
      advanceWorld: ms => {
        worldOffset += ms
        file.changed()
        publication.check()
      },
      shiftTransport: ground.shiftClock,
      now: nowMs,
      offset: () => worldOffset,
    },
    codeFor: phone =>
      core.codes.expected(normalisePhone(phone) ?? '') ?? core.account(phone).login?.code ?? '',
    acceptQr: (token, phone) => {
      acceptToken(shared, tokenOf(token), core.account(phone))
    },
    wire: ground.habits,
    dropAll: () => {
      for (const server of servers) server.dropAll()
    },
    forgetKeys: () => {
      for (const server of servers) server.forgetKeys()
    },
    revoke: phone => {
      for (const server of servers) server.keys.signOut(core.account(phone).id)
      file.changed()
    },
    stop: async () => {
      publication.stop()
      await Promise.all(servers.map(server => server.stop()))
      file.changed()
      file.flush()
      uploads.close()
    },
  }
}

/** What is kept of a request: of the parts of a file only how they begin. */
const withoutBulk = (request: TlObject): TlObject => {
  const kept: Record<string, TlValue> & { _: string } = { ...request }
  for (const [name, value] of Object.entries(kept))
    if (value instanceof Uint8Array && value.length > MOST_RECORDED_BYTES)
      kept[name] = Buffer.from(value.subarray(0, MOST_RECORDED_BYTES))
  return kept
}

const keysOf = (servers: readonly MtprotoServer[]): KeyRecord[] =>
  servers.flatMap(({ dcId, keys }) => keys.dump().map(key => ({ ...key, dcId })))

const keysAt = (records: readonly KeyRecord[], dcId: number, firstDc: number): KeyRecord[] =>
  records.filter(record => (record.dcId ?? firstDc) === dcId)

const tokenOf = (given: Uint8Array | string): Uint8Array =>
  typeof given === 'string'
    ? Buffer.from(
        given.startsWith('tg:') ? (new URL(given).searchParams.get('token') ?? '') : given,
        'base64url',
      )
    : given
