import type { CodeDelivery, ErrorCode, MediaKind, RouteAttempt, TextEntity } from '../../contract/index.ts'
import type { Result } from '../failure.ts'
import type { Clock, Log, Timers } from '../ports.ts'

// The one door to Telegram. Everything that passes it is a value of ours, so that the library behind it can be
// replaced without touching a feature. Times are Unix seconds, Telegram's own unit.

/** What the caller has to do about a failure. */
export type Reaction =
  /** Pause the whole account for `waitSeconds`. */
  | 'WAIT'
  /** Pause this chat for `waitSeconds`. */
  | 'WAIT_TARGET'
  /** Telegram is in trouble: try again a little later. */
  | 'BACKOFF'
  /** This chat cannot receive it: go on with the others. */
  | 'SKIP'
  /** The content or the date is wrong everywhere: a person has to correct it. */
  | 'FIX'
  /** What we know of the chat is stale: read it again, try once more. */
  | 'REFRESH'
  /** Already in the wanted state. */
  | 'DONE'
  /** The session is gone: sign in again. */
  | 'RELOGIN'
  /** Telegram restricts the account: nothing more may leave from it. */
  | 'STOP'
  /** Only meets a sign-in, and is answered there. */
  | 'LOGIN'
  /** Our fault, or too old a version. */
  | 'APP'
  /** The request may or may not have been carried out. */
  | 'UNCERTAIN'
  /** It was certainly not carried out: there is no connection. */
  | 'OFFLINE'

export type TelegramFailure = {
  readonly reaction: Reaction
  readonly code: ErrorCode
  /** Telegram's name for it, `%d` for numbers, or a name of ours in lower case; fit for a log. */
  readonly rpc: string
  readonly waitSeconds?: number
}

export type Answer<T> = Promise<Result<T, TelegramFailure>>

/** What has to be kept to come back without signing in. `key` is the account: whoever has it is the account. */
export type StoredSession = {
  readonly dcId: number
  readonly host: string
  readonly port: number
  /** 256 bytes. */
  readonly key: Uint8Array
}

/** Addresses a chat without any look-up. Access hashes belong to one account and are useless to another. */
export type Peer =
  | { readonly kind: 'self' }
  | { readonly kind: 'user'; readonly id: string; readonly accessHash: string }
  | { readonly kind: 'group'; readonly id: string }
  | { readonly kind: 'channel'; readonly id: string; readonly accessHash: string }

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

/** A chat as the dialog list tells it. `id` is the marked id (`-100…` for channels and supergroups). */
export type DialogChat = {
  readonly id: string
  readonly peer: Peer
  readonly title: string
  readonly username: string | null
  readonly kind: 'saved' | 'user' | 'group' | 'supergroup' | 'channel'
  readonly forum: boolean
  readonly memberCount: number | null
  readonly canPost: boolean
  /** What else than text may be posted there. */
  readonly mediaKinds: readonly MediaKind[]
  /** Stars asked for each message; 0 nearly everywhere. */
  readonly paidStars: number
  readonly admin: boolean
  /** The dialog list only tells whether there is a slow mode; `slowMode` tells how slow. */
  readonly slowMode: boolean
  /** Marked id of the supergroup that a basic group became. */
  readonly migratedTo: string | null
}

export type Topic = { readonly id: number; readonly title: string; readonly closed: boolean }
/** `id` is a marked id. */
export type Identity = {
  readonly id: string
  readonly peer: Peer
  readonly title: string
  readonly premiumRequired: boolean
}

/** Where the next page of dialogs starts; opaque to the caller. */
export type DialogCursor = { readonly date: number; readonly messageId: number; readonly peer: Peer }
export type DialogPage = {
  readonly chats: readonly DialogChat[]
  readonly next: DialogCursor | null
}

/** A file that Telegram has, for one account. It can be used again until its `reference` (base64) goes stale. */
export type RemoteFile = {
  readonly kind: 'photo' | 'document'
  readonly id: string
  readonly accessHash: string
  readonly reference: string
}

/** A file whose parts have been saved. `fileId`: a 64-bit number of ours, in decimal; `big`: of more than 10 MB. */
export type SavedFile = {
  readonly fileId: string
  readonly parts: number
  readonly big: boolean
  readonly name: string
}

/** What Telegram is to make of a saved file. Pixels and seconds. */
export type MediaSpec = {
  readonly kind: MediaKind
  readonly mime: string
  readonly name: string
  readonly width: number | null
  readonly height: number | null
  readonly duration: number | null
  /** False of a film that plays once it has come whole. */
  readonly streamable?: boolean | undefined
  readonly spoiler: boolean
}

/** One part of a file: 512 KiB, the last one less. */
export type FilePart = Pick<SavedFile, 'fileId' | 'parts' | 'big'> & {
  readonly part: number
  readonly bytes: Uint8Array
}

/** A file in a message; every message of an album has a `random_id` of its own. */
export type OutgoingMedia = {
  readonly file: RemoteFile
  readonly spoiler: boolean
  readonly randomId: string
}

export type OutgoingMessage = {
  readonly peer: Peer
  /** In the order of the album; the first has the message's `randomId`, and the text is its caption. */
  readonly media?: readonly OutgoingMedia[]
  readonly text: string
  readonly entities: readonly TextEntity[]
  readonly silent: boolean
  readonly noWebpage: boolean
  /** Unix seconds. */
  readonly at: number
  /** Signed 64-bit number, never zero, in decimal: Telegram accepts one message per value. */
  readonly randomId: string
  /** A topic of a forum; the general one needs none. */
  readonly topicId?: number
  readonly sendAs?: Peer
}

/**
 * `id` is of the chat's scheduled messages or of its published ones: two spaces that share numbers. `parts`: of an album,
 * every message in its order, `id` first.
 */
export type Placement = {
  readonly kind: 'scheduled' | 'published'
  readonly id: number
  readonly at: number
  readonly parts?: readonly number[]
  /** Telegram's numbers of its files, in the same order. */
  readonly files?: readonly string[]
}

/** `other`: something this application does not write (a poll, a place…). */
export type SeenMedia = MediaKind | 'other'

export type ScheduledMessage = {
  readonly id: number
  readonly at: number
  readonly text: string
  readonly entities: readonly TextEntity[]
  /** One for each message of an album, which counts as one here. */
  readonly media: readonly SeenMedia[]
  /** Telegram's number of each of these files; '' for what is none. */
  readonly files?: readonly string[]
  /** The numbers of all its messages, `id` first; only of an album. */
  readonly parts?: readonly number[]
}

export type PublishedMessage = {
  readonly id: number
  readonly at: number
  readonly text: string
  readonly entities: readonly TextEntity[]
  readonly media: readonly SeenMedia[]
  readonly fromScheduled: boolean
}

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
