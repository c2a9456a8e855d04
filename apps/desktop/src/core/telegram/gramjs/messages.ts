import type { PublishedMessage, ScheduledMessage, SeenMedia } from '../gateway.ts'
import { Api } from './library.ts'
import { remoteFileOf } from './media.ts'
import { entitiesOf } from './values.ts'

/** A message that may be one of an album. */
export type Grouped<M> = M & { readonly groupedId: string | null }

const mediaOf = (message: Api.Message): readonly SeenMedia[] => {
  const media = seenMedia(message.media)
  return media === null ? [] : [media]
}

/** Of the file of each of these media. */
export const filesOf = ({ media }: Api.Message): readonly string[] =>
  seenMedia(media) === null ? [] : [media == null ? '' : (remoteFileOf(media)?.id ?? '')]

/** The messages of an album as one, dated and worded as its caption is. */
export function albumsOf<M extends Pick<ScheduledMessage, 'id' | 'text' | 'entities' | 'media' | 'files'>>(
  messages: readonly Grouped<M>[],
): (M & { readonly parts?: readonly number[] })[] {
  const albums = new Map<string, Grouped<M>[]>()
  for (const message of messages) {
    const key = message.groupedId ?? `alone ${message.id}`
    albums.set(key, [...(albums.get(key) ?? []), message])
  }
  return [...albums.values()].map(album => {
    const all = album.toSorted((a, b) => a.id - b.id)
    const [first] = all as [Grouped<M>, ...Grouped<M>[]]
    const { groupedId: _, ...alone } = first
    if (all.length === 1) return alone as unknown as M
    const { text, entities } = all.find(message => message.text !== '') ?? first
    return {
      ...(alone as unknown as M),
      ...{ text, entities },
      media: all.flatMap(message => message.media),
      files: all.flatMap(message => message.files ?? []),
      parts: all.map(({ id }) => id),
    }
  })
}

export const scheduledMessage = (message: Api.Message): Grouped<ScheduledMessage> => ({
  id: message.id,
  at: message.date,
  text: message.message,
  entities: entitiesOf(message.entities),
  media: mediaOf(message),
  files: filesOf(message),
  groupedId: message.groupedId?.toString() ?? null,
})

export const publishedMessage = (message: Api.Message): Grouped<PublishedMessage> => ({
  id: message.id,
  at: message.date,
  text: message.message,
  entities: entitiesOf(message.entities),
  media: mediaOf(message),
  fromScheduled: message.fromScheduled === true,
  groupedId: message.groupedId?.toString() ?? null,
})

/** What a message carries, without the previews of links. */
function seenMedia(media: Api.TypeMessageMedia | null | undefined): SeenMedia | null {
  if (media == null || media instanceof Api.MessageMediaEmpty || media instanceof Api.MessageMediaWebPage)
    return null
  if (media instanceof Api.MessageMediaPhoto) return 'photo'
  if (!(media instanceof Api.MessageMediaDocument) || !(media.document instanceof Api.Document))
    return 'other'
  const { attributes } = media.document
  const animated = attributes.some(one => one instanceof Api.DocumentAttributeAnimated)
  const sticker = attributes.some(one => one instanceof Api.DocumentAttributeSticker)
  const video = attributes.find(one => one instanceof Api.DocumentAttributeVideo)
  const audio = attributes.find(one => one instanceof Api.DocumentAttributeAudio)
  if (sticker || video?.roundMessage === true) return 'other'
  if (animated) return 'animation'
  if (video !== undefined) return 'video'
  if (audio !== undefined) return audio.voice === true ? 'voice' : 'audio'
  return 'document'
}
