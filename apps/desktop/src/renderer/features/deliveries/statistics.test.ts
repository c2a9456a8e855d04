import { expect, test } from 'vitest'
import type { AccountId } from '../../../contract/index.ts'
import { createFakeBridge } from '../../testing/fake-bridge.ts'
import { eventually, mountWith, settle } from '../../testing/mount.ts'
import StatisticsPage from './StatisticsPage.vue'

const clock = () => Date.parse('2026-11-22T13:02:00Z')
const row = (day: string, accountId: string, published: number) => ({
  day,
  accountId: accountId as AccountId,
  published,
  late: 1,
  failed: 0,
  waiting: 2,
})

test('tables come first: each account’s sum, the plot in one sentence, then each day; a removed account counts too', async () => {
  const fake = createFakeBridge('full', clock)
  fake.answer('history.statistics', () => [
    row('2026-11-20', 'a1', 3),
    row('2026-11-21', 'a1', 4),
    row('2026-11-21', 'gone', 5),
  ])
  const { wrapper } = await mountWith(StatisticsPage, { fake, clock })
  await settle()
  const [accounts, days] = wrapper.findAll('table')
  const cells = (one: typeof days) =>
    one?.findAll('tbody tr, tfoot tr').map(line => line.findAll('th, td').map(cell => cell.text()))
  expect(cells(accounts)).toEqual([
    ['Compte retiré', '5', '1', '0', '2'],
    ['Camille Moreau', '7', '2', '0', '4'],
    ['Total', '12', '3', '0', '6'],
  ])
  expect(cells(days)?.[0]).toEqual(['samedi 21 novembre 2026', 'Compte retiré', '5', '1', '0', '2'])
  expect(wrapper.get('svg[role=img]').attributes('aria-label')).toContain('Publiés : 12')
  expect(wrapper.findAll('table, svg[role=img]').map(one => one.element.tagName)).toEqual([
    'TABLE',
    'svg',
    'TABLE',
  ])
  wrapper.unmount()
})

test('of two periods asked for in a hurry the last one is shown, whatever order the answers come in', async () => {
  const fake = createFakeBridge('full', clock)
  const { wrapper } = await mountWith(StatisticsPage, { fake, clock })
  await settle()
  const waiting: (() => void)[] = []
  fake.answer(
    'history.statistics',
    ({ from }) =>
      new Promise(done => waiting.push(() => done([row('2026-11-21', 'a1', from < '2026-01-01' ? 365 : 7)]))),
  )
  await wrapper.get('select').setValue('7')
  await wrapper.get('select').setValue('365')
  await eventually(() => expect(waiting).toHaveLength(2))
  waiting.toReversed().forEach(answer => answer())
  await eventually(() => expect(wrapper.get('tfoot').text()).toContain('365'))
  await settle()
  expect(wrapper.get('tfoot').text()).toContain('365')
  wrapper.unmount()
})
