import type { Layers } from '../tl/layers.ts'
import type { Layer } from '../tl/schema.ts'
import { TlError } from '../tl/value.ts'
import type { TlObject, TlValue } from '../tl/value.ts'
import { compressed, TlWriter } from '../tl/writer.ts'
import { bindTempKey } from './bind.ts'
import type { Message } from './envelope.ts'
import type { Faults } from './faults.ts'
import type { AuthKey, AuthKeys } from './keys.ts'
import { RpcError } from '../errors.ts'
import type { Session, WireHabits } from './session.ts'
import { unwrap } from './unwrap.ts'
import type { Unwrapped } from './unwrap.ts'

/** Who asks: the key that carries the authorisation, and the session the answer goes to. */
export type Caller = {
  readonly key: AuthKey
  readonly session: Session
  readonly layer: Layer
  /** The data centre that was asked. */
  readonly dcId: number
}

export type Call = { readonly request: TlObject; readonly caller: Caller }

type RpcDeps = {
  readonly dcId: number
  readonly layers: Layers
  readonly service: Layer
  readonly keys: AuthKeys
  readonly habits: WireHabits
  readonly faults: Faults
  /** Transport time, seconds. */
  readonly seconds: () => number
  /** Carries a request out; throws RpcError for an error that is the answer. */
  readonly invoke: (call: Call) => TlValue
  /** Told of each call; gives what takes its outcome, `ok` or the text of an error. */
  readonly record: (call: Call) => ((outcome: string) => void) | undefined
  /** A method nobody wrote, or a constructor that is in no schema, was asked. */
  readonly unknown: (method: string, layer: number | null) => void
  readonly drop: (session: Session) => void
  /** Something the state file holds has changed. */
  readonly changed: () => void
  readonly log: (line: string) => void
}

const RPC_RESULT = 0xf35c6d01
const AFTER_MS = 5_000
const METHOD_UNKNOWN = 'INPUT_METHOD_INVALID'

/** Runs each request once, whatever is sent again, and queues its answer. */
export type Rpc = (session: Session, message: Message) => void

export const createRpc = (deps: RpcDeps): Rpc => {
  const { service, keys, faults, habits } = deps

  const answer = (session: Session, requestId: bigint, result: Buffer): void => {
    const head = new TlWriter(service).int(RPC_RESULT).long(requestId).done()
    const body = Buffer.concat([head, compressed(result, habits.gzipAbove)])
    session.send(body, 'answer', true, requestId)
  }

  const refuse = (session: Session, requestId: bigint, error: RpcError): void => {
    const object = { _: 'rpc_error', error_code: error.code, error_message: error.message }
    answer(session, requestId, new TlWriter(service).boxed(object).done())
    session.finish(requestId, 'failed')
  }

  const toRpcError = (error: unknown, method: string): RpcError => {
    if (error instanceof RpcError) return error
    if (error instanceof TlError) {
      deps.log(`${method}: ${error.message}`)
      return new RpcError(400, 'INPUT_REQUEST_INVALID')
    }
    deps.log(`${method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return new RpcError(500, 'INTERNAL_SERVER_ERROR')
  }

  const serialise = (call: Call, value: TlValue): Buffer => {
    const { layer } = call.caller
    const result = layer.methods.get(call.request._)?.result ?? { kind: 'boxed' }
    try {
      return new TlWriter(layer).value(result, value, call.request._).done()
    } catch (error) {
      deps.log(`the answer to ${call.request._}: ${error instanceof Error ? error.message : String(error)}`)
      throw new RpcError(500, 'INTERNAL_SERVER_ERROR')
    }
  }

  const perform = (call: Call, messageId: bigint): void => {
    const { session } = call.caller
    const method = call.request._
    const fault = faults.take(method)
    const drop = fault && 'drop' in fault ? fault.drop : undefined
    const noAnswer = fault && 'noAnswer' in fault ? fault.noAnswer : undefined
    const run = (): void => {
      if (drop === 'before') {
        session.forget(messageId)
        deps.drop(session)
        return
      }
      const settle = deps.record(call)
      try {
        if (noAnswer === 'ignored') return
        if (fault && 'text' in fault) {
          if (fault.withResults !== undefined) session.gather(fault.withResults + 1)
          throw new RpcError(fault.code ?? 400, fault.text)
        }
        const result = serialise(call, deps.invoke(call))
        settle?.('ok')
        if (noAnswer === 'executed') return
        if (drop === 'after') deps.drop(session)
        answer(session, messageId, result)
        session.finish(messageId, 'done')
      } catch (error) {
        const refusal = toRpcError(error, method)
        settle?.(refusal.message)
        if (refusal.message === METHOD_UNKNOWN) deps.unknown(method, call.caller.layer.number)
        refuse(session, messageId, refusal)
      }
    }
    if (fault?.delayMs === undefined) run()
    else setTimeout(run, fault.delayMs).unref()
  }

  const authorityOf = (session: Session, unwrapped: Unwrapped): AuthKey => {
    const key = keys.authority(session.key)
    if (!key) throw new RpcError(401, 'AUTH_KEY_PERM_EMPTY')
    if (unwrapped.newLayer !== null && unwrapped.newLayer !== key.layer) {
      key.layer = unwrapped.newLayer
      deps.changed()
    }
    if (key.layer === null) throw new RpcError(400, 'CONNECTION_NOT_INITED')
    return key
  }

  const afterOthers = (
    session: Session,
    messageId: bigint,
    after: readonly bigint[],
    go: () => void,
  ): void => {
    const states = after.map(id => session.stateOf(id))
    const running = after.find((_, i) => states[i] === 'running')
    if (states.includes('failed')) refuse(session, messageId, new RpcError(400, 'MSG_WAIT_FAILED'))
    else if (running === undefined) go()
    else {
      let waiting = true
      const timeout = setTimeout(() => {
        waiting = false
        refuse(session, messageId, new RpcError(400, 'MSG_WAIT_TIMEOUT'))
      }, AFTER_MS)
      timeout.unref()
      session.whenFinished(running, () => {
        clearTimeout(timeout)
        if (waiting) afterOthers(session, messageId, after, go)
      })
    }
  }

  return (session, message) => {
    if (!session.begin(message.id)) return
    try {
      const known = keys.authority(session.key)?.layer ?? null
      const unwrapped = unwrap(message.body, known, deps.layers)
      if (unwrapped.withoutUpdates) session.wantsUpdates = false
      if (unwrapped.request._ === 'auth.bindTempAuthKey') {
        bindTempKey(unwrapped.request, session, message.id, deps)
        answer(session, message.id, new TlWriter(service).value({ kind: 'bool' }, true, 'bound').done())
        session.finish(message.id, 'done')
        return
      }
      const key = authorityOf(session, unwrapped)
      const call = {
        request: unwrapped.request,
        caller: { key, session, layer: unwrapped.layer, dcId: deps.dcId },
      }
      afterOthers(session, message.id, unwrapped.after, () => {
        perform(call, message.id)
      })
    } catch (error) {
      const refusal = toRpcError(error, 'request')
      // Something this server cannot even read: a method or a whole layer may be missing.
      if (refusal.detail !== undefined) deps.log(`${refusal.message}: ${refusal.detail}`)
      if (refusal.message === METHOD_UNKNOWN) deps.unknown(refusal.detail ?? 'unreadable', session.key.layer)
      refuse(session, message.id, refusal)
    }
  }
}
