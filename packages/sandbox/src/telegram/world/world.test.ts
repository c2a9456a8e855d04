import { describe, expect, it } from 'vitest'
import { RpcError } from '../errors.ts'
import { dialogsOf } from './dialogs.ts'
import { createWorld } from './facade.ts'
import { publishDue, publishForOnline, schedule, UNTIL_ONLINE } from './schedule.ts'
import { CAMILLE, NASSIM, seedCommunity } from './seed.ts'
import { worldStateSchema } from './state.ts'
import type { PeerKey } from './state.ts'
import { checkText } from './text.ts'
import { createWorldCore, emptyState } from './world.ts'
import type { WorldEvent } from './world.ts'

const START = 1_800_000_000

const setUp = () => {
  let now = START
  const events: WorldEvent[] = []
  const core = createWorldCore(
    emptyState(),
    () => now,
    event => events.push(event),
  )
  const world = createWorld(core)
  seedCommunity(world)
  events.length = 0
  const named = (title: string): PeerKey => world.chats().find(one => one.chat.title.includes(title))!.peer
  return { core, world, events, named, sleep: (seconds: number) => (now += seconds) }
}

const refusal = (act: () => unknown): string => {
  try {
    act()
    return 'no error'
  } catch (error) {
    if (error instanceof RpcError) return `${error.code} ${error.message}`
    throw error
  }
}

describe('the community', () => {
  it('is a valid state, has a dozen conversations, two accounts and at least six chats to post in', () => {
    const { core, world } = setUp()
    expect(() => worldStateSchema.parse(core.state)).not.toThrow()
    const dialogs = dialogsOf(core, world.account(CAMILLE).id)
    expect(dialogs.length).toBeGreaterThanOrEqual(12)
    expect(dialogs.slice(0, 2).every(dialog => dialog.pinned)).toBe(true)
    const open = dialogs.filter(
      ({ peer }) =>
        refusal(() => world.schedule(CAMILLE, peer, { text: 'x', date: START + 60 })) === 'no error',
    )
    expect(open.length).toBeGreaterThanOrEqual(6)
    expect(open.length).toBeLessThan(dialogs.length)
  })
})

describe('texts', () => {
  it('lose the white space around them, and entities move along', () => {
    const bold = { _: 'messageEntityBold', offset: 2, length: 3 }
    expect(checkText('  abc \n', [bold])).toEqual({ text: 'abc', entities: [{ ...bold, offset: 0 }] })
    const trailing = { _: 'messageEntityBold', offset: 0, length: 6 }
    expect(checkText('abc   ', [trailing]).entities).toEqual([{ ...trailing, length: 3 }])
  })

  it('are refused when an entity goes beyond them, is empty or negative', () => {
    for (const [offset, length] of [
      [0, 4],
      [3, 1],
      [0, 0],
      [-1, 2],
    ]) {
      expect(refusal(() => checkText('abc', [{ _: 'messageEntityBold', offset, length }]))).toBe(
        '400 ENTITY_BOUNDS_INVALID',
      )
    }
  })
})

describe('scheduled messages', () => {
  it('have numbers of their own in each chat, which are not given again', () => {
    const { world, named } = setUp()
    const [a, b] = [named('Quartier'), named('Équipe')]
    const at = { text: 'x', date: START + 100 }
    expect(world.schedule(CAMILLE, a, at).id).toBe(1)
    expect(world.schedule(CAMILLE, a, at).id).toBe(2)
    expect(world.schedule(CAMILLE, b, at).id).toBe(1)
    world.deleteScheduled(CAMILLE, a, [2])
    expect(world.schedule(CAMILLE, a, at).id).toBe(3)
    expect(world.scheduled(CAMILLE, a).map(message => message.id)).toEqual([3, 1])
  })

  it('are published in the order of their dates, and everyone concerned is told', () => {
    const { core, world, events, named, sleep } = setUp()
    const chat = named('Voisins')
    world.schedule(CAMILLE, chat, { text: 'deux', date: START + 200 })
    world.schedule(CAMILLE, chat, { text: 'un', date: START + 100 })
    world.schedule(CAMILLE, chat, { text: 'plus tard', date: START + 900 })
    events.length = 0
    sleep(300)
    publishDue(core)
    expect(world.history(NASSIM, chat).slice(-2)).toMatchObject([
      { text: 'un', date: START + 100, fromScheduled: true },
      { text: 'deux', date: START + 200 },
    ])
    expect(world.scheduled(CAMILLE, chat)).toHaveLength(1)
    const told = events.filter(event => event.userId === world.account(NASSIM).id)
    expect(told.map(event => event.type)).toEqual(['message', 'message'])
    const own = events.filter(event => event.type === 'unscheduled')
    expect(own.map(event => event.ids)).toEqual([[2], [1]])
  })

  it('of somebody who may no longer write are deleted, not published', () => {
    const { core, world, events, named, sleep } = setUp()
    const chat = named('Agenda')
    world.schedule(CAMILLE, chat, { text: 'x', date: START + 100 })
    world.setMember(chat, { user: world.account(CAMILLE), role: 'member' })
    const before = world.history(NASSIM, chat).length
    events.length = 0
    sleep(200)
    publishDue(core)
    expect(world.history(NASSIM, chat)).toHaveLength(before)
    expect(events).toMatchObject([{ type: 'unscheduled', ids: [1], sentIds: null }])
  })

  it('"until online" is for persons, and waits for them', () => {
    const { core, world, named, sleep } = setUp()
    const nassim = world.account(NASSIM)
    const date = UNTIL_ONLINE
    expect(refusal(() => world.schedule(CAMILLE, named('Voisins'), { text: 'x', date }))).toBe(
      '400 SCHEDULE_DATE_INVALID',
    )
    schedule(core, world.account(CAMILLE).id, world.keyOfUser(nassim), { text: 'coucou', date })
    sleep(86_400)
    publishDue(core)
    expect(world.scheduled(CAMILLE, world.keyOfUser(nassim))).toHaveLength(1)
    publishForOnline(core, nassim.id)
    expect(world.scheduled(CAMILLE, world.keyOfUser(nassim))).toHaveLength(0)
    expect(world.history(NASSIM, world.keyOfUser(world.account(CAMILLE))).at(-1)?.text).toBe('coucou')
  })
})

describe('rights', () => {
  const cases: readonly [string, (set: ReturnType<typeof setUp>) => PeerKey, string][] = [
    ['a channel that is only read', set => set.named('Mairie'), '400 CHAT_ADMIN_REQUIRED'],
    ['a group closed to members', set => set.named('Comptes rendus'), '403 CHAT_WRITE_FORBIDDEN'],
    [
      'a group that was left',
      set => {
        set.world.setMember(set.named('Voisins'), { user: set.world.account(CAMILLE), role: 'left' })
        return set.named('Voisins')
      },
      '403 CHAT_WRITE_FORBIDDEN',
    ],
    [
      'a group where this member was silenced',
      set => {
        const user = set.world.account(CAMILLE)
        set.world.setMember(set.named('Dons'), { user, bannedRights: ['send_messages'] })
        return set.named('Dons')
      },
      '400 USER_BANNED_IN_CHANNEL',
    ],
    [
      'a group that allows media only',
      set => {
        set.world.changeChat(set.named('Dons'), { defaultBanned: ['send_plain'] })
        return set.named('Dons')
      },
      '403 CHAT_SEND_PLAIN_FORBIDDEN',
    ],
    [
      'a group that was deactivated',
      set => {
        set.world.changeChat(set.named('Équipe'), { deactivated: true })
        return set.named('Équipe')
      },
      '403 CHAT_WRITE_FORBIDDEN',
    ],
  ]
  it.each(cases)('%s', (_, prepare, expected) => {
    const set = setUp()
    const chat = prepare(set)
    expect(refusal(() => set.world.schedule(CAMILLE, chat, { text: 'x', date: START + 60 }))).toBe(expected)
  })

  it('access hashes differ between accounts and between chats', () => {
    const { core, world, named } = setUp()
    const [camille, nassim] = [world.account(CAMILLE).id, world.account(NASSIM).id]
    const hashes = new Set([
      core.accessHash(camille, named('Voisins')),
      core.accessHash(nassim, named('Voisins')),
      core.accessHash(camille, named('Dons')),
    ])
    expect(hashes.size).toBe(3)
  })
})
