import type { MediaKind, TextEntity } from '../../../contract/index.ts'
import type { Peer } from './chats.ts'
import type { OutgoingMedia } from './files.ts'

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
