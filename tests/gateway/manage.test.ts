import { expect, test } from 'vitest'
import type { DeliveryId } from '../../apps/desktop/src/contract/index.ts'
import { confirm, draftOf } from '../../apps/desktop/src/core/telegram/testing/messaging-core.ts'
import { installation, launch, signIn } from './product.ts'
import { CAMILLE, dataCentre } from './support.ts'

// What is scheduled, edited, moved and sent at once by the product's own core, over the real protocol.

test('A5, A6: edited, moved and sent at once over the real protocol, a message keeps everything and touches no other', async () => {
  const dc = await dataCentre()
  const core = await launch(dc, { seed: 'manage', at: installation() })
  const accountId = await signIn(core)
  const { chats } = await core.handlers['targets.list']({ accountId, refresh: false })
  const chat = chats.find(({ title }) => title.includes('Marché bio'))!
  const peer = dc.world.chats().find(({ chat: { title } }) => title === chat.title)!.peer
  const before = dc.world.history(CAMILLE.phone, peer).map(({ id }) => id)
  const local = new Date(dc.clock.now() + 3 * 3600_000).toISOString().slice(0, 16)
  await confirm(
    core,
    draftOf(accountId, { chatIds: [chat.id], text: 'Avant', silent: true, dates: [local], timeZone: 'UTC' }),
  )
  const queue = () => dc.world.scheduled(CAMILLE.phone, peer)
  const soon = { timeout: 40_000 }
  await expect.poll(() => queue().length, soon).toBe(1)
  // The world changes its messages in place.
  const placed = { ...queue()[0]! }
  const ids: DeliveryId[] = (
    await core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 10 })
  ).items.map(({ id }) => id)
  const one = async () => (await core.handlers['deliveries.get']({ ids }))[0]!
  await expect.poll(async () => (await one()).state, soon).toBe('scheduled')

  await core.handlers['deliveries.edit']({ ids, text: 'Après', entities: [] })
  await core.handlers['deliveries.move']({
    items: ids.map(id => ({
      id,
      to: new Date(dc.clock.now() + 5 * 3600_000).toISOString().slice(0, 19) + 'Z',
    })),
  })
  await expect.poll(async () => [queue()[0]?.text, (await one()).pending], soon).toEqual(['Après', null])
  expect(queue()).toMatchObject([{ id: placed.id, text: 'Après', silent: true }])
  expect(queue()[0]!.date - placed.date).toBeGreaterThan(3600)

  await core.handlers['deliveries.sendNow']({ ids })
  await expect.poll(async () => (await one()).state, soon).toBe('published')
  expect(queue()).toHaveLength(0)
  const after = dc.world.history(CAMILLE.phone, peer)
  expect(after.filter(({ text }) => text === 'Après')).toHaveLength(1)
  expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before))
  expect((await one()).link).toMatch(/^https:\/\/t\.me\//)
  expect(dc.calls.filter(({ method }) => method === 'messages.deleteMessages')).toHaveLength(0)
  expect(
    dc.calls
      .filter(({ method }) => method === 'messages.editMessage')
      .every(({ request }) => typeof request['schedule_date'] === 'number'),
  ).toBe(true)
})
