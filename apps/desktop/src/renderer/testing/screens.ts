import './zod-without-eval.ts'
import type { CalendarDay, DeliveryId, DeliveryView } from '../../contract/index.ts'
import { addDays, dayOf } from '../lib/time.ts'
import { createFakeBridge, type FakeBridge, type Scenario } from './fake-bridge.ts'

// The real interface over the fake core, for looking at every screen: `screens.html?scenario=new&language=en#/welcome`;
// with `rows` and `month`, that many messages in the list and in this month's calendar.
const asked = new URLSearchParams(location.search)
const fake = createFakeBridge((asked.get('scenario') ?? 'full') as Scenario)
if (asked.get('language') === 'en') fake.state.settings.language = 'en'
if (asked.has('rows')) giveRows(fake, Number(asked.get('rows')))
if (asked.has('month')) giveMonth(fake, Number(asked.get('month')))
Object.assign(window, { autotele: fake, fake } satisfies { autotele: FakeBridge; fake: FakeBridge })
await import('../main.ts')

function example({ state }: FakeBridge): DeliveryView {
  const [one] = state.deliveries.filter(delivery => delivery.state === 'scheduled')
  if (one === undefined) throw new Error('This scenario has no message')
  return one
}

/** A list of `count` messages, ten minutes apart, answered by the page as the core's index would. */
function giveRows(fake: FakeBridge, count: number) {
  const one = example(fake)
  const begin = Math.ceil(Date.now() / 600_000) * 600_000
  const rows = Array.from({ length: count }, (_, index) => ({
    ...one,
    id: `m${String(index)}` as DeliveryId,
    at: new Date(begin + index * 600_000).toISOString().replace('.000Z', 'Z'),
  }))
  fake.state.deliveries = rows
  fake.answer('deliveries.list', ({ cursor, limit }) => {
    const from = Number(cursor ?? 0)
    const to = from + limit
    return { items: rows.slice(from, to), next: to < count ? String(to) : null, total: count }
  })
}

/** `count` messages over the days of a month, as many on each. */
function giveMonth(fake: FakeBridge, count: number) {
  const one = example(fake)
  fake.answer('deliveries.calendar', ({ from, to, perDay }) => {
    const days: CalendarDay[] = []
    for (let day = from; day <= to; day = addDays(day, 1)) {
      const items = Array.from({ length: Math.min(perDay, Math.ceil(count / 30)) }, (_, index) => ({
        ...one,
        id: `${day} ${String(index)}` as DeliveryId,
        at: `${dayOf(`${day}T12:00:00Z`, 'UTC')}T${String(8 + (index % 12)).padStart(2, '0')}:00:00Z`,
        excerpt: one.text.slice(0, 80),
      }))
      days.push({ day, total: Math.ceil(count / 30), states: {}, items })
    }
    return days
  })
}
