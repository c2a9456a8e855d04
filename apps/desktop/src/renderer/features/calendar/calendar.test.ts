import { expect, test } from 'vitest'
import type { DeliveryId } from '../../../contract/index.ts'
import { button, eventually, mountWith, settle, walk } from '../../testing/mount.ts'
import { machineZone, toInstant } from '../../lib/time.ts'
import CalendarPage from './CalendarPage.vue'
import { daysShown, shifted, stepOf } from './period.ts'

const clock = () => Date.parse('2026-11-22T13:02:00Z')

test('a month is shown in whole weeks from Monday, a week from its own Monday', () => {
  const november = daysShown('month', '2026-11-22')
  expect([november[0], november.at(-1), november.length]).toEqual(['2026-10-26', '2026-12-06', 42])
  expect(daysShown('month', '2027-02-10')).toHaveLength(28)
  expect(daysShown('week', '2026-11-22')[0]).toBe('2026-11-16')
})

test('the 31st becomes the last day of a shorter month', () => {
  expect(shifted('month', '2027-01-31', 1)).toBe('2027-02-28')
  expect(shifted('month', '2027-03-31', -1)).toBe('2027-02-28')
  expect(shifted('week', '2026-12-28', 1)).toBe('2027-01-04')
})

test('a message is moved by a day with the keyboard, at the same time of its own zone', async () => {
  const { wrapper, fake } = await mountWith(CalendarPage, { clock })
  await settle()
  await wrapper.get('[data-delivery=d5]').trigger('keydown', { key: 'ArrowRight', altKey: true })
  await eventually(() =>
    expect(fake.calls.find(call => call.name === 'deliveries.move')?.input).toEqual({
      items: [{ id: 'd5', to: '2026-11-24T09:00' }],
    }),
  )
  wrapper.unmount()
})

test('each message says its state in words, not by colour alone', async () => {
  const { wrapper } = await mountWith(CalendarPage, { clock })
  await settle()
  expect(wrapper.get('[data-delivery=d7]').text()).toContain('Échec')
  wrapper.unmount()
})

test('arrows mean days and weeks where days are shown, hours where hours are', () => {
  expect(stepOf('ArrowDown', 'month')).toEqual({ days: 7 })
  expect(stepOf('ArrowDown', 'day')).toEqual({ hours: 1 })
  expect(stepOf('ArrowLeft', 'week')).toEqual({ days: -1 })
  expect(stepOf('ArrowUp', 'chats')).toBeUndefined()
  expect(stepOf('Enter', 'month')).toBeUndefined()
})

test('a day is opened from its number, and a message dropped on another hour keeps its minutes', async () => {
  const { wrapper, fake } = await mountWith(CalendarPage, { clock })
  await settle()
  await wrapper.get('[data-day="2026-11-22"] .number').trigger('click')
  await settle()
  expect(wrapper.get('.period').text()).toBe('dimanche 22 novembre 2026')
  const data = new Map<string, string>()
  const dataTransfer = {
    setData: (type: string, value: string) => data.set(type, value),
    getData: (type: string) => data.get(type) ?? '',
  }
  await wrapper.get('[data-delivery=d2]').trigger('dragstart', { dataTransfer })
  await wrapper.get('[data-hour="20"]').trigger('drop', { dataTransfer })
  await eventually(() =>
    expect(fake.calls.find(call => call.name === 'deliveries.move')?.input).toEqual({
      items: [{ id: 'd2', to: toInstant('2026-11-22T20:10', machineZone()).replace('.000Z', 'Z') }],
    }),
  )
  wrapper.unmount()
})

test('what the keyboard moves out of the period is followed there and keeps the focus', async () => {
  const { wrapper, fake } = await mountWith(CalendarPage, { clock })
  fake.answer('deliveries.move', ({ items }) => {
    const [{ id, to } = { id: 'd5' as DeliveryId, to: '' }] = items
    fake.state.deliveries = fake.state.deliveries.map(one =>
      one.id === id ? { ...one, at: toInstant(to, one.timeZone).replace('.000Z', 'Z'), local: to } : one,
    )
    return { asked: [id], failed: [], until: null }
  })
  await settle()
  await button(wrapper, 'Par discussion').trigger('click')
  await eventually(() => wrapper.get('[data-delivery=d2]'))
  const week = wrapper.get('.period').text()
  const item = wrapper.get('[data-delivery=d2]')
  await item.trigger('keydown', { key: 'ArrowRight', altKey: true })
  await eventually(() =>
    expect(document.activeElement?.getAttribute('data-delivery') ?? 'nothing').toBe('d2'),
  )
  expect(wrapper.get('.period').text()).not.toBe(week)
  wrapper.unmount()
})

test('the period stays when the calendar is left and come back to', async () => {
  const { wrapper, fake, router } = await walk('/calendar', { clock })
  await eventually(() => button(wrapper, 'Suivant').trigger('click'))
  await eventually(() => expect(wrapper.get('.period').text()).toBe('décembre 2026'))
  await router.push('/statistics')
  await settle()
  fake.answer('deliveries.calendar', () => new Promise(() => undefined))
  await router.push('/calendar')
  await eventually(() => expect(wrapper.get('.period').text()).toBe('décembre 2026'))
  wrapper.unmount()
})

test('a day with more than is read says so', async () => {
  const { wrapper, fake } = await mountWith(CalendarPage, { clock })
  fake.answer('deliveries.calendar', () => [{ day: '2026-11-22', total: 501, states: {}, items: [] }])
  await settle()
  await wrapper.get('[data-day="2026-11-22"] .number').trigger('click')
  await eventually(() => expect(wrapper.text()).toContain('plus de 500 messages en un jour'))
  wrapper.unmount()
})

test('by chat, the week shows one row for each chat of each account', async () => {
  const { wrapper } = await mountWith(CalendarPage, { clock })
  await settle()
  await button(wrapper, 'Par discussion').trigger('click')
  await settle()
  const rows = wrapper.findAll('tbody th').map(one => one.text())
  expect(rows.length).toBeGreaterThan(2)
  expect(new Set(rows).size).toBe(rows.length)
  wrapper.unmount()
})
