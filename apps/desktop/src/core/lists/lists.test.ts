import { expect, test } from 'vitest'
import { lists as contract, type AccountId, type ChatId, type TargetListId } from '../../contract/index.ts'
import { createDefaults } from '../defaults/index.ts'
import { fakeChannel } from '../telegram/testing/fake-data-centre.ts'
import { addFile, asMedia, draftOf, signedInMessaging } from '../telegram/testing/messaging-core.ts'
import { createTestSend } from '../test-send/index.ts'
import { openSealer, seededRandom } from '../testing/index.ts'
import { createSealedRecords } from '../vault/index.ts'
import { createLists } from './index.ts'

/** What a person keeps beside the messages, over accounts and chats as the product wires them. */
async function setup() {
  const core = await signedInMessaging()
  const { accounts, targets, delivery, accountId, time, lines } = core
  const events: { name: string; payload: unknown }[] = []
  const log = (): void => undefined
  const deps = {
    records: createSealedRecords(core.database, openSealer(), log),
    ...{ accounts, targets, delivery, log, clock: time.clock, random: seededRandom('lists') },
    emit: (name: string, payload: unknown) => void events.push({ name, payload }),
  }
  const lists = createLists(deps)
  const save = (name: string, chatIds: string[], id: string | null = null, of: string = accountId) =>
    contract.save.output.parse(
      lists['lists.save'](contract.save.input.parse({ id, accountId: of, name, chatIds })),
    )
  const all = () => contract.list.output.parse(lists['lists.list']({ accountId: null }))
  const defaults = createDefaults(deps)
  let licensed = true
  const testSend = createTestSend({
    ...deps,
    preview: core.handlers['plans.preview'],
    requireLicense: () => {
      if (!licensed) throw new Error('no licence')
    },
  })
  const send = (over: object = {}, chatId: string | null = '-1001', date: string | null = null) =>
    Promise.resolve(
      testSend['messages.test']({
        draft: { ...draftOf(accountId), ...over },
        chatId: chatId as ChatId,
        date,
      }),
    )
  const endLicense = () => (licensed = false)
  return { ...core, lists, save, all, events, defaults, send, endLicense, lines }
}
const failing = (code: string) => expect.objectContaining({ message: code })

test('a list keeps chats of one account under a name, and says which of them went away', async () => {
  const { save, all, dc, handlers, accountId } = await setup()
  const list = save('Voisins', ['-1001', '-1002', '-1001'])
  expect(list).toMatchObject({ accountId, name: 'Voisins', problems: 0 })
  expect(list.chats.map(({ title, state }) => [title, state])).toEqual([
    ['Annonces', 'ok'],
    ['Entraide', 'ok'],
  ])
  dc.setDialogs([{ ...fakeChannel('2', 'Entraide'), canPost: false }])
  await handlers['targets.list']({ accountId, refresh: true })
  expect(all()).toMatchObject([
    {
      problems: 2,
      chats: [
        { id: '-1001', title: 'Annonces', state: 'gone' },
        { id: '-1002', title: 'Entraide', state: 'no-rights' },
      ],
    },
  ])
})

test('lists are found by name, changed in place and removed; a name serves once for each account', async () => {
  const { save, all, lists, events } = await setup()
  const { id } = save('Voisins', ['-1001'])
  save('Amis', ['-1002'])
  expect(all().map(({ name }) => name)).toEqual(['Amis', 'Voisins'])
  expect(() => save('voisins', ['-1002'])).toThrow(failing('name/taken'))
  expect(save('Le quartier', ['-1002'], id).chats).toHaveLength(1)
  expect(() => save('Vide', [])).toThrow(failing('plan/no-chat'))
  expect(() => save('Autre', ['-1001'], 'gone')).toThrow(failing('list/unknown'))
  expect(() => save('Autre', ['-1001'], null, 'nobody')).toThrow(failing('account/unknown'))
  lists['lists.remove']({ id: id as TargetListId })
  expect(all().map(({ name }) => name)).toEqual(['Amis'])
  expect(events.filter(({ name }) => name === 'lists.changed')).toHaveLength(4)
})

test('lists and defaults of an account go with it', async () => {
  const { save, all, handlers, accountId, defaults } = await setup()
  save('Voisins', ['-1001'])
  defaults.adopt(accountId, { text: 'Bonjour', hours: ['09:00'] })
  await handlers['accounts.remove']({ accountId })
  expect(all()).toEqual([])
  expect(() => defaults.handlers['defaults.get']({ accountId })).toThrow(failing('account/unknown'))
  expect(defaults.pace(accountId, { delaySeconds: 3, perMinute: 20 })).toEqual({
    delaySeconds: 3,
    perMinute: 20,
  })
})

test('what an account’s messages begin with is kept for it; an import never overwrites what was set here', async () => {
  const { defaults, accountId, events } = await setup()
  const get = () => defaults.handlers['defaults.get']({ accountId })
  expect(get()).toMatchObject({
    accountId,
    text: '',
    hours: [],
    timeZone: null,
    pace: null,
    linkPreview: true,
  })
  defaults.adopt(accountId, { text: 'D’avant', hours: ['18:30', '09:00', '09:00'] })
  expect(get()).toMatchObject({ text: 'D’avant', hours: ['09:00', '18:30'] })
  const own = {
    ...(await get()),
    text: 'Bonjour',
    hours: ['20:00', '08:00'],
    timeZone: 'Asia/Tokyo',
    silent: true,
  }
  defaults.handlers['defaults.save'](own)
  defaults.adopt(accountId, { text: 'D’avant', hours: [] })
  expect(get()).toEqual({ ...own, hours: ['08:00', '20:00'] })
  expect(events.at(-1)).toMatchObject({ name: 'defaults.changed', payload: { text: 'Bonjour' } })
  const nowhere = { ...own, timeZone: 'Mars/Olympus' }
  expect(() => defaults.handlers['defaults.save'](nowhere)).toThrow(failing('plan/zone-unknown'))
  const nobody = { ...own, accountId: 'nobody' as AccountId }
  expect(() => defaults.handlers['defaults.save'](nobody)).toThrow(failing('account/unknown'))
})

test('the pace of an account is only ever slower than that of the settings', async () => {
  const { defaults, accountId } = await setup()
  const general = { delaySeconds: 5, perMinute: 10 }
  const set = async (pace: { delaySeconds: number; perMinute: number } | null) => {
    defaults.handlers['defaults.save']({ ...(await defaults.handlers['defaults.get']({ accountId })), pace })
    return defaults.pace(accountId, general)
  }
  expect(await set(null)).toEqual(general)
  expect(await set({ delaySeconds: 3, perMinute: 20 })).toEqual(general)
  expect(await set({ delaySeconds: 30, perMinute: 2 })).toEqual({ delaySeconds: 30, perMinute: 2 })
})

test('a test shows oneself what one chat gets at one date, at once and in Saved Messages only', async () => {
  const { send, dc, time } = await setup()
  const text = 'Bonjour {groupe}, le {date} à {heure}'
  const sent = await send({ text, silent: true }, '-1002', '2027-07-14T09:00')
  expect(sent.text).toBe('Bonjour Entraide, le 14 juillet 2027 à 09:00')
  const { published, scheduled } = dc.saved('1001')
  expect(published.map(one => [one.text, one.at])).toEqual([[sent.text, Math.floor(time.clock.now() / 1000)]])
  expect(scheduled).toEqual([])
  expect(dc.channel('2').published).toEqual([])
})

test('a test of a plan that could not be confirmed goes out all the same, unless it is the text', async () => {
  const { send, endLicense } = await setup()
  const incomplete = { chatIds: [], dates: ['2020-01-01T00:00'], mode: 'repeat' }
  expect(await send({ ...incomplete, text: 'Bonjour {compte}' }, null)).toMatchObject({
    text: 'Bonjour Membre 1',
  })
  await expect(send({ text: '  ' })).rejects.toEqual(failing('plan/empty-text'))
  await expect(send({ text: 'x'.repeat(4097) })).rejects.toEqual(failing('plan/text-too-long'))
  await expect(send({ accountId: null })).rejects.toEqual(failing('account/unknown'))
  await expect(send({ timeZone: 'Mars/Olympus' })).rejects.toEqual(failing('plan/zone-unknown'))
  endLicense()
  await expect(send()).rejects.toThrow('no licence')
})

test('a test counts as a message: the next one leaves no sooner than the pace allows', async () => {
  const { send, dc, time } = await setup()
  await send()
  const second = send()
  await time.advance(2900)
  expect(dc.saved('1001').published).toHaveLength(1)
  await time.advance(200)
  await second
  expect(dc.saved('1001').published).toHaveLength(2)
})

test('what Telegram refuses is told, and stops the account where it must', async () => {
  const { send, dc, accounts, accountId } = await setup()
  dc.fault({
    method: 'schedule',
    does: { reaction: 'STOP', code: 'telegram/restricted', rpc: 'PEER_FLOOD' },
  })
  await expect(send()).rejects.toEqual(failing('telegram/restricted'))
  expect(accounts.obstacle(accountId)).toMatchObject({ reason: 'restricted' })
})

test('a test carries its files, as one album with its caption', async () => {
  const { send, dc, ...core } = await setup()
  const media = []
  for (const seed of [1, 2]) {
    const bytes = Buffer.alloc(100, seed)
    Buffer.from('89504e470d0a1a0a0000000d494844520000000400000003', 'hex').copy(bytes)
    media.push(asMedia(await addFile(core, `photo-${seed}.png`, bytes)))
  }
  await send({ media, text: 'Deux photos' })
  const { published, scheduled } = dc.saved('1001')
  expect(scheduled).toEqual([])
  expect(published.flatMap(one => one.media)).toEqual(['photo', 'photo'])
  expect(published.filter(({ text }) => text === 'Deux photos')).toHaveLength(1)
})
