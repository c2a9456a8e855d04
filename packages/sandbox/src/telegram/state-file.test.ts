import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import bigInt from 'big-integer'
import { Api } from 'telegram'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CAMILLE, startTelegram } from './index.ts'
import type { TelegramSandbox } from './index.ts'
import { connectGramjs, savedSession, signIn } from './testing/gramjs-client.ts'
import { greyPng } from './world/png.ts'

let folder: string
let stateFile: string
const ends: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'telegram-sandbox-'))
  stateFile = join(folder, 'nested', 'telegram.json')
})

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  await rm(folder, { recursive: true })
})

const start = async (log: string[] = []): Promise<TelegramSandbox> => {
  const sandbox = await startTelegram({ stateFile, log: line => log.push(line) })
  ends.push(sandbox.stop)
  return sandbox
}

const stop = async (sandbox: TelegramSandbox): Promise<void> => {
  ends.splice(ends.indexOf(sandbox.stop), 1)
  await sandbox.stop()
}

const channel = (sandbox: TelegramSandbox) =>
  sandbox.world.chats().find(one => one.chat.title.includes('Quartier'))!.peer

describe('the state file', () => {
  it('keeps sign-ins, scheduled messages and world time over a restart', async () => {
    const first = await start()
    const client = await connectGramjs(first)
    ends.push(() => client.destroy())
    await signIn(client, first.accounts[0]!)
    const saved = savedSession(client)
    const id = { _: 'messageEntityMentionName', offset: 0, length: 3, user_id: 9_007_199_254_740_993n }
    first.clock.advanceWorld(86_400_000)
    const date = first.world.now() + 3600
    first.world.schedule(CAMILLE, channel(first), { text: 'à demain', entities: [id], date })
    await stop(first)

    const second = await start()
    expect(second.world.now()).toBeGreaterThanOrEqual(date - 3600)
    const again = await connectGramjs(second, { saved })
    ends.push(() => again.destroy())
    const [me] = (await again.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }))) as Api.User[]
    expect(me?.firstName).toBe('Camille')
    expect(second.calls.map(call => call.method)).not.toContain('auth.signIn')
    expect(second.world.scheduled(CAMILLE, channel(second))).toMatchObject([
      { text: 'à demain', entities: [id], date },
    ])
  })

  it('publishes at the next start what became due meanwhile', async () => {
    const first = await start()
    const date = first.world.now() + 3600
    first.world.schedule(CAMILLE, channel(first), { text: 'hors ligne', date })
    await stop(first)
    const second = await startTelegram({ stateFile, now: () => Date.now() + 7_200_000 })
    ends.push(second.stop)
    expect(second.world.history(CAMILLE, channel(second)).at(-1)).toMatchObject({ text: 'hors ligne', date })
  })

  it('keeps photos: their bytes, and the references that clients have', async () => {
    const first = await start()
    const client = await connectGramjs(first)
    ends.push(() => client.destroy())
    await signIn(client, first.accounts[0]!)
    const bytes = greyPng(40, 30)
    const [id, peer] = [bigInt(77), new Api.InputPeerSelf()]
    await client.invoke(new Api.upload.SaveFilePart({ fileId: id, filePart: 0, bytes }))
    const file = new Api.InputFile({ id, parts: 1, name: 'a.png', md5Checksum: '' })
    const media = new Api.InputMediaUploadedPhoto({ file })
    const made = await client.invoke(new Api.messages.UploadMedia({ peer, media }))
    const { accessHash, fileReference, ...photo } = (made as Api.MessageMediaPhoto).photo as Api.Photo
    const saved = savedSession(client)
    await stop(first)
    const again = await connectGramjs(await start(), { saved })
    ends.push(() => again.destroy())
    const location = new Api.InputPhotoFileLocation({
      ...{ id: photo.id, accessHash, fileReference },
      thumbSize: 'y',
    })
    const part = await again.invoke(new Api.upload.GetFile({ location, offset: bigInt(0), limit: 4096 }))
    expect(Buffer.from((part as Api.upload.File).bytes).equals(bytes)).toBe(true)
  })

  it('of an earlier version, without what was added since, is read', async () => {
    const first = await start()
    const peer = channel(first)
    first.world.schedule(CAMILLE, peer, { text: 'ancien', date: first.world.now() + 3600 })
    await stop(first)
    const ADDED =
      /^(uid|bornPts|deleted|media|groupedId|sendAs|previewUrl|noforwards|invertMedia|repeatSeconds|action|files|sendRefusal|migratedFrom|restricted|messagePrice)$/
    const content = await readFile(stateFile, 'utf8')
    const older: unknown = JSON.parse(content, (key, value: unknown) => (ADDED.test(key) ? undefined : value))
    await writeFile(stateFile, JSON.stringify(older))
    const log: string[] = []
    const second = await start(log)
    expect(log).toEqual([])
    expect(second.world.scheduled(CAMILLE, peer)).toMatchObject([{ text: 'ancien', media: null }])
  })

  it('remembers random ids, so that nothing is scheduled twice across a restart', async () => {
    const first = await start()
    const client = await connectGramjs(first)
    ends.push(() => client.destroy())
    await signIn(client, first.accounts[0]!)
    const send = (from: typeof client): Promise<unknown> =>
      from.invoke(
        new Api.messages.SendMessage({
          peer: new Api.InputPeerSelf(),
          message: 'une fois',
          randomId: bigInt(7),
          scheduleDate: first.world.now() + 3600,
        }),
      )
    await send(client)
    const saved = savedSession(client)
    await stop(first)
    const again = await connectGramjs(await start(), { saved })
    ends.push(() => again.destroy())
    await expect(send(again)).rejects.toMatchObject({ errorMessage: 'RANDOM_ID_DUPLICATE' })
  })

  it('is written whole, readable by its owner only, with nothing left beside it', async () => {
    await stop(await start())
    expect(await readdir(join(folder, 'nested'))).toEqual(['telegram.json'])
    expect(JSON.parse(await readFile(stateFile, 'utf8'))).toMatchObject({ version: 1 })
    if (process.platform !== 'win32') expect((await stat(stateFile)).mode & 0o077).toBe(0)
  })

  it('that cannot be read is set aside, and the world begins anew', async () => {
    stateFile = join(folder, 'telegram.json')
    await writeFile(stateFile, '{"version":1,"world":{}}')
    const log: string[] = []
    const sandbox = await start(log)
    expect(sandbox.accounts).toHaveLength(2)
    expect(log).toHaveLength(1)
    expect(await readFile(`${stateFile}.unreadable`, 'utf8')).toContain('version')
  })
})

describe('production', () => {
  it('is refused', async () => {
    const before = process.env['NODE_ENV']
    process.env['NODE_ENV'] = 'production'
    try {
      await expect(startTelegram()).rejects.toThrow('production')
    } finally {
      process.env['NODE_ENV'] = before
    }
  })
})
