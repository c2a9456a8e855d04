import type { CodeDelivery } from '../../../contract/index.ts'

/** What has to be kept to come back without signing in. `key` is the account: whoever has it is the account. */
export type StoredSession = {
  readonly dcId: number
  readonly host: string
  readonly port: number
  /** 256 bytes. */
  readonly key: Uint8Array
}

export type Me = {
  readonly userId: string
  readonly name: string
  readonly username: string | null
  /** International, digits only. */
  readonly phone: string
  readonly premium: boolean
  readonly bot: boolean
}

export type SentCode = {
  readonly hash: string
  readonly delivery: CodeDelivery
  readonly length: number | null
  /** What Telegram shows of where it went, or of its beginning. */
  readonly trace: string | null
  /** Seconds until another code may be asked for, and how that one would come; null when there is no other way. */
  readonly next: { readonly afterSeconds: number; readonly delivery: CodeDelivery } | null
}

export type SignedIn = { readonly kind: 'signed-in'; readonly me: Me } | { readonly kind: 'password-needed' }

/** To be shown as a picture until `expires` (Unix seconds), or what has become of it. */
export type LoginToken =
  { readonly kind: 'token'; readonly token: Uint8Array; readonly expires: number } | SignedIn
