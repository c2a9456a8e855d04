import { pointGramjsAt } from '@autotele/sandbox/point-gramjs'
import type { StoredSession, TelegramConnection } from '../../apps/desktop/src/core/telegram/gateway.ts'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/index.ts'
import { systemClock, systemTimers } from '../../apps/desktop/src/host/node-ports.ts'
import { ACCOUNT, APP, place, type Login } from './place.ts'

type Answered<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: { rpc: string } }

export function valueOf<T>(answer: Answered<T>): T {
  if (!answer.ok) throw new Error(`refused: ${answer.error.rpc}`)
  return answer.value
}

export type Connected = { readonly line: TelegramConnection; readonly session: StoredSession }

/** The product's gateway, connected; signed in anew unless it comes back with a session. */
export async function openGateway({
  session = null,
  login = ACCOUNT,
}: { session?: StoredSession | null; login?: Login } = {}): Promise<Connected> {
  let latest = session
  const line = createGramjsGateway(pointGramjsAt(place))({
    ...APP,
    purpose: session === null ? 'sign-in' : 'account',
    session,
    device: { appVersion: '9.9.9', language: 'fr' },
    onSession: next => {
      latest = next
    },
    onHint: () => undefined,
    clock: systemClock,
    timers: systemTimers,
    log: () => undefined,
  })
  valueOf(await line.connect())
  if (session === null) {
    const { hash } = valueOf(await line.sendCode(login.phone))
    valueOf(await line.signIn(login.phone, hash, login.code))
  }
  if (latest === null) throw new Error('no session was made')
  return { line, session: latest }
}
