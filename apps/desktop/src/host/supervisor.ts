import type { CallError, Envelope, EventMessage, EventName, Payload } from '../contract/index.ts'
import type { Clock, Keyring, Log, Timers } from '../core/ports.ts'
import type { CoreInit, FromCore, MessagePort, ToCore } from './wire.ts'

/** A process that hosts a core. `onExit` is called once, however it ended. `kill` cannot be ignored by it. */
export type CoreChild = MessagePort & {
  onExit(listener: () => void): void
  kill(): void
  readonly pid: number | undefined
}

/** The system's own keyring; what a person's session holds in memory is the supervisor's. */
export type SystemKeyring = Pick<Keyring, 'strength' | 'backend' | 'wrap' | 'unwrap'>

export type Supervisor = {
  start(): void
  /** Asks the core to stop, kills it when it has not within ten seconds; resolves when its process is gone. */
  stop(): Promise<void>
  resume(): void
  /** This process called an address, or tried to; counted by the core while there is one. */
  contacted(url: string, reached: boolean): void
  call(name: string, input: unknown): Promise<Envelope<unknown>>
  /** Returns the function that ends the subscription. */
  subscribe(listener: (message: EventMessage) => void): () => void
  /** An event of the host's own, in one sequence of revisions with the core's. */
  emit<N extends EventName>(name: N, payload: Payload<N>): void
  /** Called at once with the present state, then at every change. */
  onConnection(listener: (connected: boolean) => void): () => void
  readonly pid: () => number | null
}

type Options = {
  readonly fork: () => CoreChild
  readonly init: CoreInit
  readonly clock: Clock
  readonly timers: Timers
  readonly keyring: SystemKeyring
  readonly openExternal: (url: string) => Promise<boolean>
  readonly log: Log
  /** The core ended without being asked to; `hung`: it did not answer any more and was killed. */
  readonly onCrash?: (how: 'ended' | 'hung') => void
  /** The core ended five times in a row without a minute of life; it is still tried again, once a minute at most. */
  readonly onTrouble?: () => void
}

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 60_000
const STABLE_AFTER_MS = 60_000
const QUICK_TRIES = 5
const STOP_WITHIN_MS = 10_000
const HEARTBEAT_MS = 15_000
/** Counted in heartbeats, not in time: a machine that slept for hours has missed none. */
const SILENT_HEARTBEATS = 4

const UNAVAILABLE: Envelope<never> = {
  ok: false,
  error: { code: 'call/core-unavailable', retryable: true } satisfies CallError,
}

/** No keyring at all: the browser-hosted form, where a passphrase opens the vault. */
export const noKeyring: SystemKeyring = {
  strength: () => Promise.resolve('missing'),
  backend: () => Promise.resolve('none'),
  wrap: () => Promise.reject(new Error('this host has no keyring')),
  unwrap: () => Promise.reject(new Error('this host has no keyring')),
}

/**
 * Keeps one core running: one that ends is started again, one that has not answered for a minute is killed first. While it is down calls answer `call/core-unavailable`. Revisions only grow over the
 * supervisor's life, with a gap at every restart, so that an interface that missed the restart fetches again.
 */
export function superviseCore(options: Options): Supervisor {
  const { clock, timers, log } = options
  const listeners = new Set<(message: EventMessage) => void>()
  const connectionListeners = new Set<(connected: boolean) => void>()
  const pending = new Map<number, (envelope: Envelope<unknown>) => void>()
  let child: CoreChild | undefined
  let connected = false
  let stopping: Promise<void> | undefined
  let lastId = 0
  let failures = 0
  let lastRevision = 0
  let held: Uint8Array | null = null
  let cancelRestart: (() => void) | undefined
  let onGone: (() => void) | undefined
  let silent = 0
  let cancelHeartbeat: (() => void) | undefined

  function setConnected(value: boolean): void {
    if (connected === value) return
    connected = value
    for (const listener of connectionListeners) listener(value)
  }

  function launch(): void {
    cancelRestart = undefined
    const startedAt = clock.monotonic()
    // The gap says that something may have been missed.
    if (lastRevision > 0) lastRevision += 1
    let launched: CoreChild
    try {
      launched = options.fork()
    } catch (error) {
      log('error', 'core.fork-failed', { error: String(error) })
      relaunch(startedAt)
      return
    }
    child = launched
    silent = 0
    launched.onMessage(message => {
      if (child === launched) receive(launched, message as FromCore)
    })
    launched.onExit(() => {
      child = undefined
      cancelHeartbeat?.()
      setConnected(false)
      for (const answer of pending.values()) answer(UNAVAILABLE)
      pending.clear()
      onGone?.()
      if (stopping !== undefined) return
      options.onCrash?.(silent > SILENT_HEARTBEATS ? 'hung' : 'ended')
      relaunch(startedAt)
    })
    post(launched, { type: 'init', init: options.init })
  }

  function relaunch(startedAt: number): void {
    if (clock.monotonic() - startedAt >= STABLE_AFTER_MS) failures = 0
    const delay = Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS)
    failures += 1
    log('error', 'core.ended', { failures, restartInMs: delay })
    if (failures === QUICK_TRIES) options.onTrouble?.()
    cancelRestart = timers.after(delay, launch)
  }

  function beat(to: CoreChild): void {
    cancelHeartbeat = timers.after(HEARTBEAT_MS, () => {
      silent += 1
      if (silent > SILENT_HEARTBEATS) {
        log('error', 'core.hung', { heartbeats: silent })
        to.kill()
        return
      }
      post(to, { type: 'ping' })
      beat(to)
    })
  }

  function broadcast(message: EventMessage): void {
    lastRevision += 1
    const stamped = { ...message, revision: lastRevision }
    for (const listener of listeners) listener(stamped)
  }

  function receive(from: CoreChild, message: FromCore): void {
    silent = 0
    switch (message.type) {
      case 'ready':
        cancelHeartbeat?.()
        beat(from)
        setConnected(true)
        return
      case 'pong':
        return
      case 'result':
        pending.get(message.id)?.(message.envelope)
        pending.delete(message.id)
        return
      case 'event':
        broadcast(message.message)
        return
      case 'ask':
        answerQuestion(message.what, message.value).then(
          value => {
            post(from, { type: 'answer', id: message.id, ok: true, value })
          },
          (error: unknown) => {
            const text = error instanceof Error ? error.message : 'refused'
            post(from, { type: 'answer', id: message.id, ok: false, value: text })
          },
        )
    }
  }

  async function answerQuestion(
    what: Extract<FromCore, { type: 'ask' }>['what'],
    value: unknown,
  ): Promise<unknown> {
    switch (what) {
      case 'strength':
        return options.keyring.strength()
      case 'backend':
        return options.keyring.backend()
      case 'wrap':
        return options.keyring.wrap(bytes(value))
      case 'unwrap':
        return options.keyring.unwrap(bytes(value))
      case 'hold':
        held?.fill(0)
        held = value === null ? null : Uint8Array.from(bytes(value))
        return null
      case 'held':
        return held
      case 'openExternal':
        return typeof value === 'string' && options.openExternal(value)
    }
  }

  async function stop(): Promise<void> {
    cancelRestart?.()
    cancelHeartbeat?.()
    held?.fill(0)
    held = null
    const running = child
    if (running === undefined) return
    await new Promise<void>(resolve => {
      const cancelKill = timers.after(STOP_WITHIN_MS, () => {
        log('warning', 'core.killed', { afterMs: STOP_WITHIN_MS })
        running.kill()
      })
      onGone = () => {
        cancelKill()
        resolve()
      }
      post(running, { type: 'stop' })
    })
  }

  function post(to: CoreChild, message: ToCore): void {
    if (to === child) to.postMessage(message)
  }

  return {
    start: launch,
    stop: () => (stopping ??= stop()),
    resume() {
      if (child !== undefined) post(child, { type: 'resume' })
    },
    contacted(url, reached) {
      if (child !== undefined) post(child, { type: 'contacted', url, reached })
    },
    call(name, input) {
      const running = child
      if (running === undefined || stopping !== undefined) return Promise.resolve(UNAVAILABLE)
      return new Promise(resolve => {
        const id = ++lastId
        pending.set(id, resolve)
        post(running, { type: 'call', id, name, input })
      })
    },
    subscribe: listener => add(listeners, listener),
    emit: (name, payload) => {
      broadcast({ name, payload, revision: 0 } as EventMessage)
    },
    onConnection(listener) {
      listener(connected)
      return add(connectionListeners, listener)
    },
    pid: () => child?.pid ?? null,
  }
}

function add<T>(set: Set<T>, value: T): () => void {
  set.add(value)
  return () => {
    set.delete(value)
  }
}

function bytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new TypeError('bytes expected')
}
