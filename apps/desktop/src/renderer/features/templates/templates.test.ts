import { afterEach, expect, test } from 'vitest'
import { button, eventually, settle, walk } from '../../testing/mount.ts'
import { readHours } from './hours.ts'
import { moved } from './order.ts'

afterEach(() => {
  document.body.innerHTML = ''
})

test('a thing goes where it is put, and nowhere beyond the ends', () => {
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
  const list = ['a']
  expect(moved(list, 0, 1)).toBe(list)
  expect(moved(list, 0, -1)).toBe(list)
})

test('hours are read as people write them, in order and each once', () => {
  expect(readHours('18:30 9h, 9:00')).toEqual(['09:00', '18:30'])
  expect(readHours('')).toEqual([])
  expect(readHours('25h')).toBeNull()
  expect(readHours(Array.from({ length: 25 }, () => '9h').join(' '))).toBeNull()
})

test('the arrow moves a template, says so, and keeps the focus on what moves it', async () => {
  const { wrapper, fake } = await walk('/templates')
  await eventually(() => wrapper.get('[data-testid=template]'))
  await button(wrapper, 'Descendre Rappel du marché').trigger('click')
  await settle()
  expect(fake.calls.find(({ name }) => name === 'templates.reorder')?.input).toEqual({ ids: ['t0', 't1'] })
  expect(wrapper.text()).toContain('Rappel du marché : place 2 sur 2')
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Monter Rappel du marché')
})
