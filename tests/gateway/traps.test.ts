import type { TelegramSandbox } from '@autotele/sandbox/telegram'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, onTestFinished, test } from 'vitest'
import { chatCalled, client, dataCentre, message, NASSIM, signedIn, until, valueOf } from './support.ts'

// Traps of the library that are closed by construction; those with a behaviour of their own are tested by name in the
// other files of this folder.

const CORE = join(import.meta.dirname, '../../apps/desktop/src/core')

/** Every module of the library that the core loads. */
function modulesUsed(): string[] {
  const files = readdirSync(CORE, { recursive: true, encoding: 'utf8' }).filter(
    name => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  )
  const found = files.flatMap(name =>
    [
      ...readFileSync(join(CORE, name), 'utf8').matchAll(/from '((?:#?telegram|teleproto)(?:\/[^']*)?)'/g),
    ].map(([, module]) => module ?? ''),
  )
  return [...new Set(found)].map(module => module.replace(/^(?:#telegram|teleproto)/, 'telegram')).sort()
}

test('T6, T7, T8, T13, T20, T21, T23: no client, session, parser or uploader of the library is used', () => {
  const used = modulesUsed()
  expect(used).toContain('telegram/network/index.js')
  expect(
    used.filter(module => /client|sessions|events|Utils|extensions\/(markdown|html)/.test(module)),
  ).toEqual([])
})

/** A wire between a client and the data centre, which can say again what the data centre said last. */
async function wireTo(dc: TelegramSandbox) {
  let towards: Socket | null = null
  let lastPackets: Buffer[] = []
  const server = createServer(near => {
    const far = connect(dc.port, dc.host)
    towards = near
    near.on('data', data => far.write(data))
    far.on('data', data => {
      lastPackets.push(data)
      near.write(data)
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('close', () => other.destroy())
      one.on('error', () => other.destroy())
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  return {
    port,
    forget: () => {
      lastPackets = []
    },
    replay: () => {
      for (const packet of [...lastPackets]) towards?.write(packet)
    },
    heard: () => lastPackets.length,
  }
}

test('T16: what somebody on the wire repeats is not believed a second time', async () => {
  const dc = await dataCentre()
  const wire = await wireTo(dc)
  const through = client({ ...dc, port: wire.port, dataCentres: [] })
  valueOf(await through.line.connect())
  const { hash } = valueOf(await through.line.sendCode(NASSIM.phone))
  valueOf(await through.line.signIn(NASSIM.phone, hash, NASSIM.code))
  const chat = dc.world.chats().find(({ chat: { title } }) => title.includes('Voisins solidaires'))!
  wire.forget()
  dc.world.schedule(`+${NASSIM.phone}`, chat.peer, {
    text: 'Depuis un autre appareil',
    date: dc.world.now() + 3600,
  })
  const told = () => through.hints.filter(({ kind }) => kind === 'scheduled-changed').length
  await until(() => {
    if (told() === 0) throw new Error('nothing was told')
  })
  expect(told()).toBe(1)
  wire.replay()
  // Whatever was repeated has been read before the answer to this.
  await through.line.me()
  expect(told()).toBe(1)
})

test('T2, T10: nothing is asked twice by itself, and nothing sleeps unseen', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, 'Marché bio')
  const before = dc.calls.length
  dc.faults.add({ method: 'messages.sendMessage', code: 420, text: 'FLOOD_WAIT_1' })
  await line.schedule(message(dc, chat))
  expect(dc.calls.length - before).toBe(1)
})

test('T6: what was answered is forgotten again, however long the connection lives', async () => {
  const { line } = await signedIn(await dataCentre())
  const read = async (times: number) => {
    for (let i = 0; i < times; i++) valueOf(await line.dialogs(null))
  }
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used = async () => {
    await new Promise(resolve => setImmediate(resolve))
    collect()
    return process.memoryUsage().heapUsed
  }
  await read(50)
  const before = await used()
  await read(400)
  expect(((await used()) - before) / 2 ** 20).toBeLessThan(5)
})
