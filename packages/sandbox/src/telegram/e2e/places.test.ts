import bigInt from 'big-integer'
import { Api } from 'telegram'
import { describe, expect, it } from 'vitest'
import { buildIn, CAMILLE, NASSIM } from '../index.ts'
import type { BannedRight } from '../index.ts'
import { refusal } from '../testing/gramjs-client.ts'
import { useLab } from '../testing/lab.ts'

// Camille's client; Nassim's doings come through `world`, as from another device.
const lab = useLab({ signedIn: true })

type Send = ConstructorParameters<typeof Api.messages.SendMessage>[0]

const send = async (peer: Api.TypeInputPeer, options: Partial<Send> = {}): Promise<Api.Message> => {
  const request = { peer, message: 'bonjour', randomId: lab.randomId(), ...options }
  const answer = (await lab.client.invoke(new Api.messages.SendMessage(request))) as Api.Updates
  return answer.updates.flatMap(one =>
    'message' in one && one.message instanceof Api.Message ? [one.message] : [],
  )[0]!
}

const inTopic = (id: number) => new Api.InputReplyToMessage({ replyToMsgId: id, topMsgId: id })
const camille = () => lab.sandbox.world.account(CAMILLE)
const nassim = () => lab.sandbox.world.account(NASSIM)
const build = () => buildIn(lab.sandbox.world)

describe('a forum', () => {
  it('lists its topics, the closed ones too, and those asked for by id', async () => {
    const channel = await lab.inputChannel('Jardin')
    const page = { channel, offsetDate: 0, offsetId: 0, limit: 2 }
    const first = await lab.client.invoke(new Api.channels.GetForumTopics({ ...page, offsetTopic: 0 }))
    expect(first.count).toBe(5)
    expect(first.topics.map(topic => topic.id)).toEqual([1, 3])
    const next = await lab.client.invoke(new Api.channels.GetForumTopics({ ...page, offsetTopic: 3 }))
    expect(next.topics.map(topic => topic.id)).toEqual([5, 7])
    const some = await lab.client.invoke(new Api.channels.GetForumTopicsByID({ channel, topics: [9, 42] }))
    expect(some.topics).toMatchObject([
      { id: 9, closed: true },
      { id: 42, className: 'ForumTopicDeleted' },
    ])
  })

  it('takes messages without a topic in the general one, and none in a topic closed or gone', async () => {
    const chat = build().forum('Atelier', ['Général', '[Archives]'], { members: [camille()] })
    const peer = await lab.inputPeer('Atelier')
    expect((await send(peer)).replyTo).toBeNull()
    expect(await refusal(send(peer, { replyTo: inTopic(3) }))).toBe('TOPIC_CLOSED')
    expect(await refusal(send(peer, { replyTo: inTopic(99) }))).toBe('TOPIC_DELETED')
    const lone = new Api.InputReplyToMessage({ replyToMsgId: 77 })
    expect(await refusal(send(peer, { replyTo: lone }))).toBe('REPLY_MESSAGE_ID_INVALID')
    lab.sandbox.world.changeChat(chat, { topics: [{ id: 1, title: 'Général', closed: true }] })
    expect(await refusal(send(peer))).toBe('TOPIC_CLOSED')
    lab.sandbox.world.changeChat(chat, { topics: null })
    const request = { channel: await lab.inputChannel('Atelier'), offsetDate: 0, offsetId: 0, limit: 2 }
    expect(
      await refusal(lab.client.invoke(new Api.channels.GetForumTopics({ ...request, offsetTopic: 0 }))),
    ).toBe('CHANNEL_FORUM_MISSING')
  })
})

describe('another name', () => {
  it('is one of those that the chat offers, and stands above the message', async () => {
    const peer = await lab.inputPeer('Voisins')
    const offered = await lab.client.invoke(new Api.channels.GetSendAs({ peer }))
    const own = await lab.inputChannel('Quartier')
    expect(offered.peers.map(one => one.peer.className)).toEqual(['PeerUser', 'PeerChannel', 'PeerChannel'])
    const asChannel = new Api.InputPeerChannel({ channelId: own.channelId, accessHash: own.accessHash })
    expect((await send(peer, { sendAs: asChannel })).fromId).toMatchObject({ channelId: own.channelId })
    const later = await lab.schedule(peer, 'plus tard', { sendAs: asChannel })
    expect(later.fromId).toMatchObject({ channelId: own.channelId })
    expect(await refusal(send(peer, { sendAs: await lab.inputPeer('Agenda') }))).toBe('SEND_AS_PEER_INVALID')
  })
})

describe('writing', () => {
  it('is refused for each reason by its own name', async () => {
    const { world } = lab.sandbox
    const chat = build().supergroup('Terrain', { members: [camille()] })
    const peer = await lab.inputPeer('Terrain')
    const asMember = (...bannedRights: BannedRight[]) => {
      world.setMember(chat, { user: camille(), bannedRights })
    }
    const answer = () => refusal(send(peer))
    asMember('send_messages')
    expect(await answer()).toBe('USER_BANNED_IN_CHANNEL')
    asMember('send_plain')
    expect(await answer()).toBe('CHAT_SEND_PLAIN_FORBIDDEN')
    asMember()
    expect(await answer()).toBe('no error')
    world.changeChat(chat, { defaultBanned: ['send_messages'] })
    expect(await answer()).toBe('CHAT_WRITE_FORBIDDEN')
    world.changeChat(chat, { defaultBanned: [], restricted: true })
    expect(await answer()).toBe('CHAT_RESTRICTED')
    world.changeChat(chat, { restricted: false, messagePrice: 25 })
    expect(await answer()).toBe('ALLOW_PAYMENT_REQUIRED_25')
    world.changeChat(chat, { messagePrice: 0, slowModeSeconds: 40 })
    await send(peer).catch(() => undefined)
    const slow: unknown = await send(peer).catch((error: unknown) => error)
    expect(slow).toMatchObject({ code: 420 })
    expect(await refusal(lab.schedule(peer, 'plus tard'))).toBe('no error')
    world.setMember(chat, { user: camille(), role: 'left' })
    expect(await answer()).toBe('CHANNEL_PRIVATE')
  })

  it('by a limited account is refused as Telegram does, once or for good', async () => {
    const { world } = lab.sandbox
    const peer = await lab.inputPeer('Quartier')
    world.refuseSends(CAMILLE, { code: 400, text: 'PEER_FLOOD', once: false })
    expect([await refusal(send(peer)), await refusal(lab.schedule(peer, 'x'))]).toEqual([
      'PEER_FLOOD',
      'PEER_FLOOD',
    ])
    world.refuseSends(CAMILLE, { code: 403, text: 'CHAT_WRITE_FORBIDDEN', once: true })
    expect([await refusal(send(peer)), await refusal(send(peer))]).toEqual([
      'CHAT_WRITE_FORBIDDEN',
      'no error',
    ])
  })

  it('shows the preview of a link, or not where it is not wanted', async () => {
    const peer = await lab.inputPeer('Quartier')
    const shown = await send(peer, { message: 'voir https://exemple.fr/fete' })
    expect(shown.media).toMatchObject({ webpage: { url: 'https://exemple.fr/fete' } })
    const hidden = await send(peer, { message: 'voir https://exemple.fr/fete', noWebpage: true })
    expect(hidden.media).toBeNull()
    expect(await send(peer, { silent: true, noforwards: true })).toMatchObject({
      silent: true,
      noforwards: true,
    })
  })
})

describe('a basic group that becomes a supergroup', () => {
  it('is left behind: named by its migrated_to, closed to writing, its history kept', async () => {
    const { world } = lab.sandbox
    const old = build().group('Chorale', { creator: camille(), members: [nassim()] })
    const oldPeer = await lab.inputPeer('Chorale')
    await send(oldPeer, { message: 'avant' })
    const fresh = world.migrate(old)
    const { chats } = await lab.dialogs(lab.client)
    const named = chats.filter(chat => 'title' in chat && chat.title === 'Chorale')
    expect(named.map(chat => chat.className).sort()).toEqual(['Channel', 'Chat'])
    expect(named.find(chat => chat instanceof Api.Chat)).toMatchObject({
      deactivated: true,
      migratedTo: { channelId: bigInt(fresh.split(':')[1]!) },
    })
    expect(await refusal(send(oldPeer))).toBe('CHAT_ID_INVALID')
    const [service, before] = await lab.history(oldPeer)
    expect(service).toMatchObject({ action: { className: 'MessageActionChatMigrateTo' } })
    expect(before).toMatchObject({ message: 'avant' })
    const channel = named.find(chat => chat instanceof Api.Channel)!
    const newPeer = new Api.InputPeerChannel({ channelId: channel.id, accessHash: channel.accessHash! })
    expect((await lab.history(newPeer))[0]).toMatchObject({
      action: { className: 'MessageActionChannelMigrateFrom', chatId: bigInt(old.split(':')[1]!) },
    })
    expect(await refusal(send(newPeer))).toBe('no error')
  })
})

describe('editing what is scheduled', () => {
  const edit = (options: ConstructorParameters<typeof Api.messages.EditMessage>[0]) =>
    lab.client.invoke(new Api.messages.EditMessage(options))

  it('keeps what is not named, and refuses to change nothing', async () => {
    const peer = await lab.inputPeer('Agenda')
    const entities = [new Api.MessageEntityBold({ offset: 0, length: 4 })]
    const { id, date } = await lab.schedule(peer, 'gras ici', { entities, silent: true })
    await edit({ peer, id, scheduleDate: date + 60 })
    const listed = async () => (await lab.scheduled(peer)).find(one => one.id === id)
    expect(await listed()).toMatchObject({
      message: 'gras ici',
      date: date + 60,
      silent: true,
      entities: [{ className: 'MessageEntityBold' }],
    })
    await edit({ peer, id, message: 'maigre', scheduleDate: date + 60 })
    expect(await listed()).toMatchObject({ message: 'maigre', silent: true })
    expect((await listed())?.entities).toBeNull()
    expect(await refusal(edit({ peer, id, message: 'maigre', scheduleDate: date + 60 }))).toBe(
      'MESSAGE_NOT_MODIFIED',
    )
    expect(await refusal(edit({ peer, id, message: '', scheduleDate: date }))).toBe('MESSAGE_EMPTY')
    expect(await refusal(edit({ peer, id, scheduleDate: lab.now() + 400 * 86_400 }))).toBe(
      'SCHEDULE_DATE_TOO_LATE',
    )
  })

  it('without a date means the published message of that number', async () => {
    const peer = await lab.inputPeer('Marché')
    let scheduled = await lab.schedule(peer, 'planifié')
    const published = await send(peer, { message: 'publié' })
    while (scheduled.id < published.id) scheduled = await lab.schedule(peer, 'planifié')
    expect(scheduled.id).toBe(published.id)
    await edit({ peer, id: published.id, message: 'publié, corrigé' })
    expect((await lab.history(peer))[0]).toMatchObject({ message: 'publié, corrigé' })
    expect((await lab.scheduled(peer)).find(one => one.id === scheduled.id)).toMatchObject({
      message: 'planifié',
    })
    const next = await lab.schedule(peer, 'le suivant')
    expect(await refusal(edit({ peer, id: next.id, message: 'rien' }))).toBe('MESSAGE_ID_INVALID')
  })
})

describe('what a client missed', () => {
  it('is told apart by updates.getDifference: new, edited, deleted', async () => {
    const { world } = lab.sandbox
    const peer = world.keyOfUser(camille())
    const [kept, gone] = ['avant', 'de trop'].map(text => world.send(NASSIM, peer, { text }))
    const { pts, date, qts } = await lab.client.invoke(new Api.updates.GetState())
    world.edit(NASSIM, peer, kept!.id, 'avant, corrigé')
    world.delete(NASSIM, peer, [gone!.id])
    world.send(NASSIM, peer, { text: 'nouveau' })
    const request = new Api.updates.GetDifference({ pts, date, qts })
    const missed = (await lab.client.invoke(request)) as Api.updates.Difference
    expect(missed.newMessages).toMatchObject([{ message: 'nouveau' }])
    expect(missed.otherUpdates).toMatchObject([
      { className: 'UpdateEditMessage', message: { message: 'avant, corrigé' } },
      { className: 'UpdateDeleteMessages' },
    ])
    const state = missed.state as Api.updates.State
    expect(state.pts).toBe(pts + 3)
  })
})

describe('what is done from another device', () => {
  it('reaches the client: messages, edits, deletions, rights, groups left and joined', async () => {
    const { world } = lab.sandbox
    const other = await lab.connect({ saved: String(lab.client.session.save()) })
    const seen: { className: string }[] = []
    other.addEventHandler((update: { className: string }) => {
      seen.push(update)
    })
    await other.invoke(new Api.updates.GetState())
    const told = async (name: string): Promise<unknown> => {
      await expect.poll(() => seen.map(one => one.className), { timeout: 10_000 }).toContain(name)
      return seen.find(one => one.className === name)
    }
    const chat = build().supergroup('Ruche', { members: [camille(), nassim()] })
    await told('UpdateChannel')
    const { id } = world.send(NASSIM, chat, { text: 'miel' })
    expect(await told('UpdateNewChannelMessage')).toMatchObject({ message: { message: 'miel', out: false } })
    world.edit(NASSIM, chat, id, 'miel de printemps')
    expect(await told('UpdateEditChannelMessage')).toMatchObject({
      message: { message: 'miel de printemps' },
    })
    world.delete(NASSIM, chat, [id])
    expect(await told('UpdateDeleteChannelMessages')).toMatchObject({ messages: [id] })
    const group = build().group('Panier', { creator: nassim(), members: [camille()] })
    await told('UpdateChatParticipants')
    seen.length = 0
    world.changeChat(group, { defaultBanned: ['send_messages'] })
    expect(await told('UpdateChatDefaultBannedRights')).toMatchObject({
      defaultBannedRights: { sendMessages: true },
    })
    const sent = world.send(NASSIM, world.keyOfUser(camille()), { text: 'oups' })
    expect(await told('UpdateNewMessage')).toMatchObject({ message: { message: 'oups' } })
    world.delete(NASSIM, world.keyOfUser(camille()), [sent.id])
    await told('UpdateDeleteMessages')
    expect(world.history(CAMILLE, world.keyOfUser(nassim())).some(one => one.text === 'oups')).toBe(false)
  })
})
