import type { MediaKind } from '../../../contract/index.ts'

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
