import { expect, test } from 'vitest'
import { mountWith, settle, eventually } from '../../testing/mount.ts'
import CalendarPage from './CalendarPage.vue'
import { daysShown, shifted } from './period.ts'

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
  expect(wrapper.get('[data-delivery=d7]').attributes('aria-label')).toContain('Échec')
  wrapper.unmount()
})

test('the week shows one row for each chat of each account', async () => {
  const { wrapper } = await mountWith(CalendarPage, { clock })
  await settle()
  await wrapper.get('select').setValue('week')
  await settle()
  const rows = wrapper.findAll('tbody th').map(one => one.text())
  expect(rows.length).toBeGreaterThan(2)
  expect(new Set(rows).size).toBe(rows.length)
  wrapper.unmount()
})
