import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPublication } from './publication.ts'
import { buildIn } from './world/build.ts'
import { createWorld } from './world/facade.ts'
import { CAMILLE } from './world/seed.ts'
import { createWorldCore, emptyState } from './world/world.ts'

const START = 1_800_000_000

const setUp = () => {
  let now = START
  const core = createWorldCore(
    emptyState(),
    () => now,
    event => {
      if (event.type === 'scheduled') publication.expect(event.message.date)
    },
  )
  const publication = createPublication(core)
  const world = createWorld(core)
  const build = buildIn(world)
  const chat = build.channel('Quartier', { creator: build.account(CAMILLE, 'Camille') })
  const last = (): string | undefined => world.history(CAMILLE, chat).at(-1)?.text
  return { world, chat, publication, last, move: (seconds: number) => (now += seconds) }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('publication', () => {
  it('happens by itself within a second of the due date, even when the clock was moved from outside', () => {
    const { world, chat, last, move } = setUp()
    world.schedule(CAMILLE, chat, { text: 'à l’heure', date: START + 600 })
    vi.advanceTimersByTime(5000)
    expect(last()).not.toBe('à l’heure')
    move(600)
    vi.advanceTimersByTime(1000)
    expect(last()).toBe('à l’heure')
  })

  it('follows a date that was moved forward', () => {
    const { world, chat, last, move } = setUp()
    const { id } = world.schedule(CAMILLE, chat, { text: 'avancé', date: START + 600 })
    world.editScheduled(CAMILLE, chat, id, { date: START + 60 })
    move(60)
    vi.advanceTimersByTime(1000)
    expect(last()).toBe('avancé')
  })

  it('leaves no timer behind when nothing is left to publish, or when it is stopped', () => {
    const { world, chat, publication, move } = setUp()
    expect(vi.getTimerCount()).toBe(0)
    world.schedule(CAMILLE, chat, { text: 'un', date: START + 60 })
    move(61)
    vi.advanceTimersByTime(1000)
    expect(vi.getTimerCount()).toBe(0)
    world.schedule(CAMILLE, chat, { text: 'deux', date: START + 200 })
    publication.stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})
