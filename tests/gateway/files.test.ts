import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  addFile,
  asMedia,
  confirm,
  draftOf,
} from '../../apps/desktop/src/core/telegram/testing/messaging-core.ts'
import { installation, launch } from './product.ts'
import { dataCentre, NASSIM } from './support.ts'

// Real films and sounds, and what another device does to them, by the product's own core over the real protocol.

const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../apps/desktop/src/core/media/testing', name))
const soon = { timeout: 40_000 }

/** The core of Nassim, signed in, and the chat that everything goes to. */
async function setUp(at = installation()) {
  const dc = await dataCentre()
  const core = await launch(dc, { seed: 'files', at })
  const code = await core.handlers['accounts.signIn']({ phone: `+${NASSIM.phone}` })
  if (code.step !== 'code') throw new Error('no code was asked for')
  const done = await core.handlers['accounts.submitCode']({ signInId: code.signInId, code: NASSIM.code })
  if (done.step !== 'done') throw new Error('not signed in')
  const accountId = done.account.id
  const { chats } = await core.handlers['targets.list']({ accountId, refresh: false })
  const chat = chats.find(({ title }) => title.includes('Marché bio'))!
  const peer = dc.world.chats().find(({ chat: { title } }) => title === chat.title)!.peer
  const queue = () => dc.world.scheduled(NASSIM.phone, peer)
  const plan = async (names: readonly string[], hours: number, text: string) => {
    const media = []
    for (const name of names) media.push(asMedia(await addFile(core, name, fixture(name))))
    const dates = [new Date(dc.clock.now() + hours * 3600_000).toISOString().slice(0, 16)]
    await confirm(core, draftOf(accountId, { chatIds: [chat.id], text, media, dates, timeZone: 'UTC' }))
  }
  const items = async (from: Pick<typeof core, 'handlers'> = core) =>
    (await from.handlers['deliveries.list']({ scope: 'all', cursor: null, limit: 10 })).items
  return { dc, core, peer, queue, plan, items, accountId }
}

test('real films, pictures that move and sounds reach Telegram with their size, length and kind; a film that is cut off goes as a file', async () => {
  const { dc, core, queue, plan, accountId } = await setUp()
  await plan(['film.mp4', 'film.mov'], 3, 'Deux films')
  await expect.poll(() => queue().length, soon).toBe(2)
  expect(queue().map(({ media }) => dc.world.mediaKind(media!))).toEqual(['video', 'video'])

  const others = []
  for (const name of ['moving.gif', 'film.webm', 'sound.mp3', 'sound.ogg', 'sound.m4a'])
    others.push(asMedia(await addFile(core, name, fixture(name))))
  others.push(asMedia(await addFile(core, 'coupe.mov', fixture('film.mov').subarray(0, 3000))))
  expect(await core.delivery.bringFiles(accountId, others)).toMatchObject({ ok: true })

  const asked = dc.calls
    .filter(({ method }) => method === 'messages.uploadMedia')
    .map(({ request }) => request['media'] as unknown as { mime_type: string; attributes: object[] })
  const video = { _: 'documentAttributeVideo', w: 160, h: 90, duration: 2 }
  const named = (name: string) => ({ _: 'documentAttributeFilename', file_name: name })
  const audio = (duration: number) => ({ _: 'documentAttributeAudio', duration })
  expect(asked).toMatchObject([
    { mime_type: 'video/mp4', attributes: [{ ...video, supports_streaming: true }, named('film.mp4')] },
    { mime_type: 'video/quicktime', attributes: [video, named('film.mov')] },
    {
      mime_type: 'image/gif',
      attributes: [
        { _: 'documentAttributeImageSize', w: 16, h: 12 },
        { _: 'documentAttributeAnimated' },
        named('moving.gif'),
      ],
    },
    { mime_type: 'video/webm', attributes: [named('film.webm')] },
    { mime_type: 'audio/mpeg', attributes: [audio(0), named('sound.mp3')] },
    { mime_type: 'audio/ogg', attributes: [audio(0), named('sound.ogg')] },
    { mime_type: 'audio/mp4', attributes: [audio(1), named('sound.m4a')] },
    { mime_type: 'video/quicktime', attributes: [named('coupe.mov')] },
  ])
  expect(asked[1]!.attributes[0]).not.toHaveProperty('supports_streaming', true)
})

test('a file that another device has exchanged is put back in place, with the program ended in the middle of it', async () => {
  const at = installation()
  const { dc, core, peer, queue, plan, items } = await setUp(at)
  await plan(['film.mp4', 'film.mov'], 3, 'Deux films')
  await expect.poll(async () => (await items())[0]?.state, soon).toBe('scheduled')
  const before = structuredClone(queue())
  for (const { id } of before) dc.world.editScheduled(NASSIM.phone, peer, id, { media: dc.world.addPhoto() })
  await expect.poll(async () => (await items())[0], soon).toMatchObject({ drift: { media: true } })

  dc.faults.add({ method: 'messages.editMessage', drop: 'after' })
  await core.handlers['deliveries.resolve']({ ids: [(await items())[0]!.id], keep: 'mine' })
  await expect.poll(() => dc.calls.some(({ method }) => method === 'messages.editMessage'), soon).toBe(true)
  await core.stop()
  const again = await launch(dc, { seed: 'again', at })
  const after = async () => (await items(again)).map(({ state, drift, pending }) => [state, drift, pending])
  await expect.poll(after, soon).toEqual([['scheduled', null, null]])

  const facts = (messages: typeof before) =>
    messages.map(({ id, date, text, media, groupedId }) => ({ id, date, text, media, groupedId }))
  expect(facts(queue())).toEqual(facts(before))
  expect(dc.calls.filter(({ method }) => method === 'messages.sendMultiMedia')).toHaveLength(1)
  expect(dc.calls.filter(({ method }) => method === 'messages.deleteScheduledMessages')).toEqual([])
})
