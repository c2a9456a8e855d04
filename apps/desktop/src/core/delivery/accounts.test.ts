import { expect, test } from 'vitest'
import type { AccountId, ChatId } from '../../contract/index.ts'
import { classify } from '../telegram/errors.ts'
import { fakeUser } from '../telegram/testing/fake-data-centre.ts'
import { confirm, draftOf, signedInMessaging, signIn } from '../telegram/testing/messaging-core.ts'

const SECOND = 1000
const CHAT = '-1001' as ChatId
const DATES = ['2027-01-05T09:00', '2027-01-06T09:00', '2027-01-07T09:00']

/** Two accounts, each with three messages for the same chat; neither has begun. */
async function two() {
  const core = await signedInMessaging()
  core.dc.addUser(fakeUser(2))
  const second = await signIn(core, 2)
  await core.handlers['targets.list']({ accountId: second, refresh: true })
  const begin = async (): Promise<void> => {
    for (const [accountId, text] of [
      [core.accountId, 'Du premier'],
      [second, 'Du second'],
    ] as const)
      await confirm(core, draftOf(accountId, { chatIds: [CHAT], text, dates: DATES }))
  }
  const statesOf = async (accountId: AccountId) =>
    (await core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 50, accountId })).items.map(
      ({ state }) => state,
    )
  const sends = () => core.dc.calls.filter(({ method }) => method === 'schedule').map(({ at }) => at)
  const texts = () => core.dc.channel('1').scheduled.map(({ text }) => text)
  return { ...core, second, begin, statesOf, sends, texts }
}

test('accounts place their messages side by side, each at its own pace', async () => {
  const core = await two()
  await core.begin()
  await core.time.advance(7 * SECOND)
  const [start] = core.sends()
  expect(core.sends().map(at => at - start!)).toEqual([0, 0, 3000, 3000, 6000, 6000])
})

test.each([
  ['a flood', 'FLOOD_WAIT_600', 420],
  ['a restriction', 'PEER_FLOOD', 400],
  ['the end of its session', 'AUTH_KEY_UNREGISTERED', 401],
] as const)('%s stops that account alone, and nothing of its work goes to another', async (_, name, code) => {
  const core = await two()
  core.dc.fault({ method: 'schedule', does: classify(name, code) })
  await core.begin()
  await core.time.advance(60 * SECOND)
  expect(await core.statesOf(core.accountId)).toEqual(['queued', 'queued', 'queued'])
  expect(await core.statesOf(core.second)).toEqual(['scheduled', 'scheduled', 'scheduled'])
  expect(core.texts()).toEqual(['Du second', 'Du second', 'Du second'])
})

test('after a sleep every chat with something of ours is read again, once', async () => {
  const core = await two()
  await core.begin()
  await core.time.advance(60 * SECOND)
  const looks = () => core.dc.calls.filter(({ method }) => method === 'scheduledHistory').length
  const before = looks()
  core.accounts.resume()
  await core.time.advance(30 * SECOND)
  expect(looks()).toBe(before + 2)
})
