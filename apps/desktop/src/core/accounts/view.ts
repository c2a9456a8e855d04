import type { AccountHealth, AccountView } from '../../contract/index.ts'
import { instantOf } from '../time.ts'
import type { Line } from './line.ts'
import type { Account } from './store.ts'

const ROUNDS_UNTIL_BLOCKED = 3

/** `+33 •• •• •• 01`: enough to tell one's own numbers apart, not enough to learn one. */
export function phoneHint(phone: string): string {
  return phone.length < 6 ? '••' : `+${phone.slice(0, 2)} •• •• •• ${phone.slice(-2)}`
}

export function healthOf(account: Account, line: Line | undefined, now: number): AccountHealth {
  if (account.standing === 'signed-out' || account.standing === 'removed')
    return account.lastError === 'telegram/session-duplicated' ? 'session-duplicated' : 'signed-out'
  if (account.standing === 'restricted')
    return account.lastError === 'telegram/frozen' ? 'frozen' : 'restricted'
  const state = line?.state() ?? 'offline'
  if (state !== 'online' && isBlocked(line)) return 'blocked'
  if (state === 'online' && account.waitUntil !== null && account.waitUntil > now) return 'paused'
  return state
}

/** One loss says nothing of the network; every address in vain, again and again, does. */
function isBlocked(line: Line | undefined): boolean {
  const { rounds, tried } = line?.trouble() ?? { rounds: 0, tried: [] }
  return rounds >= ROUNDS_UNTIL_BLOCKED && tried.length > 0
}

/** An account as the interface shows it; `now` in milliseconds since 1970. */
export function accountView(account: Account, line: Line | undefined, now: number): AccountView {
  const waiting = account.waitUntil !== null && account.waitUntil > now ? account.waitUntil : null
  return {
    id: account.id,
    name: account.name,
    username: account.username,
    phoneHint: phoneHint(account.phone),
    premium: account.premium,
    health: healthOf(account, line, now),
    pausedUntil: waiting === null ? null : instantOf(waiting),
    lastError: account.lastError,
    tried: line?.state() === 'online' ? [] : [...(line?.trouble().tried ?? [])],
  }
}
