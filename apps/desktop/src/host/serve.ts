import { z } from 'zod'
import type { Envelope, EventMessage } from '../contract/index.ts'
import { CallFailure } from '../core/failure.ts'
import type { Keyring } from '../core/ports.ts'
import type { CoreInit, FromCore, HostedCore, KeyringMethod, MessagePort, ToCore } from './wire.ts'

/** What the supervising process does for the core. */
export type Outside = {
  readonly init: CoreInit
  readonly keyring: Keyring
  readonly openExternal: (url: string) => Promise<boolean>
  readonly emit: (message: EventMessage) => void
}

/**
 * Serves one core on `port`. `build` is called with the supervisor's init message. When it fails for a reason the
 * person can do something about (the data folder is in use, its disk is full), every call answers with that reason
 * and tries again, so that the interface's "try again" needs no new process. Anything else goes to `onBug`, which
 * ends the process: the supervisor starts another.
 * `onStopped` is called once the core has stopped, whoever asked.
 */
export function serve(
  port: MessagePort,
  build: (outside: Outside) => Promise<HostedCore>,
  { onBug, onStopped }: { onBug: (error: unknown) => void; onStopped: () => void },
): { stop(): void } {
  const send = (message: FromCore): void => {
    port.postMessage(message)
  }
  const questions = askThrough(send)
  let init: CoreInit | undefined
  let starting: Promise<HostedCore | CallFailure> | undefined
  let stopping = false

  async function start(given: CoreInit): Promise<HostedCore | CallFailure> {
    let built: HostedCore | undefined
    try {
      built = await build({
        init: given,
        keyring: questions.keyring,
        openExternal: questions.openExternal,
        emit: message => {
          send({ type: 'event', message })
        },
      })
      await built.start()
      return built
    } catch (error) {
      // What it had already opened (the lock of the data folder, the database) must not stand in the next try's way.
      await built?.stop()
      if (error instanceof CallFailure) return error
      throw error
    }
  }

  async function core(): Promise<HostedCore | CallFailure> {
    if (init === undefined) throw new Error('a call came before init')
    starting ??= start(init)
    const started = await starting
    if (started instanceof CallFailure) starting = undefined
    return started
  }

  function withCore(tell: (running: HostedCore) => void | Promise<void>): void {
    starting?.then(running => (running instanceof CallFailure ? undefined : tell(running))).catch(onBug)
  }

  async function answer(name: string, input: unknown): Promise<Envelope<unknown>> {
    const running = await core()
    return running instanceof CallFailure ? { ok: false, error: running.error } : running.call(name, input)
  }

  async function stop(): Promise<void> {
    if (stopping) return
    stopping = true
    const running = await starting?.catch(() => undefined)
    if (running !== undefined && !(running instanceof CallFailure)) await running.stop()
  }

  port.onMessage(raw => {
    const message = raw as ToCore
    switch (message.type) {
      case 'init':
        init = message.init
        core().then(() => {
          send({ type: 'ready' })
        }, onBug)
        return
      case 'call':
        if (stopping) return
        answer(message.name, message.input)
          .catch(() => INTERNAL)
          .then(envelope => {
            send({ type: 'result', id: message.id, envelope })
          }, onBug)
        return
      case 'answer':
        questions.settle(message.id, message.ok, message.value)
        return
      case 'resume':
        withCore(running => running.resume())
        return
      case 'contacted':
        withCore(running => running.contacted(message.url, message.reached))
        return
      case 'ping':
        send({ type: 'pong' })
        return
      case 'stop':
        stop().then(onStopped, onBug)
    }
  })

  return {
    stop: () => {
      stop().then(onStopped, onBug)
    },
  }
}

/** A core that throws instead of answering is a bug, but not one to end every other call for. */
const INTERNAL: Envelope<never> = { ok: false, error: { code: 'call/internal', retryable: false } }

const Unwrapped = z.object({ key: z.instanceof(Uint8Array), renew: z.boolean() })

/** The core's side of what only the supervisor has: the system's keyring and its browser. */
function askThrough(send: (message: FromCore) => void): {
  keyring: Keyring
  openExternal: (url: string) => Promise<boolean>
  settle: (id: number, ok: boolean, value: unknown) => void
} {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let lastId = 0

  const ask = (what: KeyringMethod | 'openExternal', value: unknown = null): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      send({ type: 'ask', id, what, value })
    })
  const askBytes = async (what: KeyringMethod, value: Uint8Array): Promise<Uint8Array> => {
    const answer = await ask(what, value)
    if (answer instanceof Uint8Array) return answer
    throw new Error(`${what}: the supervisor answered without bytes`)
  }

  return {
    keyring: {
      strength: async () => {
        const answer = await ask('strength')
        return answer === 'available' || answer === 'weak' ? answer : 'missing'
      },
      backend: async () => {
        const answer = await ask('backend')
        return typeof answer === 'string' ? answer : 'unknown'
      },
      wrap: key => askBytes('wrap', key),
      unwrap: async wrapped => {
        const answer = Unwrapped.safeParse(await ask('unwrap', wrapped))
        if (answer.success) return answer.data
        throw new Error('unwrap: the supervisor answered without a key')
      },
      hold: async key => {
        await ask('hold', key)
      },
      held: async () => {
        const answer = await ask('held')
        return answer instanceof Uint8Array ? answer : null
      },
    },
    openExternal: async url => (await ask('openExternal', url)) === true,
    settle: (id, ok, value) => {
      const question = waiting.get(id)
      waiting.delete(id)
      if (ok) question?.resolve(value)
      else question?.reject(new Error(typeof value === 'string' ? value : 'the supervisor refused'))
    },
  }
}
