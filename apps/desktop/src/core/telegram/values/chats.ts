import type { MediaKind } from '../../../contract/index.ts'

/** Addresses a chat without any look-up. Access hashes belong to one account and are useless to another. */
export type Peer =
  | { readonly kind: 'self' }
  | { readonly kind: 'user'; readonly id: string; readonly accessHash: string }
  | { readonly kind: 'group'; readonly id: string }
  | { readonly kind: 'channel'; readonly id: string; readonly accessHash: string }

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
