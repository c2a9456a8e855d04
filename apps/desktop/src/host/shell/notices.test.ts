import { expect, test } from 'vitest'
import type { EventMessage } from '../../contract/index.ts'
import { createNoticeDesk, mayShow } from './notices.ts'

const NOW = Date.parse('2027-01-04T09:00:00Z')
const desk = (language: 'fr' | 'en' = 'en') => {
  const made = createNoticeDesk({ now: () => NOW, language: () => language })
  return (name: string, payload: unknown) =>
    made.read({ name, revision: 1, payload } as EventMessage).map(({ kind, page }) => `${kind}>${page}`)
}
const account = (health: string, pausedUntil: string | null = null) => [
  { id: 'a', name: 'Nassim', health, pausedUntil },
]
const placing = (done: number, failed: number, total: number) => ({
  accountId: 'a',
  done,
  failed,
  total,
  waiting: null,
})

test('what stood already when the program started is not said again', () => {
  const read = desk()
  expect(read('accounts.changed', account('signed-out'))).toEqual([])
  expect(read('license.changed', { state: 'expired' })).toEqual([])
  expect(read('accounts.changed', account('signed-out'))).toEqual([])
})

test('an account that is signed out is told once, and again only after it was back', () => {
  const read = desk()
  const seen = ['online', 'signed-out', 'signed-out', 'online', 'frozen'].map(health =>
    read('accounts.changed', account(health)),
  )
  expect(seen).toEqual([[], ['account>accounts'], [], [], ['account>accounts']])
})

test('a pause is told when it is long, not when it is ordinary', () => {
  const read = desk()
  read('accounts.changed', account('online'))
  expect(read('accounts.changed', account('paused', '2027-01-04T09:01:00Z'))).toEqual([])
  read('accounts.changed', account('online'))
  expect(read('accounts.changed', account('paused', '2027-01-04T10:00:00Z'))).toEqual(['wait>accounts'])
})

test('failures of one round of placing are one notice; its end is another', () => {
  const read = desk()
  const seen = [
    placing(0, 0, 3),
    placing(0, 1, 3),
    placing(0, 2, 3),
    placing(1, 2, 3),
    placing(0, 0, 1),
    placing(0, 1, 1),
  ].map(progress => read('deliveries.progressed', progress))
  expect(seen).toEqual([[], ['failed>deliveries'], [], ['finished>deliveries'], [], ['failed>deliveries']])
})

test('that AutoTele stopped out of care is told once', () => {
  const read = desk()
  const seen = [null, 'held', 'held', 'pace', 'held'].map(reason =>
    read('deliveries.progressed', {
      ...placing(0, 0, 3),
      waiting: reason === null ? null : { reason, until: null },
    }),
  )
  expect(seen).toEqual([[], ['wait>deliveries'], [], [], ['wait>deliveries']])
})

test('a licence is told when it starts to end and when it has ended', () => {
  const read = desk()
  const seen = ['valid', 'warn', 'warn', 'expired', 'valid', 'denied'].map(state =>
    read('license.changed', { state }),
  )
  expect(seen).toEqual([[], ['license>license'], [], ['license>license'], [], ['license>license']])
})

test('a notice speaks the person’s language', () => {
  const made = createNoticeDesk({ now: () => NOW, language: () => 'fr' })
  made.read({ name: 'license.changed', revision: 1, payload: { state: 'valid' } } as EventMessage)
  const [notice] = made.read({
    name: 'license.changed',
    revision: 2,
    payload: { state: 'denied' },
  } as EventMessage)
  expect(notice?.title).toBe('Votre licence est terminée')
})

const notices = { failed: true, account: true, wait: true, license: true, finished: false }
test.each([
  // 09:00 in UTC is 10:00 in Paris and 04:00 in New York.
  ['off', false, '00:00', '23:59', 'Europe/Paris', true],
  ['before the hours', true, '10:01', '12:00', 'Europe/Paris', true],
  ['their first minute', true, '10:00', '12:00', 'Europe/Paris', false],
  ['the minute after', true, '08:00', '10:00', 'Europe/Paris', true],
  ['over midnight, by night', true, '22:00', '07:00', 'America/New_York', false],
  ['over midnight, by day', true, '22:00', '07:00', 'Europe/Paris', true],
  ['all day', true, '08:00', '08:00', 'Europe/Paris', false],
])('quiet hours: %s', (_name, enabled, from, to, zone, shown) => {
  expect(mayShow('failed', { notices, quietHours: { enabled, from, to } }, NOW, zone)).toBe(shown)
})

test('a kind that was switched off is never shown', () => {
  const quietHours = { enabled: false, from: '22:00', to: '07:00' }
  expect(mayShow('finished', { notices, quietHours }, NOW, 'UTC')).toBe(false)
})
