import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { AccountId, DeliveryId } from '../../../contract/index.ts'
import { createFakeBridge } from '../../testing/fake-bridge.ts'
import { button, mountWith, settle, eventually } from '../../testing/mount.ts'
import { useToasts } from '../../ui/toasts.ts'
import DeliveriesPage from './DeliveriesPage.vue'
import ProgressPanel from './ProgressPanel.vue'
import { canChange, canRetry } from './states.ts'
import { noFilters, useDeliveries } from './store.ts'

const NOW = Date.parse('2026-11-22T13:02:00Z')
const clock = () => NOW

// What the page loads when it is first needed is there at once.
beforeAll(async () => {
  await Promise.all([
    import('../../ui/SavedMenu.vue'),
    import('./DeliveryDetail.vue'),
    import('./DeliveryWindows.vue'),
  ])
})

afterEach(() => {
  document.body.innerHTML = ''
})

const inBody = (name: string) => {
  const found = [...document.querySelectorAll('[role=alertdialog] button')].find(
    one => one.textContent?.trim() === name,
  )
  if (!(found instanceof HTMLElement)) throw new Error(`No button named ${name}`)
  return found
}

test('what was chosen is cancelled only after it was confirmed, with Keep as the first choice', async () => {
  const { wrapper, fake } = await mountWith(DeliveriesPage, { clock })
  await settle()
  await wrapper.findAll('[data-testid=delivery] input')[0]!.trigger('click')
  await button(wrapper, 'Annuler l’envoi').trigger('click')
  await settle()
  expect(document.querySelector('[role=alertdialog]')?.textContent).toContain(
    'Annuler l’envoi de 1 message ?',
  )
  await eventually(() => expect(document.activeElement?.textContent?.trim()).toBe('Garder'))
  expect(fake.calls.some(call => call.name === 'deliveries.cancelSoon')).toBe(false)
  inBody('Annuler l’envoi').click()
  await settle()
  expect(fake.calls.find(call => call.name === 'deliveries.cancelSoon')?.input).toEqual({ ids: ['d2'] })
  expect(useToasts().list.at(-1)?.title).toBe('1 envoi annulé dans quelques secondes')
  wrapper.unmount()
})

test('what could not be cancelled is told with its reason', async () => {
  const { wrapper, fake } = await mountWith(DeliveriesPage, { clock })
  fake.answer('deliveries.cancelSoon', ({ ids }) => ({
    asked: [],
    until: null,
    failed: ids.map(id => ({ id, code: 'delivery/not-cancellable' as const })),
  }))
  await settle()
  await wrapper.findAll('[data-testid=delivery] input')[0]!.trigger('click')
  await button(wrapper, 'Annuler l’envoi').trigger('click')
  await settle()
  inBody('Annuler l’envoi').click()
  await settle()
  expect(useToasts().list.at(-1)?.text).toContain('Ce message ne peut plus être annulé.')
  wrapper.unmount()
})

test('what was cancelled can be taken back from the notification', async () => {
  const { wrapper, fake } = await mountWith(DeliveriesPage, { clock })
  await settle()
  await wrapper.findAll('[data-testid=delivery] input')[0]!.trigger('click')
  await button(wrapper, 'Annuler l’envoi').trigger('click')
  await settle()
  inBody('Annuler l’envoi').click()
  await settle()
  useToasts().list.at(-1)?.action?.run()
  await settle()
  expect(fake.calls.find(call => call.name === 'deliveries.undo')?.input).toEqual({ ids: ['d2'] })
  wrapper.unmount()
})

test('with the whole plan goes what was not chosen, and all of it is taken back from the notification', async () => {
  const { wrapper, fake } = await mountWith(DeliveriesPage, { clock })
  await settle()
  await wrapper.findAll('[data-testid=delivery] input')[0]!.trigger('click')
  const left = fake.state.deliveries.filter(canChange).map(({ id }) => id)
  expect(left.length).toBeGreaterThan(2)
  await button(wrapper, 'Annuler tout le plan').trigger('click')
  await eventually(() =>
    expect(document.querySelector('[role=alertdialog]')?.textContent).toMatch(
      /Les \d+ messages qui n’ont pas/,
    ),
  )
  await eventually(() => expect(document.activeElement?.textContent?.trim()).toBe('Garder'))
  expect(fake.calls.some(call => call.name === 'plans.cancel')).toBe(false)
  inBody('Annuler tout le plan').click()
  await settle()
  expect(fake.calls.filter(call => call.name === 'plans.cancel').map(({ input }) => input)).toEqual([
    { planId: 'p1' },
  ])
  expect(wrapper.find('.selection').exists()).toBe(false)
  useToasts().list.at(-1)?.action?.run()
  await settle()
  expect(fake.calls.find(call => call.name === 'deliveries.undo')?.input).toEqual({ ids: left })
  wrapper.unmount()
})

test('many are moved at once, each on its own wall clock, and moved back by undoing', async () => {
  const { wrapper, fake } = await mountWith(DeliveriesPage, { clock })
  await settle()
  const rows = wrapper.findAll('[data-testid=delivery] input')
  await rows[0]!.trigger('click')
  await rows[2]!.trigger('click')
  await button(wrapper, 'Changer la date').trigger('click')
  await settle()
  const fields = [...document.querySelectorAll<HTMLInputElement>('[role=dialog] input')]
  fields[1]!.value = '8h15'
  fields[1]!.dispatchEvent(new Event('input'))
  document.querySelector('[role=dialog] form')!.dispatchEvent(new Event('submit'))
  await settle()
  const moves = fake.calls.filter(call => call.name === 'deliveries.move')
  expect(moves[0]?.input).toEqual({
    items: [
      { id: 'd2', to: '2026-11-22T08:15' },
      { id: 'd4', to: '2026-11-22T08:15' },
    ],
  })
  useToasts().list.at(-1)?.action?.run()
  await settle()
  expect(fake.calls.filter(call => call.name === 'deliveries.move').at(-1)?.input).toEqual({
    items: [
      { id: 'd2', to: '2026-11-22T22:10:00Z' },
      { id: 'd4', to: '2026-11-22T22:30:00Z' },
    ],
  })
  wrapper.unmount()
})

test('what another device changed is shown beside ours, and can be accepted', async () => {
  const { wrapper, fake } = await mountWith(DeliveriesPage, { clock })
  await settle()
  await wrapper.get('[data-testid=delivery][data-state=drifted] button').trigger('click')
  await settle()
  const shown = document.querySelector('[data-testid=detail]')
  expect(shown?.textContent).toContain('Distribution des paniers jeudi de 18 h à 20 h.')
  const accept = [...(shown?.querySelectorAll('button') ?? [])].find(
    one => one.textContent?.trim() === 'Garder celle de Telegram',
  )
  accept?.click()
  await settle()
  expect(fake.calls.find(call => call.name === 'deliveries.resolve')?.input).toEqual({
    ids: ['d9'],
    keep: 'theirs',
  })
  wrapper.unmount()
})

test('filters stay when the page is left and come back to', async () => {
  const { wrapper, fake } = await mountWith(DeliveriesPage, { clock })
  await settle()
  const state = wrapper.findAll('[role=search] select')[1]!
  await state.setValue('failed')
  await settle()
  expect(fake.calls.filter(call => call.name === 'deliveries.list').at(-1)?.input).toMatchObject({
    states: ['failed', 'skipped', 'missed'],
  })
  expect(useDeliveries().filters.state).toBe('failed')
  wrapper.unmount()
})

test('what is shown from elsewhere is what tabs and filters say, and nothing stays chosen', async () => {
  const { wrapper } = await mountWith(DeliveriesPage, { clock })
  await settle()
  await wrapper.findAll('[data-testid=delivery] input')[0]!.trigger('click')
  await useDeliveries().show('past', 'a2' as AccountId, { ...noFilters, text: 'marché' })
  await settle()
  expect(wrapper.get('[role=tab][aria-selected=true]').text()).toBe('Passés')
  const [account] = wrapper.findAll<HTMLSelectElement>('[role=search] select')
  expect(account?.element.value).toBe('a2')
  expect(wrapper.get<HTMLInputElement>('[role=search] input[type=search]').element.value).toBe('marché')
  expect(wrapper.find('.selection').exists()).toBe(false)
  wrapper.unmount()
})

test('a failure stands with its sentence and what to do next', async () => {
  const { wrapper } = await mountWith(DeliveriesPage, { clock })
  await settle()
  const failed = wrapper.get('[data-testid=delivery][data-state=failed]')
  expect(failed.text()).toContain('Échec')
  expect(failed.text()).toContain('n’a pas le droit d’écrire dans cette discussion')
  expect(failed.text()).toContain('Demandez ce droit à un administrateur')
  wrapper.unmount()
})

test('with Shift everything between two rows is chosen, except what cannot be', async () => {
  const { wrapper } = await mountWith(DeliveriesPage, { clock })
  await settle()
  const boxes = wrapper.findAll('[data-testid=delivery] input')
  await boxes[0]!.trigger('click')
  await boxes[3]!.trigger('click', { shiftKey: true })
  expect(wrapper.get('.selection').text()).toContain('3 choisis')
  wrapper.unmount()
})

test('many changes at once make one request', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const fake = createFakeBridge('full', clock)
  const { wrapper } = await mountWith(DeliveriesPage, { fake, clock })
  await settle()
  const before = fake.calls.filter(call => call.name === 'deliveries.list').length
  for (let n = 0; n < 50; n++) fake.emit('deliveries.changed', { ids: ['d2' as DeliveryId] })
  await vi.advanceTimersByTimeAsync(1000)
  expect(fake.calls.filter(call => call.name === 'deliveries.list')).toHaveLength(before + 1)
  wrapper.unmount()
  vi.useRealTimers()
})

test('a change told while the list is being read makes it be read again', async () => {
  const fake = createFakeBridge('full', clock)
  const { wrapper } = await mountWith(DeliveriesPage, { fake, clock })
  await settle()
  let answer = (): void => undefined
  const old = { items: [], next: null, total: 0 }
  fake.answer('deliveries.list', () => new Promise(resolve => (answer = () => resolve(old))))
  await wrapper.findAll('[role=tab]')[2]!.trigger('mousedown')
  await settle()
  fake.emit('deliveries.changed', { ids: ['d2' as DeliveryId] })
  fake.answer('deliveries.list', () => ({ items: fake.state.deliveries, next: null, total: 11 }))
  answer()
  await eventually(() => expect(wrapper.findAll('[data-testid=delivery]')).toHaveLength(11))
  wrapper.unmount()
})

test('nothing is tried again once its date is past', () => {
  const [delivery] = createFakeBridge('full', clock).state.deliveries
  expect(canRetry({ ...delivery!, state: 'failed', at: '2026-11-22T13:03:00Z' }, NOW)).toBe(true)
  expect(canRetry({ ...delivery!, state: 'failed', at: '2026-11-22T13:01:00Z' }, NOW)).toBe(false)
})

test('the panel says why an account waits and until when, and can pause it', async () => {
  const { wrapper, fake } = await mountWith(ProgressPanel, { clock })
  void useDeliveries().loadProgress()
  await settle()
  expect(wrapper.text()).toContain('16 sur 58')
  await wrapper.get('button').trigger('click')
  expect(wrapper.text()).toContain('Telegram demande d’attendre : reprise dans 17 min')
  expect(wrapper.text()).toContain('1 échec')
  await wrapper.findAll('#progress-details button')[0]!.trigger('click')
  await settle()
  expect(wrapper.text()).toContain('En pause, à votre demande')
  for (const one of fake.state.progress)
    fake.emit('deliveries.progressed', { ...one, done: one.total, failed: 0 })
  await settle()
  expect(wrapper.find('[data-testid=progress]').exists()).toBe(false)
  expect(wrapper.get('[aria-live]').text()).toBe('Tout est placé chez Telegram')
  wrapper.unmount()
})

const many = (count: number) => {
  const fake = createFakeBridge('full', clock)
  const [first] = fake.state.deliveries.filter(({ state }) => state === 'scheduled')
  fake.state.deliveries = Array.from({ length: count }, (_, index) => ({
    ...first!,
    id: `m${String(index)}` as DeliveryId,
    at: new Date(NOW + (index + 1) * 60_000).toISOString().replace('.000Z', 'Z'),
  }))
  return fake
}

test('of thousands of messages only those in sight are in the page, and the next are read ahead', async () => {
  const fake = many(5000)
  const { wrapper } = await mountWith(DeliveriesPage, { fake, clock })
  await settle()
  expect(wrapper.findAll('[data-testid=delivery]').length).toBeLessThan(60)
  expect(wrapper.get('[role=status]').text()).toContain('5000 messages')
  wrapper.unmount()
})

test('all results are chosen with those not read yet, and cancelled in as many calls as that takes', async () => {
  const fake = many(1200)
  const { wrapper } = await mountWith(DeliveriesPage, { fake, clock })
  await settle()
  await wrapper.findAll('[data-testid=delivery] input')[0]!.trigger('click')
  await button(wrapper, 'Choisir les 1200 résultats').trigger('click')
  await eventually(() => expect(wrapper.get('.selection').text()).toContain('1200 choisis'))
  await button(wrapper, 'Annuler l’envoi').trigger('click')
  await settle()
  inBody('Annuler l’envoi').click()
  await settle()
  const asked = fake.calls.filter(({ name }) => name === 'deliveries.cancelSoon')
  expect(asked.map(({ input }) => (input as { ids: string[] }).ids.length)).toEqual([500, 500, 200])
  wrapper.unmount()
})

test('a change in a long list is put in place without reading the list again', async () => {
  const fake = many(1200)
  const { wrapper } = await mountWith(DeliveriesPage, { fake, clock })
  await settle()
  await useDeliveries().loadAll()
  const before = fake.calls.filter(({ name }) => name === 'deliveries.list').length
  fake.state.deliveries = fake.state.deliveries.map(one =>
    one.id === 'm3' ? { ...one, state: 'published' as const } : one,
  )
  fake.emit('deliveries.changed', { ids: ['m3' as DeliveryId] })
  await eventually(() => expect(wrapper.findAll('[data-state=published]')).toHaveLength(1))
  expect(fake.calls.filter(({ name }) => name === 'deliveries.list')).toHaveLength(before)
  fake.emit('deliveries.changed', { ids: ['new' as DeliveryId] })
  await eventually(() => expect(wrapper.text()).toContain('La liste a changé'))
  wrapper.unmount()
})

test('filters are kept under a name, without the words that were searched for', async () => {
  localStorage.clear()
  const { wrapper } = await mountWith(DeliveriesPage, { clock })
  await settle()
  await wrapper.findAll('[role=search] select')[1]!.setValue('failed')
  await wrapper.get('[role=search] input[type=search]').setValue('secret')
  await button(wrapper, 'Filtres enregistrés').trigger('click')
  await settle()
  const form = document.querySelector('.popover form')!
  form.querySelector('input')!.value = 'À reprendre'
  form.querySelector('input')!.dispatchEvent(new Event('input'))
  form.dispatchEvent(new Event('submit'))
  await settle()
  const kept = localStorage.getItem('autotele.filters') ?? ''
  expect(JSON.parse(kept)).toMatchObject([{ name: 'À reprendre', filters: { state: 'failed' } }])
  expect(kept).not.toContain('secret')
  wrapper.unmount()
})
