import { expect, test } from 'vitest'
import { chatCalled, dataCentre, errorOf, message, signedIn, until, valueOf } from './support.ts'

const MARKET = 'Marché bio'

test('every conversation is listed with what this account may do in it', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  expect(await chatCalled(line, MARKET)).toMatchObject({ kind: 'channel', canPost: true, admin: true })
  expect(await chatCalled(line, 'Mairie')).toMatchObject({ kind: 'channel', canPost: false, admin: false })
  expect(await chatCalled(line, 'Voisins solidaires')).toMatchObject({
    kind: 'supergroup',
    canPost: true,
    admin: false,
  })
  expect(await chatCalled(line, 'Jardin')).toMatchObject({ kind: 'supergroup', forum: true })
  expect(await chatCalled(line, 'Équipe')).toMatchObject({ kind: 'group', canPost: true })
  const deals = await chatCalled(line, 'Dons et bonnes affaires')
  expect(deals).toMatchObject({ canPost: true, slowMode: true })
  expect(valueOf(await line.slowMode(deals.peer))).toBe(60)
})

test('more conversations than one page holds are read without loss or repetition', async () => {
  const dc = await dataCentre()
  const nassim = dc.world.account('+33 6 39 98 00 02')
  for (let i = 0; i < 230; i++)
    dc.world.addChat({
      kind: 'supergroup',
      title: `Groupe ${i}`,
      members: [{ user: nassim, role: 'creator' }],
    })
  const { line } = await signedIn(dc)
  const ids: string[] = []
  let page = valueOf(await line.dialogs(null))
  ids.push(...page.chats.map(({ id }) => id))
  while (page.next !== null) {
    page = valueOf(await line.dialogs(page.next))
    ids.push(...page.chats.map(({ id }) => id))
  }
  expect(ids.length).toBeGreaterThan(230)
  expect(new Set(ids).size).toBe(ids.length)
})

test('A3, T7, T8: 4,096 characters with emoji, markup-like signs and +links arrive unchanged, to the last one', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  const start = 'snake_case __init__ *a* [b](c) <p>x</p> https://t.me/+AbCdEf @nobody 👩‍👩‍👧‍👦🇫🇷 '
  const text = start + '🍓'.repeat((4096 - start.length) >> 1) + (start.length % 2 === 0 ? '' : '.')
  expect(text).toHaveLength(4096)
  const entities = [
    { type: 'bold' as const, offset: 0, length: 10 },
    { type: 'text-link' as const, offset: 11, length: 8, url: 'https://t.me/+AbCdEf' },
    { type: 'spoiler' as const, offset: 4094, length: 2 },
  ]
  valueOf(await line.schedule(message(dc, chat, { text, entities })))
  const [stored] = valueOf(await line.scheduledHistory(chat.peer))
  expect(stored).toMatchObject({ text, entities })
  const longer = message(dc, chat, { text: 'x'.repeat(4097), randomId: '5' })
  expect(errorOf(await line.schedule(longer)).code).toBe('telegram/text-too-long')
})

test('A2: the date is Unix seconds, and the answer tells the id in the queue and that date', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  const wanted = message(dc, chat)
  const placed = valueOf(await line.schedule(wanted))
  expect(placed).toMatchObject({ kind: 'scheduled', at: wanted.at })
  expect(valueOf(await line.scheduledHistory(chat.peer))).toMatchObject([
    { id: placed.id, at: wanted.at, text: wanted.text, media: [] },
  ])
})

test('a repeated random_id schedules nothing twice, and says that it was accepted before', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  valueOf(await line.schedule(message(dc, chat)))
  expect(errorOf(await line.schedule(message(dc, chat)))).toMatchObject({
    reaction: 'DONE',
    rpc: 'RANDOM_ID_DUPLICATE',
  })
  expect(valueOf(await line.scheduledHistory(chat.peer))).toHaveLength(1)
})

test('A5: removing scheduled message n leaves published message n alone', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  const { id } = valueOf(await line.schedule(message(dc, chat)))
  const before = valueOf(await line.publishedBetween(chat.peer, 0, 2_000_000_000)).length
  valueOf(await line.deleteScheduled(chat.peer, [id, 1, 2, 3]))
  expect(valueOf(await line.scheduledHistory(chat.peer))).toEqual([])
  expect(valueOf(await line.publishedBetween(chat.peer, 0, 2_000_000_000))).toHaveLength(before)
})

test('A6: moving a scheduled message keeps its text and formatting, and its place in the queue', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  const wanted = message(dc, chat, { entities: [{ type: 'bold', offset: 0, length: 7 }] })
  const { id } = valueOf(await line.schedule(wanted))
  valueOf(await line.editScheduled(chat.peer, id, { at: wanted.at + 60 }))
  expect(valueOf(await line.scheduledHistory(chat.peer))).toMatchObject([
    { id, at: wanted.at + 60, text: wanted.text, entities: wanted.entities },
  ])
})

test('at its date it leaves the queue, is found in the history as scheduled, and a hint says so', async () => {
  const dc = await dataCentre()
  const { line, hints } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  const wanted = message(dc, chat)
  valueOf(await line.schedule(wanted))
  dc.clock.advanceWorld(3_700_000)
  await until(() => expect(hints).toContainEqual({ kind: 'published', chatId: chat.id }))
  expect(valueOf(await line.scheduledHistory(chat.peer))).toEqual([])
  const published = valueOf(await line.publishedBetween(chat.peer, wanted.at, wanted.at + 900))
  expect(published).toMatchObject([{ text: wanted.text, fromScheduled: true }])
})

test('a reminder to oneself is found published too', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const { chats } = valueOf(await line.dialogs(null))
  const peer = chats.find(({ kind }) => kind === 'saved')?.peer ?? { kind: 'self' as const }
  const wanted = { ...message(dc, await chatCalled(line, MARKET)), peer }
  valueOf(await line.schedule(wanted))
  dc.clock.advanceWorld(3_700_000)
  expect(valueOf(await line.publishedBetween(peer, wanted.at, wanted.at + 900))).toMatchObject([
    { text: wanted.text, fromScheduled: true },
  ])
})

test('sent now, a scheduled message is published', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  const { id } = valueOf(await line.schedule(message(dc, chat)))
  valueOf(await line.sendScheduledNow(chat.peer, [id]))
  expect(valueOf(await line.scheduledHistory(chat.peer))).toEqual([])
  const now = Math.floor(dc.clock.now() / 1000)
  expect(valueOf(await line.publishedBetween(chat.peer, now - 60, now + 60))).toHaveLength(1)
})

test('a channel one may only read refuses, and that concerns this chat alone', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const town = await chatCalled(line, 'Mairie')
  expect(errorOf(await line.schedule(message(dc, town)))).toMatchObject({
    reaction: 'SKIP',
    code: 'telegram/not-allowed-in-chat',
  })
})

test('a hundred scheduled messages fill a chat', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  for (let i = 1; i <= 100; i++) valueOf(await line.schedule(message(dc, chat, { randomId: String(i) })))
  expect(errorOf(await line.schedule(message(dc, chat, { randomId: '101' })))).toMatchObject({
    reaction: 'SKIP',
    code: 'telegram/quota-of-chat',
  })
})
