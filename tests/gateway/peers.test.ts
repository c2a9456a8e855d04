import { expect, test } from 'vitest'
import { launch, signIn } from './product.ts'
import { CAMILLE, chatCalled, client, dataCentre, signedIn, valueOf } from './support.ts'

const FORUM = 'Jardin partagé'

async function camille() {
  const dc = await dataCentre()
  const connected = client(dc)
  valueOf(await connected.line.connect())
  const { hash } = valueOf(await connected.line.sendCode(CAMILLE.phone))
  await connected.line.signIn(CAMILLE.phone, hash, CAMILLE.code)
  valueOf(await connected.line.checkPassword(CAMILLE.password))
  return { dc, ...connected }
}

test('the topics of a forum are told, closed ones as closed; other chats have none', async () => {
  const { line } = await camille()
  const forum = await chatCalled(line, FORUM)
  expect(forum.forum).toBe(true)
  const topics = valueOf(await line.topics(forum.peer))
  expect(topics[0]).toMatchObject({ id: 1, closed: false })
  expect(topics).toContainEqual({ id: expect.any(Number), title: 'Récoltes 2025 (archives)', closed: true })
  expect(valueOf(await line.topics({ kind: 'self' }))).toEqual([])
})

test('whom one may write as is told with what is needed to do so', async () => {
  const { line } = await camille()
  const { chats } = valueOf(await line.dialogs(null))
  const all = []
  for (const { peer, kind } of chats.filter(chat => chat.kind === 'supergroup' && chat.canPost)) {
    const answer = await line.sendAs(peer)
    if (answer.ok) all.push(...answer.value.map(identity => ({ ...identity, kind })))
  }
  expect(all.length).toBeGreaterThan(0)
  for (const { id, peer, title } of all) {
    expect(id).toMatch(/^-?\d+$/)
    expect(['self', 'user', 'channel']).toContain(peer.kind)
    expect(title).not.toBe('')
  }
})

test('T22: a message for a topic says so whether or not it answers another one', async () => {
  const { dc, line } = await camille()
  const forum = await chatCalled(line, FORUM)
  const topic = valueOf(await line.topics(forum.peer)).find(({ id, closed }) => id !== 1 && !closed)
  valueOf(
    await line.schedule({
      peer: forum.peer,
      text: 'Qui vient samedi ?',
      entities: [],
      silent: false,
      noWebpage: true,
      at: Math.floor(dc.clock.now() / 1000) + 3600,
      randomId: '11',
      topicId: topic!.id,
    }),
  )
  const sent = dc.calls.find(({ method }) => method === 'messages.sendMessage')
  expect(sent?.request['reply_to']).toMatchObject({
    _: 'inputReplyToMessage',
    reply_to_msg_id: topic!.id,
    top_msg_id: topic!.id,
  })
})

test('A12, T24: reading every chat costs a bounded number of requests, and no name is ever looked up', async () => {
  const dc = await dataCentre()
  const core = await launch(dc)
  const accountId = await signIn(core)
  const before = dc.calls.length
  const { chats } = await core.handlers['targets.list']({ accountId, refresh: true })
  const asked = dc.calls.slice(before).map(({ method }) => method)
  const pages = asked.filter(method => method === 'messages.getDialogs').length
  expect(pages).toBe(1)
  expect(asked.length).toBeLessThanOrEqual(pages + 1 + 20)
  expect(asked.filter(method => /resolve|getScheduledHistory|getHistory/.test(method))).toEqual([])
  expect(chats.find(({ title }) => title.includes(FORUM))?.topics.length).toBeGreaterThan(1)
  expect(chats.some(({ title }) => title.includes('Équipe bénévoles'))).toBe(true)
})

test('a basic group that became a supergroup is followed there', async () => {
  const { dc, line } = await camille()
  const group = dc.world.chats().find(({ chat }) => chat.kind === 'group' && !chat.deactivated)!
  const { title } = group.chat
  dc.world.migrate(group.peer)
  const { chats } = valueOf(await line.dialogs(null))
  const old = chats.find(chat => chat.kind === 'group' && chat.title === title)
  const now = chats.find(chat => chat.kind === 'supergroup' && chat.title === title)
  expect(now).toBeDefined()
  if (old !== undefined) expect(old).toMatchObject({ canPost: false, migratedTo: now?.id })
})

test('access hashes are one account’s own: another account’s are refused, not used', async () => {
  const { dc, line } = await camille()
  const forum = await chatCalled(line, FORUM)
  const other = await signedIn(dc)
  expect((await other.line.scheduledHistory(forum.peer)).ok).toBe(false)
})
