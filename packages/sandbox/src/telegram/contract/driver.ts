import type { TelegramSandbox } from '../index.ts'

/** A client library as it comes from npm: only its public options are used. */
export type Driver = {
  readonly name: string
  readonly layer: number
  /** Connects with nothing, or with what `saved` gave. */
  readonly open: (sandbox: TelegramSandbox, saved?: string) => Promise<Client>
}

export type ScheduledMessage = { readonly id: number; readonly text: string; readonly date: number }

export type Upload = { readonly name: string; readonly bytes: Buffer }

/** One connected client. Calls are refused with an Error whose message is that of Telegram, e.g. PHONE_CODE_INVALID. */
export type Client = {
  /** The code's hash, and how it was sent: the name of the auth.sentCodeType* after that prefix, e.g. App. */
  readonly sendCode: (phone: string) => Promise<{ hash: string; type: string }>
  /** The first name of who signed in. */
  readonly signIn: (phone: string, hash: string, code: string) => Promise<string>
  readonly givePassword: (password: string) => Promise<string>
  /** Shows each token until one is accepted and the sign-in done; gives the first name. */
  readonly signInByQr: (show: (token: Uint8Array) => void, password?: string) => Promise<string>
  readonly me: () => Promise<string>
  readonly titles: () => Promise<readonly string[]>
  /** By part of the title; dates are in seconds. */
  readonly schedule: (chat: string, text: string, date: number) => Promise<number>
  readonly scheduled: (chat: string) => Promise<readonly ScheduledMessage[]>
  readonly edit: (chat: string, id: number, text: string, date: number) => Promise<void>
  readonly sendNow: (chat: string, id: number) => Promise<void>
  readonly unschedule: (chat: string, id: number) => Promise<void>
  readonly scheduleFile: (chat: string, file: Upload, caption: string, date: number) => Promise<void>
  readonly scheduleAlbum: (
    chat: string,
    files: readonly Upload[],
    caption: string,
    date: number,
  ) => Promise<void>
  /** Texts, the newest first. */
  readonly history: (chat: string) => Promise<readonly string[]>
  /** Names of the updates seen, e.g. updateNewMessage, and the texts of the messages in them. */
  readonly seen: { readonly updates: readonly string[]; readonly texts: readonly string[] }
  readonly saved: () => Promise<string>
  readonly logOut: () => Promise<void>
  readonly close: () => Promise<void>
}
