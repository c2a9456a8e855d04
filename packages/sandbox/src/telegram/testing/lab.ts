import bigInt from 'big-integer'
import { Api } from 'telegram'
import type { TelegramClient } from 'telegram'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { startTelegram } from '../index.ts'
import type { PeerKey, TelegramSandbox } from '../index.ts'
import { connectGramjs, refusal, signIn } from './gramjs-client.ts'

type SendParams = ConstructorParameters<typeof Api.messages.SendMessage>[0]

/** One data centre and its GramJS clients for a test file: started before it, ended after it. */
export type Lab = {
  /** What the data centre complained of. */
  readonly log: readonly string[]
  readonly sandbox: TelegramSandbox
  readonly client: TelegramClient
  readonly connect: (options?: Parameters<typeof connectGramjs>[1]) => Promise<TelegramClient>
  readonly now: () => number
  readonly chatNamed: (title: string) => PeerKey
  readonly dialogs: (from: TelegramClient) => Promise<Api.messages.Dialogs>
  /** The InputPeer that an account gets for a chat, by way of its dialogs. */
  readonly inputPeer: (title: string) => Promise<Api.TypeInputPeer>
  readonly inputChannel: (title: string) => Promise<Api.InputChannel>
  readonly randomId: () => bigInt.BigInteger
  readonly schedule: (
    peer: Api.TypeInputPeer,
    message: string,
    options?: Partial<SendParams>,
  ) => Promise<Api.Message>
  readonly scheduled: (peer: Api.TypeInputPeer) => Promise<Api.Message[]>
  readonly history: (peer: Api.TypeInputPeer) => Promise<Api.Message[]>
  readonly sendCode: (phoneNumber: string) => Promise<Api.auth.SentCode>
  /** The text of the error that a code ends in. */
  readonly giveCode: (phone: string, sent: { phoneCodeHash: string }, code: string) => Promise<string>
}

const started = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('not started')
  return value
}

/** Registers the hooks of a test file; `signedIn` has the first account signed in before the first test. */
export const useLab = ({ signedIn }: { signedIn: boolean }): Lab => {
  const log: string[] = []
  const clients: TelegramClient[] = []
  let sandbox: TelegramSandbox | undefined
  let lastRandomId = 1000

  const connect: Lab['connect'] = async options => {
    const connected = await connectGramjs(started(sandbox), options)
    clients.push(connected)
    return connected
  }
  const client = (): TelegramClient => started(clients[0])
  const now = (): number => Math.floor(started(sandbox).clock.now() / 1000)
  const randomId = (): bigInt.BigInteger => bigInt((lastRandomId += 1))

  beforeAll(async () => {
    sandbox = await startTelegram({ log: line => log.push(line) })
    const first = await connect()
    if (signedIn) await signIn(first, started(sandbox.accounts[0]))
  })
  afterEach(() => {
    sandbox?.faults.clear()
  })
  afterAll(async () => {
    for (const one of clients) await one.destroy()
    await sandbox?.stop()
  })

  const dialogs: Lab['dialogs'] = async from =>
    (await from.invoke(
      new Api.messages.GetDialogs({
        offsetDate: 0,
        offsetId: 0,
        offsetPeer: new Api.InputPeerEmpty(),
        limit: 100,
        hash: bigInt(0),
      }),
    )) as Api.messages.Dialogs

  const chat = async (title: string): Promise<Api.TypeChat> => {
    const { chats } = await dialogs(client())
    return started(chats.find(one => 'title' in one && one.title.includes(title)))
  }

  return {
    log,
    get sandbox() {
      return started(sandbox)
    },
    get client() {
      return client()
    },
    connect,
    now,
    chatNamed: title =>
      started(
        started(sandbox)
          .world.chats()
          .find(one => one.chat.title.includes(title)),
      ).peer,
    dialogs,
    inputPeer: async title => {
      const found = await chat(title)
      return found instanceof Api.Channel
        ? new Api.InputPeerChannel({ channelId: found.id, accessHash: started(found.accessHash) })
        : new Api.InputPeerChat({ chatId: found.id })
    },
    inputChannel: async title => {
      const found = (await chat(title)) as Api.Channel
      return new Api.InputChannel({ channelId: found.id, accessHash: started(found.accessHash) })
    },
    randomId,
    schedule: async (peer, message, options) => {
      const request = { peer, message, randomId: randomId(), scheduleDate: now() + 3600, ...options }
      const answer = (await client().invoke(new Api.messages.SendMessage(request))) as Api.Updates
      const update = answer.updates.find(one => one instanceof Api.UpdateNewScheduledMessage)
      return started(update).message as Api.Message
    },
    scheduled: async peer => {
      const answer = await client().invoke(new Api.messages.GetScheduledHistory({ peer, hash: bigInt(0) }))
      return (answer as Api.messages.Messages).messages as Api.Message[]
    },
    history: async peer => {
      const place = {
        offsetId: 0,
        offsetDate: 0,
        addOffset: 0,
        limit: 100,
        maxId: 0,
        minId: 0,
        hash: bigInt(0),
      }
      const answer = await client().invoke(new Api.messages.GetHistory({ peer, ...place }))
      return (answer as Api.messages.Messages).messages as Api.Message[]
    },
    sendCode: async phoneNumber =>
      (await client().invoke(
        new Api.auth.SendCode({ phoneNumber, apiId: 1, apiHash: 'x', settings: new Api.CodeSettings({}) }),
      )) as Api.auth.SentCode,
    giveCode: (phoneNumber, { phoneCodeHash }, phoneCode) =>
      refusal(client().invoke(new Api.auth.SignIn({ phoneNumber, phoneCodeHash, phoneCode }))),
  }
}
