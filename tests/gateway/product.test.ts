import type { TelegramSandbox } from '@autotele/sandbox/telegram'
import { expect, test } from 'vitest'
import type { AccountId, ChatId } from '../../apps/desktop/src/contract/index.ts'
import { confirm, draftOf } from '../../apps/desktop/src/core/telegram/testing/messaging-core.ts'
import { installation, launch, signIn } from './product.ts'
import { CAMILLE, dataCentre, until } from './support.ts'

// Accounts, chats, plans and deliveries as in the product, over the real protocol and in real time.

function product(dc: TelegramSandbox) {
  const at = installation()
  return { launch: (seed: string) => launch(dc, { seed, at }) }
}
type Core = Awaited<ReturnType<ReturnType<typeof product>['launch']>>

const chatCalled = async (core: Core, accountId: AccountId, part: string): Promise<ChatId> => {
  const { chats } = await core.handlers['targets.list']({ accountId, refresh: false })
  return chats.find(({ title }) => title.includes(part))!.id
}

const draftFor = (dc: TelegramSandbox, accountId: AccountId, chatIds: ChatId[]) =>
  draftOf(accountId, {
    chatIds,
    text: 'Réunion ce soir 🌱',
    entities: [{ type: 'bold', offset: 0, length: 7 }],
    dates: [new Date(dc.clock.now() + 2 * 3600_000).toISOString().slice(0, 16)],
    timeZone: 'UTC',
  })

const states = async (core: Core) =>
  (await core.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 100 })).items.map(
    ({ state }) => state,
  )

const becomes = async (core: Core, wanted: readonly string[]): Promise<void> => {
  const deadline = performance.now() + 20_000
  let last: readonly string[] = []
  while (performance.now() < deadline) {
    last = await states(core)
    if (JSON.stringify(last) === JSON.stringify(wanted)) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  expect(last).toEqual(wanted)
}

test('A1: confirmed messages are in Telegram’s queues in seconds, come out with the application closed, and are found published', async () => {
  const dc = await dataCentre()
  const { launch } = product(dc)
  const core = await launch('first')
  const accountId = await signIn(core)
  const chatIds = [await chatCalled(core, accountId, 'Lilas'), await chatCalled(core, accountId, 'Voisins')]
  await confirm(core, draftFor(dc, accountId, chatIds))
  await becomes(core, ['scheduled', 'scheduled'])
  const peers = dc.world.chats().map(({ peer }) => peer)
  const queued = () => peers.flatMap(peer => dc.world.scheduled(`+${CAMILLE.phone}`, peer))
  expect(queued()).toHaveLength(2)
  await core.stop()

  dc.clock.advanceWorld(3 * 3600_000)
  await until(() => expect(queued()).toEqual([]))
  const again = await launch('second')
  await becomes(again, ['published', 'published'])
})

test('the answer lost after execution, over the real protocol: placed once, found again', async () => {
  const dc = await dataCentre()
  const { launch } = product(dc)
  const core = await launch('lost')
  const accountId = await signIn(core)
  const chatId = await chatCalled(core, accountId, 'Lilas')
  dc.faults.add({ method: 'messages.sendMessage', drop: 'after' })
  await confirm(core, draftFor(dc, accountId, [chatId]))
  await becomes(core, ['scheduled'])
  expect(dc.calls.filter(({ method }) => method === 'messages.sendMessage')).toHaveLength(1)
})

test('the request lost before execution: sent again with the same random_id, once', async () => {
  const dc = await dataCentre()
  const { launch } = product(dc)
  const core = await launch('never')
  const accountId = await signIn(core)
  const chatId = await chatCalled(core, accountId, 'Lilas')
  dc.faults.add({ method: 'messages.sendMessage', drop: 'before' })
  await confirm(core, draftFor(dc, accountId, [chatId]))
  await becomes(core, ['scheduled'])
  const sent = dc.calls.filter(({ method }) => method === 'messages.sendMessage')
  expect(new Set(sent.map(({ request }) => String(request['random_id']))).size).toBe(1)
})

test('a key that Telegram has forgotten ends as signed out, with the plan kept', async () => {
  const dc = await dataCentre()
  const { launch } = product(dc)
  const core = await launch('forgotten')
  const accountId = await signIn(core)
  const chatId = await chatCalled(core, accountId, 'Lilas')
  await core.handlers['deliveries.pause']({ accountId, paused: true })
  await confirm(core, draftFor(dc, accountId, [chatId]))
  dc.forgetKeys()
  await core.handlers['accounts.reconnect']({ accountId })
  expect(await core.handlers['accounts.list']({})).toMatchObject([{ health: 'signed-out' }])
  expect(await states(core)).toEqual(['queued'])
})
