import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import bigInt from 'big-integer'
import { Api } from 'telegram'
import type { TelegramClient } from 'telegram'
import { ConnectionTCPAbridged, ConnectionTCPObfuscated } from 'telegram/network/index.js'
import { computeCheck } from 'telegram/Password.js'
import { scheduledHash } from './handlers/scheduled.ts'
import { CAMILLE, NASSIM, startTelegram } from './index.ts'
import type { PeerKey, TelegramSandbox } from './index.ts'
import { connectGramjs, givePassword, refusal, savedSession, signIn } from './testing/gramjs-client.ts'

const log: string[] = []
const clients: TelegramClient[] = []
let sandbox: TelegramSandbox
let client: TelegramClient

const connect = async (saved?: string): Promise<TelegramClient> => {
  const connected = await connectGramjs(sandbox, saved === undefined ? {} : { saved })
  clients.push(connected)
  return connected
}

beforeAll(async () => {
  sandbox = await startTelegram({ log: line => log.push(line) })
  client = await connect()
})

afterEach(() => {
  sandbox.faults.clear()
})

afterAll(async () => {
  for (const one of clients) await one.destroy()
  await sandbox.stop()
})

const nowSeconds = (): number => Math.floor(sandbox.clock.now() / 1000)

const chatNamed = (title: string): PeerKey =>
  sandbox.world.chats().find(one => one.chat.title.includes(title))!.peer

/** The InputPeer an account gets for a chat, by way of its dialogs. */
const inputPeer = async (
  from: TelegramClient,
  title: string,
): Promise<Api.InputPeerChannel | Api.InputPeerChat> => {
  const answer = (await from.invoke(
    new Api.messages.GetDialogs({
      offsetDate: 0,
      offsetId: 0,
      offsetPeer: new Api.InputPeerEmpty(),
      limit: 100,
      hash: bigInt(0),
    }),
  )) as Api.messages.Dialogs
  const chat = answer.chats.find(one => 'title' in one && one.title.includes(title))
  if (chat instanceof Api.Channel) {
    return new Api.InputPeerChannel({ channelId: chat.id, accessHash: chat.accessHash! })
  }
  return new Api.InputPeerChat({ chatId: chat!.id })
}

let lastRandomId = 1000
const randomId = (): ReturnType<typeof bigInt> => bigInt((lastRandomId += 1))

const schedule = async (
  from: TelegramClient,
  peer: Api.TypeInputPeer,
  message: string,
  options: Partial<ConstructorParameters<typeof Api.messages.SendMessage>[0]> = {},
): Promise<Api.Message> => {
  const answer = (await from.invoke(
    new Api.messages.SendMessage({
      peer,
      message,
      randomId: randomId(),
      scheduleDate: nowSeconds() + 3600,
      ...options,
    }),
  )) as Api.Updates
  const update = answer.updates.find(one => one instanceof Api.UpdateNewScheduledMessage)
  return (update as Api.UpdateNewScheduledMessage).message as Api.Message
}

const scheduled = async (from: TelegramClient, peer: Api.TypeInputPeer): Promise<Api.Message[]> => {
  const answer = (await from.invoke(
    new Api.messages.GetScheduledHistory({ peer, hash: bigInt(0) }),
  )) as Api.messages.Messages
  return answer.messages as Api.Message[]
}

const history = async (from: TelegramClient, peer: Api.TypeInputPeer): Promise<Api.Message[]> => {
  const answer = (await from.invoke(
    new Api.messages.GetHistory({
      peer,
      offsetId: 0,
      offsetDate: 0,
      addOffset: 0,
      limit: 100,
      maxId: 0,
      minId: 0,
      hash: bigInt(0),
    }),
  )) as Api.messages.Messages
  return answer.messages as Api.Message[]
}

const sendCode = async (from: TelegramClient, phoneNumber: string): Promise<Api.auth.SentCode> =>
  (await from.invoke(
    new Api.auth.SendCode({ phoneNumber, apiId: 1, apiHash: 'x', settings: new Api.CodeSettings({}) }),
  )) as Api.auth.SentCode

const giveCode = async (
  from: TelegramClient,
  phoneNumber: string,
  { phoneCodeHash }: { phoneCodeHash: string },
  phoneCode: string,
): Promise<string> => refusal(from.invoke(new Api.auth.SignIn({ phoneNumber, phoneCodeHash, phoneCode })))

describe('signing in', () => {
  it('before it, calls that need an account are answered AUTH_KEY_UNREGISTERED', async () => {
    expect(await refusal(client.invoke(new Api.updates.GetState()))).toBe('AUTH_KEY_UNREGISTERED')
  })

  it('says how the code was sent, and the next way at each resend', async () => {
    const first = await sendCode(client, CAMILLE)
    expect(first.type).toBeInstanceOf(Api.auth.SentCodeTypeApp)
    expect((first.type as Api.auth.SentCodeTypeApp).length).toBe(5)
    expect(first.nextType).toBeInstanceOf(Api.auth.CodeTypeSms)
    expect(first.timeout).toBeGreaterThan(0)
    const again = (await client.invoke(
      new Api.auth.ResendCode({ phoneNumber: CAMILLE, phoneCodeHash: first.phoneCodeHash }),
    )) as Api.auth.SentCode
    expect(again.type).toBeInstanceOf(Api.auth.SentCodeTypeSms)
    expect(
      await client.invoke(
        new Api.auth.CancelCode({ phoneNumber: CAMILLE, phoneCodeHash: again.phoneCodeHash }),
      ),
    ).toBe(true)
    expect(await giveCode(client, CAMILLE, again, '12345')).toBe('PHONE_CODE_EXPIRED')
  })

  it('refuses a malformed number, a wrong code, a code that is too old', async () => {
    expect(await refusal(sendCode(client, '12'))).toBe('PHONE_NUMBER_INVALID')
    const sent = await sendCode(client, CAMILLE)
    expect(await giveCode(client, CAMILLE, sent, '11111')).toBe('PHONE_CODE_INVALID')
    sandbox.world.expireCodes(CAMILLE)
    expect(await giveCode(client, CAMILLE, sent, '12345')).toBe('PHONE_CODE_EXPIRED')
    const later = await sendCode(client, CAMILLE)
    sandbox.clock.advanceWorld(6 * 60_000)
    expect(await giveCode(client, CAMILLE, later, '12345')).toBe('PHONE_CODE_EXPIRED')
  })

  it('an unknown number ends in "sign up"', async () => {
    const unknown = '+33 6 39 98 77 77'
    const { phoneCodeHash } = await sendCode(client, unknown)
    const answer = await client.invoke(
      new Api.auth.SignIn({ phoneNumber: unknown, phoneCodeHash, phoneCode: '00000' }),
    )
    expect(answer).toBeInstanceOf(Api.auth.AuthorizationSignUpRequired)
  })

  it('five wrong codes are answered by a wait', async () => {
    const unlucky = '+33 6 39 98 88 88'
    const sent = await sendCode(client, unlucky)
    for (const _ of [1, 2, 3, 4, 5])
      expect(await giveCode(client, unlucky, sent, '1')).toBe('PHONE_CODE_INVALID')
    const error: unknown = await sendCode(client, unlucky).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ seconds: 300 })
  })

  it('refuses a wrong password and a stale SRP id, accepts the right password', async () => {
    const sent = await sendCode(client, CAMILLE)
    expect(await giveCode(client, CAMILLE, sent, '12345')).toBe('SESSION_PASSWORD_NEEDED')
    expect(await refusal(givePassword(client, 'jonquille'))).toBe('PASSWORD_HASH_INVALID')
    const stale = await client.invoke(new Api.account.GetPassword())
    expect(stale.hint).toBe('la fleur')
    await client.invoke(new Api.account.GetPassword())
    const proof = await computeCheck(stale, 'tournesol')
    expect(await refusal(client.invoke(new Api.auth.CheckPassword({ password: proof })))).toBe(
      'SRP_ID_INVALID',
    )
    await givePassword(client, 'tournesol')
    const [me] = (await client.invoke(
      new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }),
    )) as Api.User[]
    expect(me).toMatchObject({ firstName: 'Camille', self: true, phone: '33639980001' })
  })

  it('a saved session comes back without a new sign-in', async () => {
    const again = await connect(savedSession(client))
    const handshakes = sandbox.calls.filter(call => call.method === 'auth.signIn').length
    const [me] = (await again.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }))) as Api.User[]
    expect(me?.firstName).toBe('Camille')
    expect(sandbox.calls.filter(call => call.method === 'auth.signIn').length).toBe(handshakes)
  })
})

describe('transports', () => {
  it.each([ConnectionTCPAbridged, ConnectionTCPObfuscated])('%o is understood', async connection => {
    const other = await connectGramjs(sandbox, {
      saved: savedSession(client),
      connection: connection as never,
    })
    clients.push(other)
    expect(await other.invoke(new Api.updates.GetState())).toBeInstanceOf(Api.updates.State)
  })
})

describe('dialogs', () => {
  it('come page by page without loss or repetition, whatever their dates', async () => {
    const all = (await client.invoke(
      new Api.messages.GetDialogs({
        offsetDate: 0,
        offsetId: 0,
        offsetPeer: new Api.InputPeerEmpty(),
        limit: 100,
        hash: bigInt(0),
      }),
    )) as Api.messages.Dialogs
    const titles: string[] = []
    let offsetPeer: Api.TypeInputPeer = new Api.InputPeerEmpty()
    let offsetDate = 0
    let offsetId = 0
    for (;;) {
      const page = (await client.invoke(
        new Api.messages.GetDialogs({ offsetDate, offsetId, offsetPeer, limit: 4, hash: bigInt(0) }),
      )) as Api.messages.DialogsSlice
      if (page.dialogs.length === 0) break
      expect(page.count).toBe(all.dialogs.length)
      titles.push(...page.dialogs.map(dialog => JSON.stringify(dialog.peer)))
      const last = page.dialogs.at(-1) as Api.Dialog
      const top = page.messages.find(
        one => one.id === last.topMessage && JSON.stringify(one.peerId) === JSON.stringify(last.peer),
      )
      offsetDate = (top as Api.Message).date
      offsetId = last.topMessage
      offsetPeer = await inputOf(page, last.peer)
    }
    expect(titles).toEqual(all.dialogs.map(dialog => JSON.stringify(dialog.peer)))
    expect(titles.length).toBeGreaterThanOrEqual(12)
  })

  it('show the rights of the account that asks', async () => {
    const answer = (await client.invoke(
      new Api.messages.GetDialogs({
        offsetDate: 0,
        offsetId: 0,
        offsetPeer: new Api.InputPeerEmpty(),
        limit: 100,
        hash: bigInt(0),
      }),
    )) as Api.messages.Dialogs
    const named = (title: string): Api.Channel =>
      answer.chats.find(one => 'title' in one && one.title.includes(title)) as Api.Channel
    expect(named('Quartier')).toMatchObject({ creator: true, broadcast: true })
    expect(named('Agenda').adminRights?.postMessages).toBe(true)
    expect(named('Mairie').adminRights).toBeNull()
    expect(named('Dons')).toMatchObject({ megagroup: true, slowmodeEnabled: true })
    expect(named('Comptes rendus').defaultBannedRights?.sendMessages).toBe(true)
    expect(named('Jardin').forum).toBe(true)
    const full = (await client.invoke(
      new Api.channels.GetFullChannel({ channel: (await inputPeer(client, 'Dons')) as never }),
    )) as Api.messages.ChatFull
    expect((full.fullChat as Api.ChannelFull).slowmodeSeconds).toBe(60)
  })
})

const inputOf = async (
  page: { chats: Api.TypeChat[]; users: Api.TypeUser[] },
  peer: Api.TypePeer,
): Promise<Api.TypeInputPeer> => {
  if (peer instanceof Api.PeerChat) return new Api.InputPeerChat({ chatId: peer.chatId })
  if (peer instanceof Api.PeerChannel) {
    const chat = page.chats.find(one => one.id.eq(peer.channelId)) as Api.Channel
    return new Api.InputPeerChannel({ channelId: chat.id, accessHash: chat.accessHash! })
  }
  const user = page.users.find(one => one.id.eq((peer as Api.PeerUser).userId)) as Api.User
  return new Api.InputPeerUser({ userId: user.id, accessHash: user.accessHash! })
}

describe('scheduling', () => {
  it('keeps text, entities, silence and date as they were sent', async () => {
    const peer = await inputPeer(client, 'Quartier')
    const date = nowSeconds() + 7 * 86_400
    const message = await schedule(client, peer, 'Réunion 🎉 mardi', {
      scheduleDate: date,
      silent: true,
      entities: [
        new Api.MessageEntityBold({ offset: 0, length: 7 }),
        new Api.MessageEntityTextUrl({ offset: 11, length: 5, url: 'https://t.me/+abc' }),
      ],
    })
    const [listed] = await scheduled(client, peer)
    expect(listed).toMatchObject({
      id: message.id,
      message: 'Réunion 🎉 mardi',
      date,
      silent: true,
      post: true,
    })
    expect(listed?.entities?.map(entity => entity.className)).toEqual([
      'MessageEntityBold',
      'MessageEntityTextUrl',
    ])
    expect(sandbox.world.scheduled(CAMILLE, chatNamed('Quartier'))).toHaveLength(1)
  })

  it('a repeated random_id schedules nothing twice', async () => {
    const peer = await inputPeer(client, 'Agenda')
    const once = randomId()
    await schedule(client, peer, 'une fois', { randomId: once })
    expect(await refusal(schedule(client, peer, 'une fois', { randomId: once }))).toBe('RANDOM_ID_DUPLICATE')
    expect(await scheduled(client, peer)).toHaveLength(1)
  })

  it('counts 4,096 code points: as many emoji pass unchanged, one more does not', async () => {
    const peer = await inputPeer(client, 'Équipe')
    const longest = '🌻'.repeat(4096)
    const message = await schedule(client, peer, longest)
    expect((await scheduled(client, peer)).find(one => one.id === message.id)?.message).toBe(longest)
    expect(await refusal(schedule(client, peer, `${longest}!`))).toBe('MESSAGE_TOO_LONG')
    expect(await refusal(schedule(client, peer, ' \n'))).toBe('MESSAGE_EMPTY')
    expect(
      await refusal(
        schedule(client, peer, 'court', { entities: [new Api.MessageEntityBold({ offset: 2, length: 9 })] }),
      ),
    ).toBe('ENTITY_BOUNDS_INVALID')
  })

  it('refuses the 101st message of a chat and a date beyond a year', async () => {
    const peer = await inputPeer(client, 'Fête')
    const chat = chatNamed('Fête')
    for (let i = sandbox.world.scheduled(CAMILLE, chat).length; i < 100; i += 1) {
      sandbox.world.schedule(CAMILLE, chat, { text: `n° ${i}`, date: nowSeconds() + 86_400 + i })
    }
    expect(await refusal(schedule(client, peer, 'de trop'))).toBe('SCHEDULE_TOO_MUCH')
    expect(await scheduled(client, peer)).toHaveLength(100)
    const other = await inputPeer(client, 'Quartier')
    expect(
      await refusal(schedule(client, other, 'trop tard', { scheduleDate: nowSeconds() + 366 * 86_400 })),
    ).toBe('SCHEDULE_DATE_TOO_LATE')
  })

  it('sends at once what is due in ten seconds or less', async () => {
    const peer = await inputPeer(client, 'Voisins')
    const answer = (await client.invoke(
      new Api.messages.SendMessage({
        peer,
        message: 'tout de suite',
        randomId: randomId(),
        scheduleDate: nowSeconds() + 5,
      }),
    )) as Api.Updates
    expect(answer.updates.map(one => one.className)).toEqual(['UpdateMessageID', 'UpdateNewChannelMessage'])
    expect((await history(client, peer))[0]).toMatchObject({ message: 'tout de suite', out: true })
  })

  it('answers as Telegram does where the account may not write', async () => {
    expect(await refusal(schedule(client, await inputPeer(client, 'Mairie'), 'x'))).toBe(
      'CHAT_ADMIN_REQUIRED',
    )
    expect(await refusal(schedule(client, await inputPeer(client, 'Comptes rendus'), 'x'))).toBe(
      'CHAT_WRITE_FORBIDDEN',
    )
    const stranger = new Api.InputPeerChannel({ channelId: bigInt(42), accessHash: bigInt(1) })
    expect(await refusal(schedule(client, stranger, 'x'))).toBe('CHANNEL_INVALID')
    const unknown = new Api.InputPeerChat({ chatId: bigInt(42) })
    expect(await refusal(schedule(client, unknown, 'x'))).toBe('PEER_ID_INVALID')
  })

  it('slow mode holds immediate messages and lets scheduled ones in', async () => {
    const peer = await inputPeer(client, 'Dons')
    await client.invoke(new Api.messages.SendMessage({ peer, message: 'vends vélo', randomId: randomId() }))
    const error: unknown = await client
      .invoke(new Api.messages.SendMessage({ peer, message: 'et casque', randomId: randomId() }))
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 420 })
    expect(await refusal(schedule(client, peer, 'demain'))).toBe('no error')
  })

  it('reaches a topic of a forum', async () => {
    const peer = await inputPeer(client, 'Jardin')
    const topics = (await client.invoke(
      new Api.channels.GetForumTopics({
        channel: peer as never,
        offsetDate: 0,
        offsetId: 0,
        offsetTopic: 0,
        limit: 10,
      }),
    )) as Api.messages.ForumTopics
    const watering = topics.topics.find(topic => 'title' in topic && topic.title === 'Arrosage')!
    const replyTo = new Api.InputReplyToMessage({ replyToMsgId: watering.id, topMsgId: watering.id })
    const message = await schedule(client, peer, 'Je prends mardi', { replyTo })
    expect(message.replyTo).toMatchObject({ forumTopic: true, replyToMsgId: watering.id })
    const nowhere = new Api.InputReplyToMessage({ replyToMsgId: 9, topMsgId: 99 })
    expect(await refusal(schedule(client, peer, 'x', { replyTo: nowhere }))).toBe('TOPIC_DELETED')
  })

  it('changes a scheduled message in place and says when nothing changed', async () => {
    const peer = await inputPeer(client, 'Agenda')
    const { id, date } = await schedule(client, peer, 'brouillon')
    const edit = (message: string | undefined, scheduleDate: number): Promise<unknown> =>
      client.invoke(
        new Api.messages.EditMessage({
          peer,
          id,
          ...(message === undefined ? {} : { message }),
          scheduleDate,
        }),
      )
    await edit('version finale', date)
    await edit(undefined, date + 60)
    expect((await scheduled(client, peer)).find(one => one.id === id)).toMatchObject({
      message: 'version finale',
      date: date + 60,
    })
    expect(await refusal(edit('version finale', date + 60))).toBe('MESSAGE_NOT_MODIFIED')
  })

  it('says that the list has not changed to who has it already', async () => {
    const peer = await inputPeer(client, 'Quartier')
    const hash = scheduledHash(sandbox.world.scheduled(CAMILLE, chatNamed('Quartier')))
    const ask = (): Promise<unknown> =>
      client.invoke(new Api.messages.GetScheduledHistory({ peer, hash: bigInt(hash) }))
    expect(await ask()).toBeInstanceOf(Api.messages.MessagesNotModified)
    await schedule(client, peer, 'nouveau')
    expect(await ask()).toBeInstanceOf(Api.messages.Messages)
  })

  it('is told to the other sessions of the account, whoever did it', async () => {
    const seen: string[] = []
    const watch = (update: { className: string }): unknown => seen.push(update.className)
    client.addEventHandler(watch)
    const chat = chatNamed('Quartier')
    const { id } = sandbox.world.schedule(CAMILLE, chat, { text: 'd’ailleurs', date: nowSeconds() + 7200 })
    await expect.poll(() => seen).toContain('UpdateNewScheduledMessage')
    sandbox.world.deleteScheduled(CAMILLE, chat, [id])
    await expect.poll(() => seen).toContain('UpdateDeleteScheduledMessages')
  })

  it('deleting a scheduled message leaves the published one of the same number alone', async () => {
    const peer = await inputPeer(client, 'Marché')
    const { id } = await schedule(client, peer, 'annonce')
    const before = await history(client, peer)
    expect(before.map(one => one.id)).toContain(id)
    await client.invoke(new Api.messages.DeleteScheduledMessages({ peer, id: [id] }))
    expect(await scheduled(client, peer)).toHaveLength(0)
    expect((await history(client, peer)).map(one => one.id)).toEqual(before.map(one => one.id))
  })

  it('sends a scheduled message now when asked', async () => {
    const peer = await inputPeer(client, 'Voisins')
    const { id } = await schedule(client, peer, 'finalement maintenant')
    const answer = (await client.invoke(
      new Api.messages.SendScheduledMessages({ peer, id: [id] }),
    )) as Api.Updates
    const removed = answer.updates[0] as Api.UpdateDeleteScheduledMessages
    expect(removed.messages).toEqual([id])
    const [published] = await history(client, peer)
    expect(published).toMatchObject({
      id: removed.sentMessages?.[0],
      message: 'finalement maintenant',
      fromScheduled: true,
    })
    expect(await refusal(client.invoke(new Api.messages.SendScheduledMessages({ peer, id: [id] })))).toBe(
      'MESSAGE_ID_INVALID',
    )
  })
})

describe('publication', () => {
  it('happens when the world clock reaches the date, and every session of the account is told', async () => {
    const other = await connect(savedSession(client))
    const seen: string[] = []
    other.addEventHandler((update: { className: string; sentMessages?: number[] }) => {
      seen.push(update.className)
    })
    await other.invoke(new Api.updates.GetState())
    const peer = await inputPeer(client, 'Voisins')
    const { id, date } = await schedule(client, peer, 'bonjour à 8 h')
    sandbox.clock.advanceWorld((date - nowSeconds() + 1) * 1000)
    await expect.poll(() => seen).toContain('UpdateDeleteScheduledMessages')
    await expect.poll(() => seen).toContain('UpdateNewChannelMessage')
    expect((await scheduled(client, peer)).map(one => one.id)).not.toContain(id)
    expect((await history(client, peer))[0]).toMatchObject({
      message: 'bonjour à 8 h',
      fromScheduled: true,
      date,
    })
  })

  it('reaches the other account of a private conversation', async () => {
    const nassim = await connect()
    await signIn(nassim, sandbox.accounts[1]!)
    const found = (await client.invoke(
      new Api.contacts.ResolveUsername({ username: 'nassim_benali' }),
    )) as Api.contacts.ResolvedPeer
    const user = found.users.find(one => 'username' in one && one.username === 'nassim_benali') as Api.User
    const peer = new Api.InputPeerUser({ userId: user.id, accessHash: user.accessHash! })
    const { date } = await schedule(client, peer, 'à tout à l’heure')
    sandbox.clock.advanceWorld((date - nowSeconds() + 1) * 1000)
    const self = sandbox.world.account(CAMILLE)
    expect(sandbox.world.history(NASSIM, sandbox.world.keyOfUser(self)).at(-1)?.text).toBe('à tout à l’heure')
    // Access hashes are each account's own: one of Camille's opens nothing for Nassim.
    const borrowed = new Api.InputPeerUser({ userId: self.id as never, accessHash: user.accessHash! })
    expect(
      await refusal(nassim.invoke(new Api.messages.GetScheduledHistory({ peer: borrowed, hash: bigInt(0) }))),
    ).toBe('PEER_ID_INVALID')
  })
})

describe('faults', () => {
  it('an error that was asked for is answered once', async () => {
    const peer = await inputPeer(client, 'Agenda')
    sandbox.faults.add({ method: 'messages.sendMessage', code: 420, text: 'FLOOD_WAIT_77' })
    const error: unknown = await schedule(client, peer, 'x').catch((caught: unknown) => caught)
    expect(error).toMatchObject({ seconds: 77 })
    expect(await refusal(schedule(client, peer, 'x'))).toBe('no error')
  })

  it('a connection cut before execution: the client sends again and one message is scheduled', async () => {
    const peer = await inputPeer(client, 'Marché')
    sandbox.faults.add({ method: 'messages.sendMessage', drop: 'before' })
    await schedule(client, peer, 'coupé avant')
    expect(await scheduled(client, peer)).toHaveLength(1)
  })

  it('a connection cut after execution: RANDOM_ID_DUPLICATE, and one message is scheduled', async () => {
    const peer = await inputPeer(client, 'Comptes rendus')
    const chat = chatNamed('Comptes rendus')
    sandbox.world.changeChat(chat, { defaultBanned: [] })
    sandbox.faults.add({ method: 'messages.sendMessage', drop: 'after' })
    expect(await refusal(schedule(client, peer, 'coupé après'))).toBe('RANDOM_ID_DUPLICATE')
    expect(await scheduled(client, peer)).toHaveLength(1)
  })

  it('a late answer comes late', async () => {
    sandbox.faults.add({ method: 'updates.getState', delayMs: 30 })
    expect(await client.invoke(new Api.updates.GetState())).toBeInstanceOf(Api.updates.State)
  })
})

describe('the transport clock', () => {
  it('wrong by an hour, costs the client a repetition and nothing else', async () => {
    sandbox.clock.shiftTransport(3_600_000)
    expect(await client.invoke(new Api.updates.GetState())).toBeInstanceOf(Api.updates.State)
    sandbox.clock.shiftTransport(-3_600_000)
    expect(await client.invoke(new Api.updates.GetState())).toBeInstanceOf(Api.updates.State)
  })
})

describe('the end', () => {
  it('an account revoked elsewhere is answered AUTH_KEY_UNREGISTERED', async () => {
    const nassim = await connect()
    await signIn(nassim, sandbox.accounts[1]!)
    sandbox.revoke(NASSIM)
    expect(await refusal(nassim.invoke(new Api.updates.GetState()))).toBe('AUTH_KEY_UNREGISTERED')
  })

  it('logging out signs out this key', async () => {
    const nassim = await connect()
    await signIn(nassim, sandbox.accounts[1]!)
    expect(await nassim.invoke(new Api.auth.LogOut())).toBeInstanceOf(Api.auth.LoggedOut)
    expect(await refusal(nassim.invoke(new Api.updates.GetState()))).toBe('AUTH_KEY_UNREGISTERED')
  })

  it('no method was unknown and no answer could not be written', () => {
    expect(log).toEqual([])
  })
})
