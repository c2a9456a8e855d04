import type { ChatId, Finding } from '../../contract/index.ts'
import { fitsOneAlbum, MAX_FILE_BYTES, MAX_FILE_BYTES_DEFAULT, refusedAsPhoto } from '../messages/index.ts'
import { finding, type Facts } from './finding.ts'

const MEGABYTE = 1024 * 1024

/** What is to know about the files themselves. */
export function aboutFiles({ draft, premium, hasFile }: Facts): Finding[] {
  const found: Finding[] = []
  if (!fitsOneAlbum(draft.media)) found.push(finding('blocker', 'plan/album-mixed'))
  for (const file of draft.media) {
    const { name, size } = file
    if (!hasFile(file.id)) found.push(finding('blocker', 'media/unknown', { name }))
    else if (size > MAX_FILE_BYTES)
      found.push(finding('blocker', 'media/too-large', { name, limit: MAX_FILE_BYTES / MEGABYTE }))
    else if (size > MAX_FILE_BYTES_DEFAULT && !premium)
      found.push(
        finding('blocker', 'telegram/premium-required', { name, limit: MAX_FILE_BYTES_DEFAULT / MEGABYTE }),
      )
    else if (refusedAsPhoto(file)) found.push(finding('blocker', 'media/photo-refused', { name }))
  }
  return found
}

/** What the rights, topics and senders of the chats, as last read, say about this message. */
export function aboutPlaces({ draft, chat, premium }: Facts): Finding[] {
  const chatIds = [...new Set(draft.chatIds)]
  const where = (refuses: (id: ChatId) => boolean): readonly ChatId[] => chatIds.filter(refuses)
  const kinds = new Set(draft.media.map(({ kind }) => kind))
  const placeOf = new Map(draft.places.map(place => [place.chatId, place]))
  const topicOf = (id: ChatId) => placeOf.get(id)?.topicId ?? null
  const senderOf = (id: ChatId) => placeOf.get(id)?.sendAs ?? null
  const sender = (id: ChatId) => chat(id)?.sendAs.find(one => one.id === senderOf(id))
  const topicGone = (id: ChatId): boolean => {
    const [topicId, known] = [topicOf(id), chat(id)]
    if (topicId === null || known === null) return false
    // Topics beyond those that were read are not known here: Telegram decides.
    const topic = known.topics.find(one => one.id === topicId)
    return !known.forum || (topic?.closed === true && !known.admin)
  }
  const said: readonly [readonly ChatId[], Finding['severity'], Finding['code'], object?][] = [
    [
      where(id => [...kinds].some(kind => chat(id)?.mediaKinds.includes(kind) === false)),
      ...(['blocker', 'telegram/kind-not-allowed-in-chat'] as const),
    ],
    [
      // Administrators are under no slow mode, and are told of none.
      where(id => draft.media.length > 1 && (chat(id)?.slowModeSeconds ?? 0) > 0),
      ...(['blocker', 'telegram/slow-mode-album'] as const),
    ],
    [where(topicGone), 'blocker', 'telegram/topic-gone'],
    [where(id => senderOf(id) !== null && sender(id) === undefined), 'blocker', 'telegram/send-as-refused'],
    [
      where(id => sender(id)?.premiumRequired === true && !premium),
      ...(['blocker', 'telegram/premium-required'] as const),
    ],
    [where(id => (chat(id)?.paidStars ?? 0) > 0), 'blocker', 'telegram/payment-required'],
  ]
  return said.flatMap(([ids, severity, code]) =>
    ids.length === 0 ? [] : [finding(severity, code, { count: ids.length }, ids)],
  )
}
