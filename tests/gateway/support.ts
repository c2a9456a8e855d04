import { pointGramjsAt, startTelegram, type TelegramSandbox } from '@autotele/sandbox/telegram'
import { onTestFinished } from 'vitest'
import type {
  ConnectionOptions,
  DialogChat,
  Hint,
  Me,
  OutgoingMessage,
  StoredSession,
  TelegramConnection,
  TelegramFailure,
} from '../../apps/desktop/src/core/telegram/gateway.ts'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/index.ts'

export const CAMILLE = { phone: '33639980001', code: '12345', password: 'tournesol' }
export const NASSIM = { phone: '33639980002', code: '54321' }

type Answered<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: TelegramFailure }

export const valueOf = <T>(answer: Answered<T>): T => {
  if (!answer.ok) throw new Error(`refused: ${answer.error.rpc}`)
  return answer.value
}
export const errorOf = (answer: Answered<unknown>): TelegramFailure => {
  if (answer.ok) throw new Error('not refused')
  return answer.error
}

/** A data centre of its own for one test; gone afterwards. */
export async function dataCentre(): Promise<TelegramSandbox> {
  const dc = await startTelegram({ log: () => undefined })
  onTestFinished(() => dc.stop())
  return dc
}

export type Client = {
  readonly line: TelegramConnection
  readonly hints: readonly Hint[]
  readonly lines: readonly string[]
  session(): StoredSession | null
}

/** A connection of the product to that data centre. `hurry.by` divides every time limit set from then on. */
export function client(
  dc: TelegramSandbox,
  {
    session = null,
    purpose = 'sign-in',
    hurry = { by: 1 },
  }: {
    session?: StoredSession | null
    purpose?: ConnectionOptions['purpose']
    hurry?: { readonly by: number }
  } = {},
): Client {
  let latest = session
  const hints: Hint[] = []
  const lines: string[] = []
  const line = createGramjsGateway(pointGramjsAt(dc))({
    purpose,
    session,
    apiId: 4242,
    apiHash: '0123456789abcdef0123456789abcdef',
    device: { appVersion: '9.9.9', language: 'fr' },
    onSession: next => {
      latest = next
    },
    onHint: hint => hints.push(hint),
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    timers: {
      after: (ms, run) => {
        const timer = setTimeout(run, ms / hurry.by)
        return () => clearTimeout(timer)
      },
    },
    log: (level, event, fields) => lines.push(JSON.stringify([level, event, fields])),
  })
  onTestFinished(() => line.destroy())
  return { line, hints, lines, session: () => latest }
}

/** Nassim, who has no second step, signed in. */
export async function signedIn(
  dc: TelegramSandbox,
  options: { hurry?: { readonly by: number } } = {},
): Promise<Client & { me: Me }> {
  const connected = client(dc, options)
  valueOf(await connected.line.connect())
  const sent = valueOf(await connected.line.sendCode(NASSIM.phone))
  const answer = valueOf(await connected.line.signIn(NASSIM.phone, sent.hash, NASSIM.code))
  if (answer.kind !== 'signed-in') throw new Error('a second step was asked for')
  return { ...connected, me: answer.me }
}

export async function chatCalled(line: TelegramConnection, part: string): Promise<DialogChat> {
  const { chats } = valueOf(await line.dialogs(null))
  const chat = chats.find(({ title }) => title.includes(part))
  if (chat === undefined) throw new Error(`no chat called ${part}`)
  return chat
}

export const message = (
  dc: TelegramSandbox,
  chat: DialogChat,
  over: Partial<OutgoingMessage> = {},
): OutgoingMessage => ({
  peer: chat.peer,
  text: 'Bonjour à tous',
  entities: [],
  silent: false,
  noWebpage: false,
  at: Math.floor(dc.clock.now() / 1000) + 3600,
  randomId: '-4242424242424242',
  ...over,
})

export async function until<T>(check: () => T): Promise<T> {
  const deadline = performance.now() + 10_000
  for (;;) {
    try {
      return check()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
}
