import { InputMedia, Long, MemoryStorage, tl } from '@mtcute/core'
import { addPublicKey } from '@mtcute/core/utils.js'
import { TelegramClient } from '@mtcute/node'
import { NodeCryptoProvider } from '@mtcute/node/utils.js'
import type { TelegramSandbox } from '../index.ts'
import type { Client, Driver, Upload } from './driver.ts'

const told = (error: unknown): Error =>
  tl.RpcError.is(error) ? new Error(error.text) : error instanceof Error ? error : new Error(String(error))

const connect = async (sandbox: TelegramSandbox, saved: string): Promise<TelegramClient> => {
  const crypto = new NodeCryptoProvider()
  await crypto.initialize()
  addPublicKey(crypto, sandbox.rsaPublicKey, false)
  const address = { id: sandbox.dcId, ipAddress: sandbox.host, port: sandbox.port }
  const client = new TelegramClient({
    apiId: 12_345,
    apiHash: 'not-a-real-hash',
    storage: new MemoryStorage(),
    defaultDcs: { main: address, media: { ...address, mediaOnly: true } },
    logLevel: 0,
  })
  if (saved !== '') await client.importSession(saved)
  await client.connect()
  return client
}

const open = async (sandbox: TelegramSandbox, saved = ''): Promise<Client> => {
  const client = await connect(sandbox, saved)
  const seen = { updates: [] as string[], texts: [] as string[] }
  client.onRawUpdate.add(({ update }) => {
    seen.updates.push(update._)
    if ('message' in update && typeof update.message === 'object' && update.message._ === 'message')
      seen.texts.push(update.message.message)
  })
  const call = async <T extends tl.RpcMethod>(request: T): Promise<tl.RpcCallReturn[T['_']]> => {
    try {
      return await client.call(request)
    } catch (error) {
      throw told(error)
    }
  }
  const trying = async <T>(run: Promise<T>): Promise<T> =>
    run.catch((error: unknown) => {
      throw told(error)
    })
  const peerOf = async (title: string): Promise<tl.TypeInputPeer> => {
    for await (const { peer } of client.iterDialogs())
      if (peer.displayName.includes(title)) return peer.inputPeer
    throw new Error(`no dialog ${title}`)
  }
  const documentOf = ({ name, bytes }: Upload): ReturnType<typeof InputMedia.document> =>
    InputMedia.document(bytes, { fileName: name, fileMime: 'application/octet-stream' })
  const at = (date: number): { schedule: Date } => ({ schedule: new Date(date * 1000) })

  return {
    sendCode: async phone => {
      const sent = await trying(client.sendCode({ phone }))
      if (!('phoneCodeHash' in sent)) throw new Error('signed in without a code')
      return { hash: sent.phoneCodeHash, type: TYPES[sent.type] ?? sent.type }
    },
    signIn: async (phone, phoneCodeHash, phoneCode) =>
      (await trying(client.signIn({ phone, phoneCodeHash, phoneCode }))).firstName,
    givePassword: async password => (await trying(client.checkPassword(password))).firstName,
    signInByQr: async (show, password) => {
      const user = await trying(
        client.signInQr({
          onUrlUpdated: url => {
            show(Buffer.from(new URL(url).searchParams.get('token') ?? '', 'base64url'))
          },
          ...(password === undefined ? {} : { password }),
        }),
      )
      return user.firstName
    },
    me: async () => (await trying(client.getMe())).firstName,
    titles: async () => {
      const titles: string[] = []
      for await (const dialog of client.iterDialogs()) titles.push(dialog.peer.displayName)
      return titles
    },
    schedule: async (chat, text, date) =>
      (await trying(client.sendText(await peerOf(chat), text, at(date)))).id,
    scheduled: async chat => {
      const peer = await peerOf(chat)
      const found = await call({ _: 'messages.getScheduledHistory', peer, hash: Long.ZERO })
      const messages = found._ === 'messages.messagesNotModified' ? [] : found.messages
      return messages.flatMap(one =>
        one._ === 'message' ? [{ id: one.id, text: one.message, date: one.date }] : [],
      )
    },
    edit: async (chat, id, message, scheduleDate) => {
      await call({ _: 'messages.editMessage', peer: await peerOf(chat), id, message, scheduleDate })
    },
    sendNow: async (chat, id) => {
      await trying(client.sendScheduled(await peerOf(chat), id))
    },
    unschedule: async (chat, id) => {
      await trying(client.deleteScheduledMessages(await peerOf(chat), [id]))
    },
    scheduleFile: async (chat, file, caption, date) => {
      const media = InputMedia.document(file.bytes, {
        fileName: file.name,
        fileMime: 'application/octet-stream',
        caption,
      })
      await trying(client.sendMedia(await peerOf(chat), media, at(date)))
    },
    scheduleAlbum: async (chat, files, caption, date) => {
      const medias = files.map((file, i) => ({ ...documentOf(file), ...(i === 0 ? { caption } : {}) }))
      await trying(client.sendMediaGroup(await peerOf(chat), medias, at(date)))
    },
    history: async chat =>
      (await trying(client.getHistory(await peerOf(chat), { limit: 20 }))).map(message => message.text),
    seen,
    saved: () => client.exportSession(),
    logOut: async () => {
      await call({ _: 'auth.logOut' })
    },
    close: () => client.destroy(),
  }
}

/** mtcute's own names for how a code was sent. */
const TYPES: Record<string, string> = { app: 'App', sms: 'Sms', call: 'Call' }

export const mtcute: Driver = { name: '@mtcute/node 0.30.3', layer: 227, open }
