import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Long, MemoryStorage, tl } from '@mtcute/core'
import { addPublicKey } from '@mtcute/core/utils.js'
import { TelegramClient } from '@mtcute/node'
import { NodeCryptoProvider } from '@mtcute/node/utils.js'
import { CAMILLE, startTelegram } from '../index.ts'
import type { PeerKey, TelegramSandbox } from '../index.ts'

const log: string[] = []
const clients: TelegramClient[] = []
let sandbox: TelegramSandbox
let client: TelegramClient

const connect = (options: { usePfs?: boolean } = {}, to = sandbox): TelegramClient => {
  const address = { id: 2, ipAddress: to.host, port: to.port }
  const made = new TelegramClient({
    apiId: 12_345,
    apiHash: 'not-a-real-hash',
    storage: new MemoryStorage(),
    defaultDcs: { main: address, media: { ...address, mediaOnly: true } },
    disableUpdates: false,
    network: { usePfs: options.usePfs ?? false },
    logLevel: 0,
  } as never)
  clients.push(made)
  return made
}

beforeAll(async () => {
  sandbox = await startTelegram({ log: line => log.push(line) })
  const crypto = new NodeCryptoProvider()
  await crypto.initialize()
  addPublicKey(crypto, sandbox.rsaPublicKey, false)
  client = connect()
})

afterAll(async () => {
  for (const one of clients) await one.destroy()
  await sandbox.stop()
})

const nowSeconds = (): number => Math.floor(sandbox.clock.now() / 1000)
const chatNamed = (title: string): PeerKey =>
  sandbox.world.chats().find(one => one.chat.title.includes(title))!.peer

const signIn = async (with_: TelegramClient): Promise<string> => {
  const account = sandbox.accounts[0]!
  const me = await with_.start({
    phone: account.phone,
    code: () => Promise.resolve(account.code),
    password: () => Promise.resolve(account.password!),
    codeSentCallback: () => undefined,
  } as never)
  return me.firstName
}

const inputPeer = async (title: string): Promise<tl.RawInputPeerChannel> => {
  for await (const dialog of client.iterDialogs()) {
    if (dialog.peer.displayName.includes(title)) return dialog.peer.inputPeer as tl.RawInputPeerChannel
  }
  throw new Error(`no dialog ${title}`)
}

const refusal = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    (error: unknown) => (tl.RpcError.is(error) ? error.text : String(error)),
  )

let lastRandomId = 5000
const send = async (
  peer: tl.TypeInputPeer,
  message: string,
  options: Partial<tl.messages.RawSendMessageRequest> = {},
): Promise<tl.RawMessage> => {
  const request = {
    _: 'messages.sendMessage',
    peer,
    message,
    randomId: Long.fromNumber((lastRandomId += 1)),
    scheduleDate: nowSeconds() + 3600,
    ...options,
  } as const
  // mtcute repeats by itself what ends in a 500, and RANDOM_ID_DUPLICATE is one.
  const answer = (await client.call(request, { maxRetryCount: 0 })) as tl.RawUpdates
  const update = answer.updates.find(one => one._ === 'updateNewScheduledMessage')
  return (update as tl.RawUpdateNewScheduledMessage).message as tl.RawMessage
}

describe('an independent client, at another layer', () => {
  it('signs in with code and password', async () => {
    expect(await signIn(client)).toBe('Camille')
    expect(sandbox.calls.at(-1)?.layer).toBe(227)
  })

  it('lists the dialogs', async () => {
    const titles: string[] = []
    for await (const dialog of client.iterDialogs()) titles.push(dialog.peer.displayName)
    expect(titles).toContain('📣 Quartier des Lilas')
    expect(titles.length).toBeGreaterThanOrEqual(12)
  })

  it('schedules once, however often the same random_id is sent', async () => {
    const peer = await inputPeer('Agenda')
    const randomId = Long.fromNumber(77)
    const message = await send(peer, 'Exposition 🎨', { randomId })
    expect(message).toMatchObject({ id: 1, message: 'Exposition 🎨' })
    expect(await refusal(send(peer, 'Exposition 🎨', { randomId }))).toBe('RANDOM_ID_DUPLICATE')
    const listed = (await client.call({
      _: 'messages.getScheduledHistory',
      peer,
      hash: Long.ZERO,
    })) as tl.messages.RawMessages
    expect(listed.messages).toHaveLength(1)
  })

  it('a connection cut after execution ends well: the answer is sent again to the same session', async () => {
    const peer = await inputPeer('Marché')
    sandbox.faults.add({ method: 'messages.sendMessage', drop: 'after' })
    const message = await send(peer, 'coupé après')
    expect(message.message).toBe('coupé après')
    expect(sandbox.world.scheduled(CAMILLE, chatNamed('Marché'))).toHaveLength(1)
  })

  it('a connection cut before execution ends well too', async () => {
    const peer = await inputPeer('Voisins')
    sandbox.faults.add({ method: 'messages.sendMessage', drop: 'before' })
    await send(peer, 'coupé avant')
    expect(sandbox.world.scheduled(CAMILLE, chatNamed('Voisins'))).toHaveLength(1)
  })

  it('is told of a publication when the clock reaches it', async () => {
    const peer = await inputPeer('Quartier')
    const seen: string[] = []
    client.onRawUpdate.add(({ update }) => {
      seen.push(update._)
    })
    const { date } = await send(peer, 'bonjour')
    sandbox.clock.advanceWorld((date - nowSeconds() + 1) * 1000)
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('updateDeleteScheduledMessages')
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('updateNewChannelMessage')
    const [last] = await client.getHistory(peer, { limit: 1 })
    expect(last?.text).toBe('bonjour')
  })

  it('gets several calls in flight answered, an error among them', async () => {
    const peer = await inputPeer('Jardin')
    sandbox.faults.add({ method: 'messages.sendMessage', code: 400, text: 'CHAT_RESTRICTED' })
    const results = await Promise.all([1, 2, 3, 4, 5].map(n => refusal(send(peer, `n° ${n}`))))
    expect(results.filter(result => result === 'no error')).toHaveLength(4)
    expect(results).toContain('CHAT_RESTRICTED')
  })

  it('works with temporary keys (perfect forward secrecy)', async () => {
    const secret = connect({ usePfs: true })
    expect(await signIn(secret)).toBe('Camille')
  })

  it('may use the RSA padding of older clients', async () => {
    const own = await startTelegram({ log: line => log.push(line) })
    const crypto = new NodeCryptoProvider()
    await crypto.initialize()
    addPublicKey(crypto, own.rsaPublicKey, true)
    const old = connect({}, own)
    expect(await signIn(old)).toBe('Camille')
    await old.destroy()
    await own.stop()
  })

  it('no method was unknown and no answer could not be written', () => {
    expect(log).toEqual([])
  })
})
