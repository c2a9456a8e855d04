import { afterEach, expect, test } from 'vitest'
import type { AccountId, ChatId, MediaId, PlanMedia } from '../../../contract/index.ts'
import { button, eventually, mountWith, settle } from '../../testing/mount.ts'
import PlanPart from '../deliveries/PlanPart.vue'
import AlbumView from './AlbumView.vue'
import DraftMenu from './DraftMenu.vue'
import ListMenu from './ListMenu.vue'
import MediaList from './MediaList.vue'
import TemplateMenu from './TemplateMenu.vue'
import { useComposer } from './store.ts'

afterEach(() => {
  document.body.innerHTML = ''
})

const inBody = (name: string) => {
  const found = [...document.querySelectorAll<HTMLElement>('button')].find(
    one => one.textContent?.trim() === name || one.getAttribute('aria-label') === name,
  )
  if (found === undefined) throw new Error(`No button named ${name}`)
  return found
}
const picture = (name: string) => new File(['x'], name, { type: 'image/png' })
const media = (id: string, spoiler = false): PlanMedia => ({
  ...{ id: id as MediaId, kind: 'photo', name: `${id}.png`, mime: 'image/png', size: 2_000_000 },
  ...{ width: 800, height: 600, duration: null, spoiler },
})

test('files come in the order given, ten at the most, and the rest is told', async () => {
  const { wrapper } = await mountWith(MediaList)
  const list = wrapper.vm as unknown as { add(files: File[]): void }
  list.add(Array.from({ length: 12 }, (_, index) => picture(`${String(index)}.png`)))
  await eventually(() => expect(wrapper.findAll('[data-media]')).toHaveLength(10))
  expect(useComposer().media.map(({ name }) => name)).toEqual(
    Array.from({ length: 10 }, (_, index) => `${String(index)}.png`),
  )
  wrapper.unmount()
})

test('a file that could not be copied says why and can be put away; the others stay', async () => {
  const { wrapper, fake } = await mountWith(MediaList)
  const copy = fake.addFile.bind(fake)
  Object.assign(fake, {
    addFile: (file: File) =>
      file.name === 'non.png'
        ? Promise.resolve({ ok: false, error: { code: 'storage/disk-full', retryable: true } })
        : copy(file),
  })
  const list = wrapper.vm as unknown as { add(files: File[]): void }
  list.add([picture('non.png'), picture('oui.png')])
  await eventually(() => expect(wrapper.findAll('[data-media]')).toHaveLength(1))
  expect(wrapper.get('.wrong').text()).toContain('non.png')
  await button(wrapper, 'Fermer').trigger('click')
  expect(wrapper.find('.wrong').exists()).toBe(false)
  wrapper.unmount()
})

test('a copy shows how far it has come and can be stopped; so can one that waits for its turn', async () => {
  const { wrapper, fake } = await mountWith(MediaList)
  const stopped: string[] = []
  const started: string[] = []
  Object.assign(fake, {
    addFile: (file: File, progress: (done: number) => void, onStart: (stop: () => void) => void) => {
      started.push(file.name)
      progress(1_000_000)
      return new Promise(resolve =>
        onStart(() => {
          stopped.push(file.name)
          resolve({ ok: false, error: { code: 'media/intake-over', retryable: true } })
        }),
      )
    },
  })
  const film = (name: string) => Object.defineProperty(picture(name), 'size', { value: 2_000_000_000 })
  const list = wrapper.vm as unknown as { add(files: File[]): void }
  list.add([film('long.mp4'), film('autre.mp4'), film('dernier.mp4')])
  await eventually(() => expect(wrapper.get('progress').attributes('value')).toBe('1000000'))
  expect(wrapper.get('.incoming').text()).toMatch(/1\sMo \/ 2\sGo/)
  await button(wrapper, 'Arrêter la copie de autre.mp4').trigger('click')
  await button(wrapper, 'Arrêter la copie de long.mp4').trigger('click')
  await eventually(() => expect(started).toEqual(['long.mp4', 'dernier.mp4']))
  expect(stopped).toEqual(['long.mp4'])
  expect(wrapper.findAll('.incoming')).toHaveLength(1)
  expect(wrapper.find('.wrong').exists()).toBe(false)
  wrapper.unmount()
})

test('the order is changed with the buttons of a file, and said aloud', async () => {
  const { wrapper } = await mountWith(MediaList)
  useComposer().media = [media('a'), media('b'), media('c')]
  await settle()
  await wrapper.findAll('[data-media=c] .order')[0]!.trigger('click')
  expect(useComposer().media.map(({ id }) => id)).toEqual(['a', 'c', 'b'])
  expect(wrapper.get('[aria-live]').text()).toContain('c.png')
  await wrapper.get('[data-media=a] input[type=checkbox]').setValue(true)
  expect(useComposer().media[0]).toMatchObject({ kind: 'document' })
  wrapper.unmount()
})

test('an album stands as Telegram lays it out, its spoilers veiled and its other files below', async () => {
  const tile = { x: 0, y: 0, width: 50, height: 100 }
  const { wrapper } = await mountWith(AlbumView, {
    props: {
      media: [media('a', true), media('b'), media('c')],
      layout: {
        aspect: 1.5,
        tiles: [
          { ...tile, id: 'a' },
          { ...tile, id: 'b', x: 50 },
        ],
      },
    },
  })
  const tiles = wrapper.findAll('.tile')
  expect(tiles.map(one => one.attributes('style'))).toEqual([
    'left: 0%; top: 0%; width: 50%; height: 100%;',
    'left: 50%; top: 0%; width: 50%; height: 100%;',
  ])
  expect(tiles.map(one => one.classes('hidden'))).toEqual([true, false])
  expect(wrapper.get('.file').text()).toBe('c.png')
  wrapper.unmount()
})

test('a template is given to the message; one is kept from it under a name', async () => {
  const { wrapper, fake } = await mountWith(TemplateMenu)
  useComposer().text = 'À garder'
  await button(wrapper, 'Modèles').trigger('click')
  await settle()
  await eventually(() => expect(document.querySelectorAll('.saved-entry')).toHaveLength(2))
  const name = document.querySelector<HTMLInputElement>('.saved-menu form input')!
  name.value = 'Le mien'
  name.dispatchEvent(new Event('input'))
  await settle()
  document.querySelector('.saved-menu form')!.dispatchEvent(new Event('submit'))
  await eventually(() => expect(document.querySelectorAll('.saved-entry')).toHaveLength(3))
  expect(fake.calls.find(call => call.name === 'templates.save')?.input).toMatchObject({
    ...{ id: null, name: 'Le mien', text: 'À garder' },
  })
  document.querySelector<HTMLElement>('.saved-name')!.click()
  await settle()
  expect(wrapper.emitted('choose')?.[0]).toMatchObject([{ name: 'Rappel du marché' }])
  wrapper.unmount()
})

test('of a list the chats that still take messages are chosen, and those left out are counted', async () => {
  const { wrapper, fake } = await mountWith(ListMenu, { props: { accountId: 'a1' as AccountId } })
  const chat = (id: string, state: 'ok' | 'gone') => ({ id: id as ChatId, title: id, state })
  fake.answer('lists.list', () => [
    {
      ...{ id: 'l1' as never, accountId: 'a1' as AccountId, name: 'Le quartier', problems: 1 },
      ...{ chats: [chat('-1', 'ok'), chat('-2', 'gone')], updatedAt: '2026-11-22T13:00:00Z' },
    },
  ])
  useComposer().chatIds = ['-9' as ChatId]
  await wrapper.get('button').trigger('click')
  await eventually(() => expect(document.querySelector('.saved-name')).not.toBeNull())
  document.querySelector<HTMLElement>('.saved-name')!.click()
  await settle()
  expect(useComposer().chatIds).toEqual(['-9', '-1'])
  wrapper.unmount()
})

test('another draft is opened in place of this one, which is kept', async () => {
  const { wrapper, fake } = await mountWith(DraftMenu)
  fake.answer('drafts.list', () => [
    {
      ...{ id: 'b1' as never, accountId: 'a1' as AccountId, beginning: 'Commencé hier', chats: 2, dates: 0 },
      ...{ repeats: false, updatedAt: '2026-11-21T13:00:00Z', current: false },
    },
  ])
  await wrapper.get('button').trigger('click')
  await eventually(() =>
    expect(document.querySelector('.saved-name')?.textContent).toContain('Commencé hier'),
  )
  document.querySelector<HTMLElement>('.saved-name')!.click()
  await eventually(() => expect(fake.calls.some(({ name }) => name === 'drafts.open')).toBe(true))
  wrapper.unmount()
})

test('a whole plan is paused, resumed and cancelled, which can be taken back', async () => {
  const { wrapper, fake } = await mountWith(PlanPart, { props: { planId: 'p1' } })
  await settle()
  await button(wrapper, 'Mettre en pause').trigger('click')
  await settle()
  await button(wrapper, 'Reprendre').trigger('click')
  await settle()
  inBody('Annuler le plan').click()
  await settle()
  expect(
    fake.calls.filter(({ name }) => /^plans\.(pause|cancel)/.test(name)).map(({ input }) => input),
  ).toEqual([{ planId: 'p1', paused: true }, { planId: 'p1', paused: false }, { planId: 'p1' }])
  wrapper.unmount()
})
