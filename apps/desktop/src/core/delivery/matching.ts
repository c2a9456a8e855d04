import type { TextEntity } from '../../contract/index.ts'
import type { PublishedMessage, ScheduledMessage, SeenMedia } from '../telegram/gateway.ts'
import type { Sight } from './machine.ts'

// Scheduled messages do not carry their `random_id`, so ours are recognised by their number where it is known, else by
// date, text and formatting. Every message found belongs to one delivery at most.

/** How a message may look. */
export type Form = {
  readonly at: number
  readonly text: string
  readonly entities: readonly TextEntity[]
  readonly media?: readonly SeenMedia[]
  /** Telegram's numbers of its files; null where they are not known. */
  readonly files?: readonly string[] | null
}

export type Wanted = Form & {
  readonly id: string
  readonly scheduledId: number | null
  /** Of an album the numbers of all its messages, as far as they are known. */
  readonly scheduledIds?: readonly number[]
  readonly movedTo: number | null
  /** As a request that may have been carried out wants it. */
  readonly wished?: Form | null
  /** The text that another device gave it. */
  readonly theirs?: Pick<Form, 'text'> | null
  /** What was asked of Telegram besides, with an outcome that is not known yet. */
  readonly sent?: 'send-now' | 'cancel' | null
}

/** `wished`: found as its wish wants it. `message`: what stands in the queue, when it is neither ours nor the wish's. */
export type Found = {
  readonly sight: Sight
  readonly wished: boolean
  readonly message: ScheduledMessage | null
  /** The numbers of an album's messages, and of the files, where it is in the queue. */
  readonly parts: readonly number[] | null
  readonly files: readonly string[] | null
}

/** `others`: what the queue holds beside our messages. */
export type Matched = {
  readonly found: ReadonlyMap<string, Found>
  readonly others: readonly ScheduledMessage[]
}

/** Published messages are dated when the server got to them. */
export const PUBLISHED_LATE_SECONDS = 15 * 60

/**
 * What became of each delivery of one chat, from its queue and its history. `ownPublished` are ids that other deliveries
 * of ours are known to have become.
 */
export function match(
  wanted: readonly Wanted[],
  queue: readonly ScheduledMessage[],
  published: readonly PublishedMessage[],
  ownPublished: ReadonlySet<number>,
): Matched {
  const found = new Map<string, Found>()
  const free = new Map(queue.map(message => [message.id, message]))
  const open = (): readonly Wanted[] => wanted.filter(({ id }) => !found.has(id)).sort((a, b) => a.at - b.at)

  for (const delivery of wanted) {
    // Of an album any message may have been removed on another device, the first one too.
    const ids = delivery.scheduledIds ?? [delivery.scheduledId]
    const isIt = ({ id, parts = [id] }: ScheduledMessage): boolean => parts.some(part => ids.includes(part))
    const known =
      delivery.scheduledId === null
        ? undefined
        : (free.get(delivery.scheduledId) ?? (ids.length > 1 ? [...free.values()].find(isIt) : undefined))
    if (known === undefined) continue
    free.delete(known.id)
    found.set(delivery.id, foundQueued(delivery, known))
  }
  for (const delivery of open()) {
    const sameDate = [...free.values()].filter(
      message => message.at === delivery.at && sameText(delivery, message),
    )
    // Formatting tells two of them apart, but Telegram may rewrite it (links), so it alone decides nothing.
    const same = sameDate.find(message => sameFormatting(delivery, message)) ?? sameDate[0]
    if (same === undefined) continue
    free.delete(same.id)
    found.set(delivery.id, {
      sight: { kind: 'scheduled', id: same.id },
      ...{ wished: false, message: null, parts: same.parts ?? null, files: same.files ?? null },
    })
  }
  const posts = published
    .filter(message => message.fromScheduled && !ownPublished.has(message.id))
    .sort((a, b) => a.at - b.at)
  for (const { isIt, wished } of waysOut)
    for (const delivery of open().toSorted((a, b) => turnOf(a) - turnOf(b))) {
      const post = posts.find(message => isIt(delivery, message))
      if (post === undefined) continue
      posts.splice(posts.indexOf(post), 1)
      found.set(delivery.id, {
        sight: { kind: 'published', id: post.id, at: post.at },
        ...{ wished, message: null, parts: null, files: null },
      })
    }
  for (const { id } of open())
    found.set(id, { sight: { kind: 'nowhere' }, wished: false, message: null, parts: null, files: null })
  return { found, others: [...free.values()] }
}

function foundQueued(delivery: Wanted, message: ScheduledMessage): Found {
  const { id, at, parts = null, files = null } = message
  const same = (form: Form): boolean =>
    at === form.at &&
    sameText(form, message) &&
    sameFormatting(form, message) &&
    sameFiles(form.files ?? null, files)
  const seen = { parts, files }
  if (delivery.wished != null && same(delivery.wished))
    return { sight: { kind: 'scheduled', id }, wished: true, message: null, ...seen }
  if (same(delivery)) return { sight: { kind: 'scheduled', id }, wished: false, message: null, ...seen }
  return { sight: { kind: 'changed', id, at }, wished: false, message, ...seen }
}

/** Of two that say the same, what was to be published at once comes first, what was to be deleted last. */
const turnOf = ({ sent }: Wanted): number => (sent === 'send-now' ? 0 : sent === 'cancel' ? 2 : 1)

type IsIt = (delivery: Wanted, message: PublishedMessage) => boolean

const dueWithin = (date: number, message: PublishedMessage): boolean =>
  message.at >= date && message.at <= date + PUBLISHED_LATE_SECONDS

const cameOutAsWished: IsIt = ({ wished }, message) =>
  wished != null && dueWithin(wished.at, message) && sameText(wished, message)

const cameOutAtItsDate: IsIt = (delivery, message) => {
  const date = delivery.movedTo ?? delivery.at
  if (!dueWithin(date, message)) return false
  // Changed on another device: its text is not ours any more, only its date tells.
  return sameText(delivery, message) || (delivery.movedTo !== null && message.at === date)
}

const wasSentEarly: IsIt = (delivery, message) =>
  message.at < (delivery.movedTo ?? delivery.at) &&
  (sameText(delivery, message) || (delivery.theirs != null && sameWords(delivery.theirs.text, message.text)))

const wasSentEarlyAsWished: IsIt = ({ wished }, message) =>
  wished != null && message.at < wished.at && sameText(wished, message)

/** First what came out at its date, then what was sent before it, here or from another device. */
const waysOut: readonly { readonly isIt: IsIt; readonly wished: boolean }[] = [
  { isIt: cameOutAsWished, wished: true },
  { isIt: cameOutAtItsDate, wished: false },
  { isIt: wasSentEarly, wished: false },
  { isIt: wasSentEarlyAsWished, wished: true },
]

type Text = Pick<Form, 'text' | 'entities' | 'media'>

const sameText = (ours: Text, theirs: Text): boolean =>
  (theirs.media ?? []).join() === (ours.media ?? []).join() && sameWords(ours.text, theirs.text)

/** Another picture of the same kind is another file; what nobody has seen yet differs from nothing. */
const sameFiles = (ours: readonly string[] | null, theirs: readonly string[] | null): boolean =>
  ours === null || theirs === null || ours.join() === theirs.join()

const sameWords = (a: string, b: string): boolean => a.trim() === b.trim()

/** Telegram adds entities of its own (links, mentions), so ours must be among those found. */
function sameFormatting(ours: Text, theirs: Text): boolean {
  const have = new Set(theirs.entities.map(keyOf))
  return ours.entities.every(entity => have.has(keyOf(entity)))
}

type Carried = Required<Pick<Form, 'media' | 'files'>>

export const sameMedia = (ours: Carried, theirs: Carried): boolean =>
  ours.media.join() === theirs.media.join() && sameFiles(ours.files, theirs.files)

const keyOf = ({ type, offset, length, url }: TextEntity): string =>
  `${type}/${offset}/${length}/${url?.replace(/\/$/, '') ?? ''}`
