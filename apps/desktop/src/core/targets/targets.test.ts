import { expect, test } from 'vitest'
import type { ChatId } from '../../contract/index.ts'
import { classify } from '../telegram/errors.ts'
import { fakeChannel } from '../telegram/testing/fake-data-centre.ts'
import { signedInMessaging } from '../telegram/testing/messaging-core.ts'

const DAY = 24 * 3600_000

test('chats come from the cache, and from Telegram only when asked for, or once a day', async () => {
  const { handlers, dc, accountId, time } = await signedInMessaging()
  const reads = () => dc.calls.filter(({ method }) => method === 'dialogs').length
  const list = (refresh = false) => handlers['targets.list']({ accountId, refresh })
  const before = reads()
  expect((await list()).chats.map(({ title }) => title)).toEqual(['Annonces', 'Entraide', 'Membre 1'])
  expect(reads()).toBe(before)
  dc.setDialogs([fakeChannel('3', 'Nouveau')])
  expect((await list(true)).chats.map(({ title }) => title)).toEqual(['Nouveau', 'Membre 1'])
  await time.advance(DAY + 1000)
  await list()
  await time.advance(5000)
  expect(reads()).toBe(before + 2)
})

test('the Saved Messages are always there, people are not', async () => {
  const { handlers, dc, accountId } = await signedInMessaging()
  dc.setDialogs([
    fakeChannel('9', 'Personne', { kind: 'user', peer: { kind: 'user', id: '9', accessHash: '1' }, id: '9' }),
  ])
  const { chats } = await handlers['targets.list']({ accountId, refresh: true })
  expect(chats).toMatchObject([{ kind: 'saved', canPost: true }])
})

test('hundreds of chats are read page by page, without haste', async () => {
  const { handlers, dc, accountId, time } = await signedInMessaging()
  dc.setDialogs(Array.from({ length: 250 }, (_, i) => fakeChannel(String(i + 1), `Groupe ${i}`)))
  const reading = handlers['targets.list']({ accountId, refresh: true })
  await time.advance(10_000)
  expect((await reading).chats).toHaveLength(251)
  const times = dc.calls.filter(({ method }) => method === 'dialogs').map(({ at }) => at)
  expect(times.at(-1)! - times.at(-3)!).toBeGreaterThanOrEqual(2000)
})

test('how slow a slow mode is, is asked for; administrators and closed chats need no question', async () => {
  const { handlers, dc, accountId, time } = await signedInMessaging()
  dc.setDialogs([
    fakeChannel('1', 'Lent', { slowMode: true, admin: false }),
    fakeChannel('2', 'Fermé', { slowMode: true, canPost: false }),
    fakeChannel('3', 'Libre'),
  ])
  const reading = handlers['targets.list']({ accountId, refresh: true })
  await time.advance(10_000)
  expect((await reading).chats.map(({ slowModeSeconds }) => slowModeSeconds)).toEqual([30, 10, 0, 0])
  expect(dc.calls.filter(({ method }) => method === 'slowMode')).toHaveLength(1)
})

test('a group that became a supergroup is followed there, and no longer offered itself', async () => {
  const { handlers, targets, dc, accountId } = await signedInMessaging()
  dc.setDialogs([
    fakeChannel('5', 'Groupe', {
      id: '-5',
      kind: 'group',
      peer: { kind: 'group', id: '5' },
      migratedTo: '-1006',
      canPost: false,
    }),
    fakeChannel('6', 'Supergroupe'),
  ])
  const { chats } = await handlers['targets.list']({ accountId, refresh: true })
  expect(chats.map(({ id }) => id)).not.toContain('-5')
  expect(targets.peerOf(accountId, '-5' as ChatId)).toEqual({ kind: 'channel', id: '6', accessHash: '77' })
})

test('titles and access hashes cannot be read in the database', async () => {
  const { database } = await signedInMessaging()
  for (const row of database.all('SELECT * FROM chat'))
    for (const value of Object.values(row)) {
      const text = value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)
      expect(text).not.toMatch(/Annonces|Entraide|accessHash|77/)
    }
})

test('an account that cannot be reached keeps its cached chats; without a cache it says so', async () => {
  const { handlers, dc, accountId, time, database } = await signedInMessaging()
  dc.setDown(true)
  await time.advance(0)
  expect((await handlers['targets.list']({ accountId, refresh: false })).chats).toHaveLength(3)
  database.run('UPDATE account SET chats_refreshed_at = NULL')
  await expect(handlers['targets.list']({ accountId, refresh: false })).rejects.toThrow(
    'account/not-connected',
  )
})

test('a flood while reading pauses the account and is told', async () => {
  const { handlers, dc, accountId } = await signedInMessaging()
  dc.fault({ method: 'dialogs', does: classify('FLOOD_WAIT_30', 420) })
  await expect(handlers['targets.list']({ accountId, refresh: true })).rejects.toThrow('telegram/wait')
  expect(await handlers['accounts.list']({})).toMatchObject([{ health: 'paused' }])
})

test('two who ask at the same time are answered by one reading', async () => {
  const { handlers, dc, accountId } = await signedInMessaging()
  const before = dc.calls.length
  await Promise.all([1, 2, 3].map(() => handlers['targets.list']({ accountId, refresh: true })))
  expect(dc.calls.slice(before).map(({ method }) => method)).toEqual(['dialogs', 'me'])
})

test('topics of forums are read with the list; the questions about single chats are bounded', async () => {
  const { handlers, dc, accountId, time } = await signedInMessaging()
  dc.setDialogs(
    Array.from({ length: 60 }, (_, i) =>
      fakeChannel(String(i + 1), `Forum ${i}`, { forum: true, slowMode: i < 15, admin: false }),
    ),
  )
  const before = dc.calls.length
  const reading = handlers['targets.list']({ accountId, refresh: true })
  await time.advance(60_000)
  const { chats } = await reading
  expect(chats[0]?.topics).toEqual([
    { id: 1, title: 'Général', closed: false },
    { id: 7, title: 'Annonces', closed: true },
  ])
  expect(dc.calls.slice(before).filter(({ method }) => method === 'topics')).toHaveLength(5)
  // One page, the Saved Messages, and at most twenty questions.
  expect(dc.calls.length - before).toBeLessThanOrEqual(22)
})

test('topics and identities of one chat are kept: the planner needs no call, a refresh loses nothing', async () => {
  const { handlers, targets, dc, accountId, time } = await signedInMessaging()
  dc.setDialogs([fakeChannel('4', 'Forum', { forum: true })])
  const list = async () => {
    const reading = handlers['targets.list']({ accountId, refresh: true })
    await time.advance(10_000)
    return (await reading).chats[0]
  }
  await list()
  const chatId = '-1004' as ChatId
  const read = await handlers['targets.details']({ accountId, chatId })
  expect(read.sendAs.map(({ title }) => title)).toEqual(['Moi', 'Le groupe'])
  dc.fault({ method: 'topics', does: classify('FLOOD_WAIT_5', 420) })
  expect(await list()).toMatchObject({ topics: read.topics, sendAs: read.sendAs })
  const calls = dc.calls.length
  expect(targets.chat(accountId, chatId)).toMatchObject({ topics: read.topics, sendAs: read.sendAs })
  expect(targets.sendAs(accountId, chatId, '-1009' as ChatId)).toMatchObject({ kind: 'channel' })
  expect(targets.sendAs(accountId, chatId, '-1008' as ChatId)).toBeNull()
  expect(dc.calls).toHaveLength(calls)
})

test('where nobody may choose who to write as, there is nobody to choose', async () => {
  const { handlers, dc, accountId } = await signedInMessaging()
  dc.fault({ method: 'sendAs', does: classify('CHAT_ADMIN_REQUIRED', 400) })
  const read = await handlers['targets.details']({ accountId, chatId: '-1001' as ChatId })
  expect(read).toMatchObject({ topics: [], sendAs: [] })
})
