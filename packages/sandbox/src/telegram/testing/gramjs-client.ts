import { Api, Logger, TelegramClient } from 'telegram'
import { LogLevel } from 'telegram/extensions/Logger.js'
import { PromisedNetSockets } from 'telegram/extensions/PromisedNetSockets.js'
import { computeCheck } from 'telegram/Password.js'
import { StringSession } from 'telegram/sessions/index.js'
import type { ConnectionTCPFull } from 'telegram/network/index.js'
import type { TelegramSandbox } from '../index.ts'
import { pointGramjsAt } from '../point-gramjs.ts'

/** A GramJS client that dials the sandbox; to be ended with `destroy`. */
export const connectGramjs = async (
  sandbox: TelegramSandbox,
  {
    saved = '',
    connection,
    dcId = sandbox.dcId,
  }: { saved?: string; connection?: typeof ConnectionTCPFull; dcId?: number } = {},
): Promise<TelegramClient> => {
  const { resolveAddress } = pointGramjsAt(sandbox)
  class LocalSocket extends PromisedNetSockets {
    override async connect(): Promise<this> {
      const { host, port } = resolveAddress({ dcId })
      await super.connect(port, host)
      ;(this as unknown as { client?: { setNoDelay(on: boolean): void } }).client?.setNoDelay(true)
      return this
    }
  }
  const session = new StringSession(saved)
  if (saved === '') session.setDC(dcId, sandbox.host, 443)
  const client = new TelegramClient(session, 12_345, 'not-a-real-hash', {
    networkSocket: LocalSocket as never,
    ...(connection ? { connection } : {}),
    connectionRetries: 3,
    retryDelay: 50,
    floodSleepThreshold: -1,
    securityChecks: true,
    baseLogger: new Logger(LogLevel.NONE),
  } as never)
  await client.connect()
  return client
}

export const savedSession = (client: TelegramClient): string => String(client.session.save())

/** Signs in as a seeded account. */
export const signIn = async (
  client: TelegramClient,
  account: { phone: string; code: string; password: string | null },
): Promise<void> => {
  const sent = (await client.invoke(
    new Api.auth.SendCode({
      phoneNumber: account.phone,
      apiId: 12_345,
      apiHash: 'not-a-real-hash',
      settings: new Api.CodeSettings({}),
    }),
  )) as Api.auth.SentCode
  try {
    await client.invoke(
      new Api.auth.SignIn({
        phoneNumber: account.phone,
        phoneCodeHash: sent.phoneCodeHash,
        phoneCode: account.code,
      }),
    )
  } catch (error) {
    if (errorOf(error) !== 'SESSION_PASSWORD_NEEDED' || account.password === null) throw error
    await givePassword(client, account.password)
  }
}

export const givePassword = async (client: TelegramClient, password: string): Promise<void> => {
  const request = await client.invoke(new Api.account.GetPassword())
  await client.invoke(new Api.auth.CheckPassword({ password: await computeCheck(request, password) }))
}

/** The text of an RPC error. */
const errorOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'errorMessage' in error
    ? String(error.errorMessage)
    : String(error)

/** The text of the RPC error that a call ends in; 'no error' when it does not. */
export const refusal = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no error',
    (error: unknown) => errorOf(error),
  )
