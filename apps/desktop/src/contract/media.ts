import { z } from 'zod'
import { Done } from './common.ts'
import { method } from './define.ts'

/** Names the contents: the same file added twice is one. Means nothing outside this installation. */
export const MediaId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand('MediaId')
export type MediaId = z.infer<typeof MediaId>

/** How a file appears in a message; each is a right of its own in groups (core.telegram.org/constructor/chatBannedRights). */
export const MediaKind = z.enum(['photo', 'video', 'animation', 'audio', 'voice', 'document'])
export type MediaKind = z.infer<typeof MediaKind>

export { MAX_ALBUM } from './limits.ts'

const Facts = {
  name: z.string().min(1).max(255),
  mime: z.string().max(127),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  /** Pixels; null where it is not a picture, or not known. */
  width: z.number().int().positive().nullable(),
  height: z.number().int().positive().nullable(),
  /** Seconds. */
  duration: z.number().nonnegative().nullable(),
  /** False of a film whose index comes last: it plays once it has come whole. */
  streamable: z.boolean().optional(),
} as const

/** A file in the profile. `kind` is what it would be sent as; anything may also be sent as a `document`. */
export const MediaFile = z.object({ id: MediaId, kind: MediaKind, ...Facts, thumbnail: z.boolean() })
export type MediaFile = z.infer<typeof MediaFile>

/** A file of a message. `kind: 'document'` sends a picture or a film as it is, uncompressed. */
export const PlanMedia = z.strictObject({
  id: MediaId,
  kind: MediaKind,
  ...Facts,
  spoiler: z.boolean().default(false),
})
export type PlanMedia = z.infer<typeof PlanMedia>

/** Where each file of an album is drawn, in percent of its width and height; `aspect` is width by height. */
export const AlbumLayout = z.object({
  aspect: z.number().positive(),
  tiles: z.array(
    z.object({ id: MediaId, x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  ),
})
export type AlbumLayout = z.infer<typeof AlbumLayout>

/** Bytes of a file in one answer of `media.read`. */
export const MAX_MEDIA_READ = 512 * 1024

const Base64 = z.base64().max(280_000)

/** Files come in through `Bridge.addFile`, never through a call: a call is JSON. */
export const media = {
  /** Unknown ids are left out. */
  get: method(z.strictObject({ ids: z.array(MediaId).max(100) }), z.array(MediaFile)),
  /** What only a page can measure. `thumbnail`: a JPEG of at most 320 pixels a side, in base64; Telegram gets it too. */
  describe: method(
    z.strictObject({
      id: MediaId,
      width: Facts.width.optional(),
      height: Facts.height.optional(),
      duration: Facts.duration.optional(),
      thumbnail: Base64.optional(),
    }),
    MediaFile,
  ),
  /** A JPEG in base64, for a blob: address; null when `describe` never brought one. */
  thumbnail: method(z.strictObject({ id: MediaId }), z.object({ base64: Base64.nullable() })),
  /** A piece of the file in base64, at most `MAX_MEDIA_READ` bytes from `offset`; empty beyond its end. */
  read: method(
    z.strictObject({ id: MediaId, offset: z.number().int().nonnegative() }),
    z.object({ base64: z.string() }),
  ),
  /** Refused with `media/in-use` while a message still needs it; forgetting a draft's file needs no call. */
  remove: method(z.strictObject({ id: MediaId }), Done),
} as const

/** What a host says to its core while a file comes in; no page can. `bytes` are taken in order, at most 1 MiB at a time. */
export const intake = {
  begin: method(
    z.strictObject({ name: z.string().min(1).max(1024), size: z.number().int().nullable() }),
    z.object({ intake: z.string() }),
  ),
  write: method(z.strictObject({ intake: z.string(), bytes: z.instanceof(Uint8Array) }), Done),
  end: method(z.strictObject({ intake: z.string() }), MediaFile),
  abort: method(z.strictObject({ intake: z.string() }), Done),
} as const
