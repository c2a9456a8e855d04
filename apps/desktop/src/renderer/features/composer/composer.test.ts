import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AccountId, ChatId, PlanDraft } from '../../../contract/index.ts'
import { chatsOf } from '../../testing/data.ts'
import { createFakeBridge } from '../../testing/fake-bridge.ts'
import { button, field, mountWith, settle, walk, withStores, eventually } from '../../testing/mount.ts'
import { machineZone } from '../../lib/time.ts'
import { filterChats, refusal } from './chats.ts'
import ComposePage from './ComposePage.vue'
import { useHereTime } from './here.ts'
import { inOneHour, readRow, tomorrowAtNine } from './rows.ts'
import { useComposer } from './store.ts'

const NOW = Date.parse('2026-11-22T13:02:00Z')
const clock = () => NOW

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => {
  vi.useRealTimers()
  document.body.innerHTML = ''
})

const compose = async (fake = createFakeBridge('full', clock)) => {
  const started = withStores({ fake, clock }, useComposer)
  await started.result.load()
  return { ...started, composer: started.result }
}

test('what was typed is saved by itself and comes back in a new window', async () => {
  const { composer, fake, end } = await compose()
  composer.accountId = 'a1' as AccountId
  composer.text = 'Bonjour à tous'
  composer.chatIds = ['-1001' as ChatId]
  composer.entities = [{ type: 'bold', offset: 0, length: 7 }]
  composer.setRow(0, { day: '14/07/2027', time: '9h' })
  await vi.advanceTimersByTimeAsync(500)
  expect(fake.state.draft).toMatchObject({ text: 'Bonjour à tous', dates: ['2027-07-14T09:00'] })
  end()

  const { composer: again } = await compose(fake)
  expect(again.text).toBe('Bonjour à tous')
  expect(again.chatIds).toEqual(['-1001'])
  expect(again.entities).toEqual([{ type: 'bold', offset: 0, length: 7 }])
  expect(again.rows[0]).toMatchObject({ day: '14/07/2027', time: '09:00' })
})

test('a draft that could not be saved stays, is told, and is saved when the core is back', async () => {
  const { composer, fake } = await compose()
  fake.failNext('plans.saveDraft', 'storage/disk-full')
  composer.text = 'précieux'
  await vi.advanceTimersByTimeAsync(500)
  expect(composer.saving).toBe('failed')
  expect(composer.text).toBe('précieux')
  fake.connect(false)
  fake.connect(true)
  await settle()
  expect(composer.saving).toBe('saved')
  expect(fake.state.draft?.text).toBe('précieux')
})

test('a locked vault leaves no message behind in the window, and unlocking brings it back', async () => {
  const { composer, fake } = await compose()
  composer.text = 'confidentiel'
  await vi.advanceTimersByTimeAsync(500)
  fake.emit('app.changed', { ...fake.state.app, vault: 'locked' })
  expect(composer.text).toBe('')
  await vi.advanceTimersByTimeAsync(500)
  expect(fake.state.draft?.text).toBe('confidentiel')
  await composer.load()
  expect(composer.text).toBe('confidentiel')
})

test('what could not be saved before the vault was locked stays in the window', async () => {
  const { composer, fake } = await compose()
  composer.text = 'pas encore enregistré'
  fake.emit('app.changed', { ...fake.state.app, vault: 'locked' })
  expect(composer.text).toBe('pas encore enregistré')
})

test('a draft that arrives late never replaces what is already typed', async () => {
  const fake = createFakeBridge('full', clock)
  fake.state.draft = { ...stored, text: 'ancien' }
  const { result: composer } = withStores({ fake, clock }, useComposer)
  const loading = composer.load()
  composer.text = 'nouveau'
  await loading
  expect(composer.text).toBe('nouveau')
})

const stored: PlanDraft = {
  accountId: 'a1' as AccountId,
  chatIds: ['-1001' as ChatId],
  text: 'Bonjour',
  entities: [],
  media: [],
  places: [],
  silent: false,
  linkPreview: true,
  dates: ['2027-07-14T09:00'],
  timeZone: 'Europe/Paris',
  mode: 'once',
  rule: null,
  staggerMinutes: 0,
}

test('what is confirmed is what was previewed, and the draft is then empty', async () => {
  const fake = createFakeBridge('full', clock)
  fake.state.draft = stored
  const { composer } = await compose(fake)
  await composer.review()
  composer.text = 'changé entre-temps'
  expect(await composer.confirm()).toBe(1)
  const confirmed = fake.calls.find(call => call.name === 'plans.confirm')
  expect(confirmed?.input).toMatchObject({ draft: { text: 'Bonjour' }, token: 'fake-token' })
  expect(fake.state.draft).toBeNull()
  expect(composer.text).toBe('')
})

test('a plan that changed since its preview is previewed again and not confirmed, and nothing is lost', async () => {
  const fake = createFakeBridge('full', clock)
  fake.state.draft = stored
  const { composer } = await compose(fake)
  await composer.review()
  fake.failNext('plans.confirm', 'plan/changed-since-preview')
  expect(await composer.confirm()).toBeNull()
  expect(composer.reviewError?.code).toBe('plan/changed-since-preview')
  expect(fake.calls.filter(call => call.name === 'plans.preview')).toHaveLength(2)
  expect(composer.text).toBe('Bonjour')
})

test('the chats of one account are not those of another', async () => {
  const { composer } = await compose()
  composer.chooseAccount('a1' as AccountId)
  composer.chatIds = ['-1001' as ChatId]
  composer.chooseAccount('a1' as AccountId)
  expect(composer.chatIds).toEqual(['-1001'])
  composer.chooseAccount('a2' as AccountId)
  expect(composer.chatIds).toEqual([])
})

test('the counter counts what Telegram counts: an emoji is two', async () => {
  const { wrapper } = await mountWith(ComposePage, { clock })
  await settle()
  await field(wrapper, 'Texte du message').setValue('Ah 🙂')
  expect(wrapper.get('[data-testid=counter] .count').text()).toBe('5 / 4\u202f096')
  await field(wrapper, 'Texte du message').setValue('x'.repeat(4098))
  expect(wrapper.get('[data-testid=counter] [role=alert]').text()).toContain('Trop long de 2 caractères')
  wrapper.unmount()
})

test('a chat where one cannot write says why and cannot be chosen, even all at once', async () => {
  const { wrapper } = await mountWith(ComposePage, { clock })
  await settle()
  const closed = wrapper.findAll('[data-testid=chat]').find(row => row.text().includes('Éditions Mirabelle'))
  expect(closed?.text()).toContain('Il faut être administrateur de ce canal')
  expect(closed?.get('input').attributes('disabled')).toBeDefined()
  await button(wrapper, 'Tout choisir (9)').trigger('click')
  expect(wrapper.get('[data-testid=chats-chosen]').text()).toBe('9 discussions choisies')
  wrapper.unmount()
})

test('a search chooses among what it shows, and keeps what was chosen before', async () => {
  const { wrapper } = await mountWith(ComposePage, { clock })
  await settle()
  await field(wrapper, 'Bénévoles 2027').setValue(true)
  await field(wrapper, 'Rechercher une discussion').setValue('cine club')
  expect(wrapper.findAll('[data-testid=chat]')).toHaveLength(1)
  await button(wrapper, 'Tout choisir (1)').trigger('click')
  expect(wrapper.get('[data-testid=chats-chosen]').text()).toBe('2 discussions choisies')
  await field(wrapper, 'Rechercher une discussion').setValue('rien de tel')
  expect(wrapper.text()).toContain('Aucune discussion ne correspond')
  wrapper.unmount()
})

test('going to the review and back keeps everything, and confirming leads to the list', async () => {
  vi.useRealTimers()
  const fake = createFakeBridge('full', clock)
  fake.state.draft = stored
  const { wrapper, router } = await walk('/compose', { fake, clock })
  await eventually(() => button(wrapper, 'Vérifier'))
  await button(wrapper, 'Vérifier').trigger('click')
  await eventually(() => button(wrapper, 'Programmer 1 message'))
  expect(wrapper.get('[data-testid=moment]').text()).toContain('mercredi 14 juillet 2027 à 09:00')
  await button(wrapper, 'Modifier').trigger('click')
  await eventually(() => field(wrapper, 'Texte du message'))
  expect((field(wrapper, 'Texte du message').element as HTMLTextAreaElement).value).toBe('Bonjour')
  await router.push('/compose/review')
  await eventually(() => button(wrapper, 'Programmer 1 message'))
  await button(wrapper, 'Programmer 1 message').trigger('click')
  await eventually(() => expect(router.currentRoute.value.name).toBe('messages'))
  wrapper.unmount()
})

test('a plan with a blocker cannot be confirmed', async () => {
  vi.useRealTimers()
  const fake = createFakeBridge('full', clock)
  fake.state.draft = { ...stored, dates: ['2020-01-01T09:00'] }
  const { wrapper } = await walk('/compose/review', { fake, clock })
  await eventually(() => button(wrapper, 'Programmer 1 message'))
  expect(wrapper.text()).toContain('Une date est déjà passée.')
  expect(wrapper.text()).toContain('Il reste des points à corriger, plus haut.')
  expect(button(wrapper, 'Programmer 1 message').attributes('disabled')).toBeDefined()
  wrapper.unmount()
})

test('a text that is too long says so beside the button that waits for it', async () => {
  vi.useRealTimers()
  const fake = createFakeBridge('full', clock)
  fake.state.draft = { ...stored, text: 'a'.repeat(4100) }
  const { wrapper } = await walk('/compose', { fake, clock })
  await eventually(() => button(wrapper, 'Vérifier'))
  const summary = wrapper.get('[data-testid=compose-summary]')
  await eventually(() => expect(summary.text()).toContain('Trop long de 4 caractères'))
  expect(button(wrapper, 'Vérifier').attributes('disabled')).toBeDefined()
  wrapper.unmount()
})

test('the chat with oneself is called so in the review, whatever Telegram calls it', async () => {
  vi.useRealTimers()
  const fake = createFakeBridge('full', clock)
  fake.state.draft = { ...stored, chatIds: ['100' as ChatId] }
  const { wrapper } = await walk('/compose/review', { fake, clock })
  await eventually(() => expect(wrapper.get('[data-testid=moment]').text()).toContain('Messages enregistrés'))
  wrapper.unmount()
})

test('the search looks at titles and user names, without accents or case', () => {
  const titles = (search: string, kind: 'all' | 'channels' = 'all') =>
    filterChats(chatsOf('a1'), { search, kind, postable: false }).map(chat => chat.title)
  expect(titles('editions')).toEqual(['Éditions Mirabelle'])
  expect(titles('@annonces_q')).toEqual(['Annonces du quartier'])
  expect(titles('', 'channels')).toHaveLength(3)
  expect(chatsOf('a1').filter(chat => refusal(chat) !== null)).toHaveLength(2)
})

test('a date in the past is seen as such in the zone of the plan, not in that of the machine', () => {
  const row = { id: 1, day: '22/11/2026', time: '14:00' }
  expect(readRow(row, 'Europe/Paris', NOW).past).toBe(true)
  expect(readRow(row, 'America/New_York', NOW).past).toBe(false)
})

test('the shortcuts give a time to come, on the clock of the zone', () => {
  expect(inOneHour(NOW, 'Europe/Paris')).toBe('2026-11-22T15:05')
  expect(tomorrowAtNine(Date.parse('2026-11-22T23:30:00Z'), 'Europe/Paris')).toBe('2026-11-24T09:00')
})

test('beside the plan’s clock stands the hour of this machine, with the day only where it is another one', () => {
  const { result: hereTime, end } = withStores({}, useHereTime)
  const noon = '2026-11-23T12:00:00Z'
  expect(hereTime(noon, 'Atlantic/Reykjavik')).toMatch(/^\d{2}:\d{2} chez vous/)
  expect(hereTime(noon, 'Pacific/Kiritimati')).toMatch(/^lundi 23 novembre 2026 à .* chez vous/)
  expect(hereTime(noon, machineZone())).toBe('')
  end()
})
