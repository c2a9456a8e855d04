import { describe, expect, it } from 'vitest'
import { buildIn } from './build.ts'
import { createWorld } from './facade.ts'
import { publishDue } from './schedule.ts'
import { createWorldCore, emptyState } from './world.ts'

const START = 1_800_000_000
const DAY = 86_400
const [PREMIUM, ORDINARY] = ['+33 6 39 98 01 01', '+33 6 39 98 01 02']

const setUp = () => {
  let now = START
  const core = createWorldCore(
    emptyState(),
    () => now,
    () => undefined,
  )
  const world = createWorld(core)
  const build = buildIn(world)
  const admins = [build.account(PREMIUM, 'Paul', { premium: true }), build.account(ORDINARY, 'Odile')]
  const chat = build.channel('Météo', { admins })
  return { core, world, chat, sleep: (seconds: number) => (now += seconds) }
}

describe('native repetition', () => {
  it('is for Premium accounts, in the seven periods of Telegram', () => {
    const { world, chat } = setUp()
    const every = (phone: string, days: number) => () =>
      world.schedule(phone, chat, { text: 'x', date: START + 60, repeatSeconds: days * DAY })
    expect(every(ORDINARY, 7)).toThrow('PREMIUM_ACCOUNT_REQUIRED')
    expect(every(PREMIUM, 3)).toThrow('SCHEDULE_DATE_INVALID')
    expect(every(PREMIUM, 7)).not.toThrow()
  })

  it('takes its place in the row again when it was published', () => {
    const { core, world, chat, sleep } = setUp()
    const { id } = world.schedule(PREMIUM, chat, { text: 'x', date: START + 60, repeatSeconds: DAY })
    sleep(61)
    publishDue(core)
    expect(world.history(PREMIUM, chat).map(one => one.text)).toEqual(['x'])
    const [next] = world.scheduled(PREMIUM, chat)
    expect(next).toMatchObject({ text: 'x', date: START + 60 + DAY, repeatSeconds: DAY })
    expect(next?.id).not.toBe(id)
  })
})
