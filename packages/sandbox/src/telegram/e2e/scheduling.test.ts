import bigInt from 'big-integer'
import { Api } from 'telegram'
import { describe, expect, it } from 'vitest'
import { scheduledHash } from '../handlers/scheduled.ts'
import { CAMILLE } from '../index.ts'
import { refusal } from '../testing/gramjs-client.ts'
import { useLab } from '../testing/lab.ts'

const lab = useLab({ signedIn: true })

describe('scheduling', () => {
  it('keeps text, entities, silence and date as they were sent', async () => {
    const peer = await lab.inputPeer('Quartier')
    const date = lab.now() + 7 * 86_400
    const message = await lab.schedule(peer, 'Réunion 🎉 mardi', {
      scheduleDate: date,
      silent: true,
      entities: [
        new Api.MessageEntityBold({ offset: 0, length: 7 }),
        new Api.MessageEntityTextUrl({ offset: 11, length: 5, url: 'https://t.me/+abc' }),
      ],
    })
    const [listed] = await lab.scheduled(peer)
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
    expect(lab.sandbox.world.scheduled(CAMILLE, lab.chatNamed('Quartier'))).toHaveLength(1)
  })

  it('a repeated random_id schedules nothing twice', async () => {
    const peer = await lab.inputPeer('Agenda')
    const once = lab.randomId()
    await lab.schedule(peer, 'une fois', { randomId: once })
    expect(await refusal(lab.schedule(peer, 'une fois', { randomId: once }))).toBe('RANDOM_ID_DUPLICATE')
    expect(await lab.scheduled(peer)).toHaveLength(1)
  })

  it('counts 4,096 code points: as many emoji pass unchanged, one more does not', async () => {
    const peer = await lab.inputPeer('Équipe')
    const longest = '🌻'.repeat(4096)
    const message = await lab.schedule(peer, longest)
    expect((await lab.scheduled(peer)).find(one => one.id === message.id)?.message).toBe(longest)
    expect(await refusal(lab.schedule(peer, `${longest}!`))).toBe('MESSAGE_TOO_LONG')
    expect(await refusal(lab.schedule(peer, ' \n'))).toBe('MESSAGE_EMPTY')
    expect(
      await refusal(
        lab.schedule(peer, 'court', { entities: [new Api.MessageEntityBold({ offset: 2, length: 9 })] }),
      ),
    ).toBe('ENTITY_BOUNDS_INVALID')
  })

  it('refuses the 101st message of a chat and a date beyond a year', async () => {
    const peer = await lab.inputPeer('Fête')
    const chat = lab.chatNamed('Fête')
    for (let i = lab.sandbox.world.scheduled(CAMILLE, chat).length; i < 100; i += 1) {
      lab.sandbox.world.schedule(CAMILLE, chat, { text: `n° ${i}`, date: lab.now() + 86_400 + i })
    }
    expect(await refusal(lab.schedule(peer, 'de trop'))).toBe('SCHEDULE_TOO_MUCH')
    expect(await lab.scheduled(peer)).toHaveLength(100)
    const other = await lab.inputPeer('Quartier')
    expect(await refusal(lab.schedule(other, 'trop tard', { scheduleDate: lab.now() + 366 * 86_400 }))).toBe(
      'SCHEDULE_DATE_TOO_LATE',
    )
  })

  it('sends at once what is due in ten seconds or less', async () => {
    const peer = await lab.inputPeer('Voisins')
    const answer = (await lab.client.invoke(
      new Api.messages.SendMessage({
        peer,
        message: 'tout de suite',
        randomId: lab.randomId(),
        scheduleDate: lab.now() + 5,
      }),
    )) as Api.Updates
    expect(answer.updates.map(one => one.className)).toEqual(['UpdateMessageID', 'UpdateNewChannelMessage'])
    expect((await lab.history(peer))[0]).toMatchObject({ message: 'tout de suite', out: true })
  })

  it('answers as Telegram does where the account may not write', async () => {
    expect(await refusal(lab.schedule(await lab.inputPeer('Mairie'), 'x'))).toBe('CHAT_ADMIN_REQUIRED')
    expect(await refusal(lab.schedule(await lab.inputPeer('Comptes rendus'), 'x'))).toBe(
      'CHAT_WRITE_FORBIDDEN',
    )
    const stranger = new Api.InputPeerChannel({ channelId: bigInt(42), accessHash: bigInt(1) })
    expect(await refusal(lab.schedule(stranger, 'x'))).toBe('CHANNEL_INVALID')
    const unknown = new Api.InputPeerChat({ chatId: bigInt(42) })
    expect(await refusal(lab.schedule(unknown, 'x'))).toBe('PEER_ID_INVALID')
  })

  it('slow mode holds immediate messages and lets scheduled ones in', async () => {
    const peer = await lab.inputPeer('Dons')
    await lab.client.invoke(
      new Api.messages.SendMessage({ peer, message: 'vends vélo', randomId: lab.randomId() }),
    )
    const error: unknown = await lab.client
      .invoke(new Api.messages.SendMessage({ peer, message: 'et casque', randomId: lab.randomId() }))
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 420 })
    expect(await refusal(lab.schedule(peer, 'demain'))).toBe('no error')
  })

  it('reaches a topic of a forum', async () => {
    const peer = await lab.inputPeer('Jardin')
    const topics = (await lab.client.invoke(
      new Api.channels.GetForumTopics({
        channel: await lab.inputChannel('Jardin'),
        offsetDate: 0,
        offsetId: 0,
        offsetTopic: 0,
        limit: 10,
      }),
    )) as Api.messages.ForumTopics
    const watering = topics.topics.find(topic => 'title' in topic && topic.title === 'Arrosage')!
    const replyTo = new Api.InputReplyToMessage({ replyToMsgId: watering.id, topMsgId: watering.id })
    const message = await lab.schedule(peer, 'Je prends mardi', { replyTo })
    expect(message.replyTo).toMatchObject({ forumTopic: true, replyToMsgId: watering.id })
    const nowhere = new Api.InputReplyToMessage({ replyToMsgId: 9, topMsgId: 99 })
    expect(await refusal(lab.schedule(peer, 'x', { replyTo: nowhere }))).toBe('TOPIC_DELETED')
  })

  it('changes a scheduled message in place and says when nothing changed', async () => {
    const peer = await lab.inputPeer('Agenda')
    const { id, date } = await lab.schedule(peer, 'brouillon')
    const edit = (message: string | undefined, scheduleDate: number): Promise<unknown> =>
      lab.client.invoke(
        new Api.messages.EditMessage({
          peer,
          id,
          ...(message === undefined ? {} : { message }),
          scheduleDate,
        }),
      )
    await edit('version finale', date)
    await edit(undefined, date + 60)
    expect((await lab.scheduled(peer)).find(one => one.id === id)).toMatchObject({
      message: 'version finale',
      date: date + 60,
    })
    expect(await refusal(edit('version finale', date + 60))).toBe('MESSAGE_NOT_MODIFIED')
  })

  it('says that the list has not changed to who has it already', async () => {
    const peer = await lab.inputPeer('Quartier')
    const hash = scheduledHash(lab.sandbox.world.scheduled(CAMILLE, lab.chatNamed('Quartier')))
    const ask = (): Promise<unknown> =>
      lab.client.invoke(new Api.messages.GetScheduledHistory({ peer, hash: bigInt(hash) }))
    expect(await ask()).toBeInstanceOf(Api.messages.MessagesNotModified)
    await lab.schedule(peer, 'nouveau')
    expect(await ask()).toBeInstanceOf(Api.messages.Messages)
  })

  it('is told to the other sessions of the account, whoever did it', async () => {
    const seen: string[] = []
    const watch = (update: { className: string }): unknown => seen.push(update.className)
    lab.client.addEventHandler(watch)
    const chat = lab.chatNamed('Quartier')
    const { id } = lab.sandbox.world.schedule(CAMILLE, chat, { text: 'd’ailleurs', date: lab.now() + 7200 })
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('UpdateNewScheduledMessage')
    lab.sandbox.world.deleteScheduled(CAMILLE, chat, [id])
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('UpdateDeleteScheduledMessages')
  })

  it('deleting a scheduled message leaves the published one of the same number alone', async () => {
    const peer = await lab.inputPeer('Marché')
    const { id } = await lab.schedule(peer, 'annonce')
    const before = await lab.history(peer)
    expect(before.map(one => one.id)).toContain(id)
    await lab.client.invoke(new Api.messages.DeleteScheduledMessages({ peer, id: [id] }))
    expect(await lab.scheduled(peer)).toHaveLength(0)
    expect((await lab.history(peer)).map(one => one.id)).toEqual(before.map(one => one.id))
  })

  it('sends a scheduled message now when asked', async () => {
    const peer = await lab.inputPeer('Voisins')
    const { id } = await lab.schedule(peer, 'finalement maintenant')
    const answer = (await lab.client.invoke(
      new Api.messages.SendScheduledMessages({ peer, id: [id] }),
    )) as Api.Updates
    const removed = answer.updates[0] as Api.UpdateDeleteScheduledMessages
    expect(removed.messages).toEqual([id])
    const [published] = await lab.history(peer)
    expect(published).toMatchObject({
      id: removed.sentMessages?.[0],
      message: 'finalement maintenant',
      fromScheduled: true,
    })
    expect(await refusal(lab.client.invoke(new Api.messages.SendScheduledMessages({ peer, id: [id] })))).toBe(
      'MESSAGE_ID_INVALID',
    )
  })
})

describe('the data centre', () => {
  it('knew every method and could write every answer', () => {
    expect(lab.log).toEqual([])
  })
})
