import { int, long, longs } from '../tl/fields.ts'
import type { Layer } from '../tl/schema.ts'
import type { TlObject } from '../tl/value.ts'
import { TlWriter } from '../tl/writer.ts'
import type { Message } from './envelope.ts'
import type { Faults } from './faults.ts'
import type { Session } from './session.ts'
import type { Sessions } from './sessions.ts'

type ServiceDeps = {
  readonly service: Layer
  readonly sessions: Sessions
  readonly faults: Faults
  /** Transport time, seconds. */
  readonly seconds: () => number
  readonly forgetKey: (session: Session) => void
  /** Ends the connection if nothing asks for more time before then. */
  readonly closeAfter: (session: Session, ms: number) => void
}

/** Answers MTProto's own messages; false for anything else (https://core.telegram.org/mtproto/service_messages). */
export type Service = (session: Session, message: Message, object: TlObject) => boolean

const RECEIVED = 4
const NOT_RECEIVED = 2

export const createService = (deps: ServiceDeps): Service => {
  const body = (object: TlObject): Buffer => new TlWriter(deps.service).boxed(object).done()

  const pong = (session: Session, message: Message, object: TlObject): void => {
    const pingId = long(object, 'ping_id')
    const send = (): void => {
      session.send(body({ _: 'pong', msg_id: message.id, ping_id: pingId }), 'answer', false)
    }
    const fault = deps.faults.takeExact(object._)
    if (fault && 'noAnswer' in fault) return
    if (fault?.delayMs === undefined) send()
    else setTimeout(send, fault.delayMs).unref()
  }

  return (session, message, object) => {
    switch (object._) {
      case 'msgs_ack':
        session.acknowledged(longs(object, 'msg_ids'))
        return true
      case 'ping':
        pong(session, message, object)
        return true
      case 'ping_delay_disconnect':
        pong(session, message, object)
        deps.closeAfter(session, Math.max(1, int(object, 'disconnect_delay')) * 1000)
        return true
      case 'get_future_salts': {
        const now = deps.seconds()
        const salt = {
          _: 'future_salt',
          valid_since: now - 60,
          valid_until: now + 86_400,
          salt: session.key.salt,
        }
        session.send(body({ _: 'future_salts', req_msg_id: message.id, now, salts: [salt] }), 'answer', false)
        return true
      }
      case 'msgs_state_req': {
        const states = longs(object, 'msg_ids').map(id => (session.stateOf(id) ? RECEIVED : NOT_RECEIVED))
        session.send(
          body({ _: 'msgs_state_info', req_msg_id: message.id, info: Buffer.from(states) }),
          'answer',
          false,
        )
        return true
      }
      case 'msg_resend_req':
        session.resend(longs(object, 'msg_ids'))
        return true
      case 'destroy_session': {
        const id = long(object, 'session_id')
        const known = id !== session.id && deps.sessions.remove(session.key, id)
        const name = known ? 'destroy_session_ok' : 'destroy_session_none'
        session.send(body({ _: name, session_id: id }), 'answer', false)
        return true
      }
      case 'destroy_auth_key':
        session.send(body({ _: 'destroy_auth_key_ok' }), 'answer', false)
        setImmediate(() => {
          deps.forgetKey(session)
        })
        return true
      case 'msgs_state_info':
      case 'msgs_all_info':
      case 'http_wait':
        return true
      default:
        return false
    }
  }
}
