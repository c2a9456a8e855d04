import type { RouteAttempt } from '../../contract/index.ts'
import type { Clock, Log, Timers } from '../ports.ts'
import type { DialogCursor, DialogPage, Identity, Peer, Topic } from './values/chats.ts'
import type { Answer } from './values/failures.ts'
import type { FilePart, MediaSpec, OutgoingMedia, RemoteFile, SavedFile } from './values/files.ts'
import type { OutgoingMessage, Placement, PublishedMessage, ScheduledMessage } from './values/messages.ts'
import type { LoginToken, Me, SentCode, SignedIn, StoredSession } from './values/people.ts'

export type * from './values/chats.ts'
export type * from './values/failures.ts'
export type * from './values/files.ts'
export type * from './values/messages.ts'
export type * from './values/people.ts'

// The one door to Telegram. Everything that passes it is a value of ours, so that the library behind it can be
// replaced without touching a feature. Times are Unix seconds, Telegram's own unit.

/** Something happened; a reason to look, never a proof. Hints can be lost. */
export type Hint =
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'signed-out' }
  /** Somebody has confirmed the login token on a telephone. */
  | { readonly kind: 'login-token' }
  | { readonly kind: 'scheduled-changed'; readonly chatId: string | null }
  | { readonly kind: 'published'; readonly chatId: string | null }

/** What the connection to Telegram goes through. */
export type Proxy =
  | {
      readonly kind: 'socks5'
      readonly host: string
      readonly port: number
      readonly username: string
      readonly password: string
    }
  /** `secret`: 16 bytes. */
  | { readonly kind: 'mtproxy'; readonly host: string; readonly port: number; readonly secret: Uint8Array }

export type ConnectionOptions = {
  /** A sign-in may be sent on to another data centre; an account's connection finds out at once whether it is signed in. */
  readonly purpose: 'sign-in' | 'account'
  readonly session: StoredSession | null
  readonly apiId: number
  readonly apiHash: string
  readonly device: { readonly appVersion: string; readonly language: string }
  readonly proxy?: Proxy | null
  /** Told of every address tried, for a person who wonders why Telegram is not reached. */
  readonly onAttempt?: (attempt: RouteAttempt) => void
  /** A session was made, or moved to another data centre by a sign-in. It is worth keeping once that has succeeded. */
  readonly onSession: (session: StoredSession) => void
  readonly onHint: (hint: Hint) => void
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}

/**
 * One account's line to Telegram. Calls are carried out one at a time, in order. After `UNCERTAIN` or a `disconnected`
 * hint the line is dead for good: no request of it can leave any more; make a new one.
 */
export type TelegramConnection = {
  /** Answers with Telegram's clock. */
  connect(): Answer<{ readonly serverTime: number }>
  /** Frees everything; calls still waiting answer `OFFLINE`, or `UNCERTAIN` when they may have left. */
  destroy(): Promise<void>

  sendCode(phone: string): Answer<SentCode>
  resendCode(phone: string, hash: string): Answer<SentCode>
  cancelCode(phone: string, hash: string): Answer<null>
  /** `by`: where the code came to, since Telegram wants those of an e-mail in another field. */
  signIn(phone: string, hash: string, code: string, by?: 'phone' | 'email'): Answer<SignedIn>
  /**
   * A token to show, never to one of the accounts `except`; asked again after it was confirmed, it signs in, in another
   * data centre if need be.
   */
  loginToken(except: readonly string[]): Answer<LoginToken>
  passwordHint(): Answer<string | null>
  checkPassword(password: string): Answer<Me>
  logOut(): Answer<null>
  me(): Answer<Me>
  /** Since when Telegram has frozen the account, Unix seconds; null when it has not (core.telegram.org/api/auth#frozen-accounts). */
  frozenSince(): Answer<number | null>

  /** At most 100 dialogs after `cursor`. */
  dialogs(cursor: DialogCursor | null): Answer<DialogPage>
  /** Seconds between two messages of one member; 0 without slow mode. */
  slowMode(peer: Peer): Answer<number>
  /** At most 100 topics of a forum, closed ones included; none elsewhere. */
  topics(peer: Peer): Answer<readonly Topic[]>
  /** Whom this account may write as in a channel or supergroup; none elsewhere. */
  sendAs(peer: Peer): Answer<readonly Identity[]>
  /** Saves a part of a file at Telegram; the same part again is harmless. */
  saveFilePart(part: FilePart): Answer<null>
  /** Makes a file of saved parts that can be sent, again and again, to any chat (messages.uploadMedia). */
  makeMedia(peer: Peer, file: SavedFile, spec: MediaSpec, thumbnail: Uint8Array | null): Answer<RemoteFile>
  /** Places a message, or an album, in the chat's own queue at Telegram. */
  schedule(message: OutgoingMessage): Answer<Placement>
  /** The whole queue of a chat. */
  scheduledHistory(peer: Peer): Answer<readonly ScheduledMessage[]>
  /** `ids` are of scheduled messages; published messages with the same numbers are never touched. */
  deleteScheduled(peer: Peer, ids: readonly number[]): Answer<null>
  /** Changes text, date or file in place; the message stays scheduled. Of an album `id` tells whose file it is. */
  editScheduled(
    peer: Peer,
    id: number,
    change: {
      readonly at: number
      readonly content?: Pick<OutgoingMessage, 'text' | 'entities' | 'noWebpage'>
      readonly file?: Pick<OutgoingMedia, 'file' | 'spoiler'>
    },
  ): Answer<null>
  sendScheduledNow(peer: Peer, ids: readonly number[]): Answer<null>
  /** Own published messages dated from `from` to `to`, both included. */
  publishedBetween(peer: Peer, from: number, to: number): Answer<readonly PublishedMessage[]>
}

export type TelegramGateway = (options: ConnectionOptions) => TelegramConnection
