import bigInt from 'big-integer'
import type { Api as ApiOf, Logger, TelegramClient as ClientOf } from 'telegram'
import type { CustomFile } from 'telegram/client/uploads.js'
import type { Raw } from 'telegram/events/index.js'
import type { PromisedNetSockets } from 'telegram/extensions/PromisedNetSockets.js'
import type { ConnectionTCPFull } from 'telegram/network/index.js'
import type { computeCheck } from 'telegram/Password.js'
import type { StringSession } from 'telegram/sessions/index.js'
import type { TelegramSandbox } from '../index.ts'
import type { Client, Driver, Upload } from './driver.ts'

/** What GramJS and teleproto, which began as its copy, export under the same names. */
export type Library = {
  readonly name: string
  readonly layer: number
  readonly Api: typeof ApiOf
  readonly TelegramClient: typeof ClientOf
  readonly StringSession: typeof StringSession
  readonly ConnectionTCPFull: typeof ConnectionTCPFull
  readonly PromisedNetSockets: typeof PromisedNetSockets
  readonly CustomFile: typeof CustomFile
  readonly Raw: typeof Raw
  readonly computeCheck: typeof computeCheck
  readonly quiet: Logger
  /** Makes the library trust the sandbox, and finds the port of a data centre. */
  readonly trust: (sandbox: TelegramSandbox) => (dcId: number) => number
  /** What has to be called after a sign-in for updates to be complete. */
  readonly afterSignIn?: (client: ClientOf) => Promise<void>
}

const APP = { apiId: 12_345, apiHash: 'not-a-real-hash' }

/** The message of an error of either library: `errorMessage` has lost the name of a 420 in GramJS. */
const told = (error: unknown): Error => {
  if (error instanceof Error && 'errorMessage' in error) return new Error(String(error.errorMessage))
  return error instanceof Error ? error : new Error(String(error))
}

export const gramjsFamily = (library: Library): Driver => {
  const { Api, TelegramClient, StringSession } = library

  const connect = async (sandbox: TelegramSandbox, saved: string): Promise<ClientOf> => {
    const portOf = library.trust(sandbox)
    class LocalConnection extends library.ConnectionTCPFull {
      constructor(params: ConstructorParameters<typeof ConnectionTCPFull>[0]) {
        super({ ...params, ip: sandbox.host, port: portOf(params.dcId) })
      }
    }
    class PromptSocket extends library.PromisedNetSockets {
      override async connect(port: number, ip: string): Promise<this> {
        await super.connect(port, ip)
        ;(this as unknown as { client?: { setNoDelay(on: boolean): void } }).client?.setNoDelay(true)
        return this
      }
    }
    const session = new StringSession(saved)
    if (saved === '') session.setDC(sandbox.dcId, sandbox.host, 443)
    const client = new TelegramClient(session, APP.apiId, APP.apiHash, {
      connection: LocalConnection,
      networkSocket: PromptSocket as never,
      connectionRetries: 5,
      retryDelay: 50,
      floodSleepThreshold: -1,
      baseLogger: library.quiet,
    })
    await client.connect()
    return client
  }

  const open = async (sandbox: TelegramSandbox, saved = ''): Promise<Client> => {
    const client = await connect(sandbox, saved)
    const seen = { updates: [] as string[], texts: [] as string[] }
    client.addEventHandler((update: { className: string; message?: unknown }) => {
      seen.updates.push(update.className.charAt(0).toLowerCase() + update.className.slice(1))
      const { message } = update
      if (typeof message === 'string') seen.texts.push(message)
      else if (message instanceof Api.Message) seen.texts.push(message.message)
    }, new library.Raw({}))

    const invoke = async <R extends ApiOf.AnyRequest>(request: R): Promise<R['__response']> => {
      try {
        return (await client.invoke(request)) as R['__response']
      } catch (error) {
        throw told(error)
      }
    }
    const signedInAs = async (answer: ApiOf.auth.TypeAuthorization): Promise<string> => {
      if (!(answer instanceof Api.auth.Authorization && answer.user instanceof Api.User))
        throw new Error(answer.className)
      await library.afterSignIn?.(client)
      return answer.user.firstName ?? ''
    }
    const peerOf = async (title: string): Promise<ApiOf.TypeInputPeer> => {
      const dialog = (await client.getDialogs({})).find(one => one.title?.includes(title))
      if (!dialog) throw new Error(`no dialog ${title}`)
      return dialog.inputEntity
    }
    const randomId = (): bigInt.BigInteger => bigInt.randBetween(1, Number.MAX_SAFE_INTEGER)
    const givePassword = async (password: string): Promise<string> => {
      const request = await invoke(new Api.account.GetPassword())
      const proof = await library.computeCheck(request, password)
      return signedInAs(await invoke(new Api.auth.CheckPassword({ password: proof })))
    }
    const scheduledIds = async (chat: string): Promise<ApiOf.Message[]> => {
      const peer = await peerOf(chat)
      const found = await invoke(new Api.messages.GetScheduledHistory({ peer, hash: bigInt(0) }))
      return 'messages' in found ? found.messages.filter(one => one instanceof Api.Message) : []
    }
    const mediaOf = async ({ name, bytes }: Upload): Promise<ApiOf.InputMediaUploadedDocument> =>
      new Api.InputMediaUploadedDocument({
        file: await client.uploadFile({
          file: new library.CustomFile(name, bytes.length, '', bytes),
          workers: 1,
        }),
        mimeType: 'application/octet-stream',
        attributes: [new Api.DocumentAttributeFilename({ fileName: name })],
      })

    return {
      sendCode: async phoneNumber => {
        const sent = await invoke(
          new Api.auth.SendCode({ phoneNumber, ...APP, settings: new Api.CodeSettings({}) }),
        )
        if (!(sent instanceof Api.auth.SentCode)) throw new Error(sent.className)
        return {
          hash: sent.phoneCodeHash,
          type: sent.type.className.replace(/^(auth\.)?SentCodeType/, ''),
        }
      },
      signIn: async (phoneNumber, phoneCodeHash, phoneCode) =>
        signedInAs(await invoke(new Api.auth.SignIn({ phoneNumber, phoneCodeHash, phoneCode }))),
      givePassword,
      signInByQr: async (show, password) => {
        const user = await client.signInUserWithQrCode(APP, {
          qrCode: ({ token }) => {
            show(token)
            return Promise.resolve()
          },
          password: () => Promise.resolve(password ?? ''),
          onError: error => {
            throw told(error)
          },
        })
        return user instanceof Api.User ? (user.firstName ?? '') : ''
      },
      me: async () => {
        const [me] = await invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }))
        return me instanceof Api.User ? (me.firstName ?? '') : ''
      },
      titles: async () => (await client.getDialogs({})).map(dialog => dialog.title ?? ''),
      schedule: async (chat, message, scheduleDate) => {
        const peer = await peerOf(chat)
        const answer = await invoke(
          new Api.messages.SendMessage({ peer, message, scheduleDate, randomId: randomId() }),
        )
        const updates = answer instanceof Api.Updates ? answer.updates : []
        const update = updates.find(one => one instanceof Api.UpdateNewScheduledMessage)
        if (!(update?.message instanceof Api.Message)) throw new Error('nothing was scheduled')
        return update.message.id
      },
      scheduled: async chat =>
        (await scheduledIds(chat)).map(({ id, message, date }) => ({ id, text: message, date })),
      edit: async (chat, id, message, scheduleDate) => {
        await invoke(new Api.messages.EditMessage({ peer: await peerOf(chat), id, message, scheduleDate }))
      },
      sendNow: async (chat, id) => {
        await invoke(new Api.messages.SendScheduledMessages({ peer: await peerOf(chat), id: [id] }))
      },
      unschedule: async (chat, id) => {
        await invoke(new Api.messages.DeleteScheduledMessages({ peer: await peerOf(chat), id: [id] }))
      },
      scheduleFile: async (chat, file, message, scheduleDate) => {
        const peer = await peerOf(chat)
        const media = await mediaOf(file)
        await invoke(new Api.messages.SendMedia({ peer, media, message, scheduleDate, randomId: randomId() }))
      },
      scheduleAlbum: async (chat, files, caption, scheduleDate) => {
        const peer = await peerOf(chat)
        const multiMedia: ApiOf.InputSingleMedia[] = []
        for (const file of files) {
          const uploaded = await invoke(new Api.messages.UploadMedia({ peer, media: await mediaOf(file) }))
          if (!(uploaded instanceof Api.MessageMediaDocument && uploaded.document instanceof Api.Document))
            throw new Error('not uploaded as a document')
          const { id, accessHash, fileReference } = uploaded.document
          multiMedia.push(
            new Api.InputSingleMedia({
              media: new Api.InputMediaDocument({
                id: new Api.InputDocument({ id, accessHash, fileReference }),
              }),
              randomId: randomId(),
              message: multiMedia.length === 0 ? caption : '',
            }),
          )
        }
        await invoke(new Api.messages.SendMultiMedia({ peer, multiMedia, scheduleDate }))
      },
      history: async chat =>
        (await client.getMessages(await peerOf(chat), { limit: 20 })).map(message => message.message),
      seen,
      saved: () => Promise.resolve(String(client.session.save())),
      logOut: async () => {
        await invoke(new Api.auth.LogOut())
      },
      close: () => client.destroy(),
    }
  }
  return { name: library.name, layer: library.layer, open }
}
