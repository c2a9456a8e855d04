import { createApi } from './handlers/index.ts'
import { DC_ID } from './handlers/help.ts'
import type { Fault } from './mtproto/faults.ts'
import type { Call } from './mtproto/rpc.ts'
import { startServer } from './mtproto/server.ts'
import type { MtprotoServer } from './mtproto/server.ts'
import type { Session, WireHabits } from './mtproto/session.ts'
import { createPublication } from './publication.ts'
import { updatesFor } from './push.ts'
import { createStateFile, loadState } from './state-file.ts'
import type { TlObject } from './tl/value.ts'
import { createWorld } from './world/facade.ts'
import type { World } from './world/facade.ts'
import { seedCommunity } from './world/seed.ts'
import { createWorldCore, emptyState } from './world/world.ts'

export { pointGramjsAt } from './point-gramjs.ts'
export { CAMILLE, NASSIM, seedCommunity } from './world/seed.ts'
export { keyOfUser } from './world/state.ts'
export { RpcError } from './errors.ts'
export type { Fault } from './mtproto/faults.ts'
export type { WireHabits } from './mtproto/session.ts'
export type { TlObject, TlValue } from './tl/value.ts'
export type { World } from './world/facade.ts'
export type { Draft } from './world/messages.ts'
export type { ScheduleChange } from './world/schedule.ts'
export type { AdminRight, BannedRight, Chat, Member, Message, PeerKey, User } from './world/state.ts'
export type { NewChat, NewMember, NewUser } from './world/world.ts'

export type TelegramOptions = {
  /** 0, the default, for any free port. Always on 127.0.0.1. */
  readonly port?: number
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
  readonly request: TlObject
  readonly layer: number
  /** World time, ms. */
  readonly at: number
  /** E.164 without the plus sign; null before sign-in. */
  readonly phone: string | null
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
  readonly dcId: 2
  /** PKCS#1 PEM, made anew at each start. */
  readonly rsaPublicKey: string
  /** Who can sign in, and with what. */
  readonly accounts: readonly Account[]
  readonly world: World
  /** What clients asked, oldest first; the last 10,000. */
  readonly calls: readonly RecordedCall[]
  readonly faults: { readonly add: (fault: Fault) => void; readonly clear: () => void }
  readonly clock: {
    /** Moves world time; what becomes due is published at once. */
    readonly advanceWorld: (ms: number) => void
    /** Moves the time of the transport (message ids, salts), forth or back. */
    readonly shiftTransport: (ms: number) => void
    /** World time, ms. */
    readonly now: () => number
  }
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

/**
 * Starts a data centre of our own on 127.0.0.1 that speaks MTProto 2.0 over TCP, for trying the product and for its
 * tests. Refuses to start in production.
 */
export const startTelegram = async (options: TelegramOptions = {}): Promise<TelegramSandbox> => {
  if (process.env['NODE_ENV'] === 'production') throw new Error('The local data centre is not for production')
  const log = options.log ?? ((line: string) => process.stderr.write(`telegram sandbox: ${line}\n`))
  const saved = options.stateFile === undefined ? undefined : loadState(options.stateFile, log)

  let worldOffset = saved?.worldOffset ?? 0
  const baseNow = options.now ?? Date.now
  const nowMs = (): number => baseNow() + worldOffset
  const calls: RecordedCall[] = []
  let serving: Session | undefined
  // Filled once it listens; what runs before then finds nobody to tell.
  const running: { server?: MtprotoServer } = {}

  const state = saved?.world ?? emptyState()
  const core = createWorldCore(
    state,
    () => Math.floor(nowMs() / 1000),
    event => {
      file.changed()
      if (event.type === 'scheduled') publication.expect(event.message.date)
      running.server?.push(event.userId, updatesFor(core, event), serving)
    },
  )
  const world = createWorld(core)
  const file = createStateFile(
    options.stateFile,
    () => ({ world: state, worldOffset, keys: running.server?.keys.dump() ?? [] }),
    log,
  )
  const publication = createPublication(core)
  const api = createApi(
    { world: core, address: () => ({ port: running.server?.port ?? 0 }), changed: file.changed },
    log,
  )

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
  const record = ({ request, caller }: Call): void => {
    const phone = core.user(caller.key.userId ?? 0)?.phone ?? null
    calls.push({ method: request._, request, layer: caller.layer.number, at: nowMs(), phone })
    if (calls.length > MOST_CALLS) calls.shift()
  }

  const started = await startServer({ port: options.port ?? 0, invoke, record, changed: file.changed, log })
  running.server = started
  if (saved) started.keys.restore(saved.keys)
  else (options.seed ?? seedCommunity)(world)
  publication.check()

  return {
    host: '127.0.0.1',
    port: started.port,
    dcId: DC_ID,
    rsaPublicKey: started.rsa.publicPem,
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
    faults: started.faults,
    clock: {
      advanceWorld: ms => {
        worldOffset += ms
        file.changed()
        publication.check()
      },
      shiftTransport: started.shiftClock,
      now: nowMs,
    },
    wire: started.habits,
    dropAll: started.dropAll,
    forgetKeys: started.forgetKeys,
    revoke: phone => {
      started.keys.signOut(core.account(phone).id)
      file.changed()
    },
    stop: async () => {
      publication.stop()
      await started.stop()
      file.changed()
      file.flush()
    },
  }
}
