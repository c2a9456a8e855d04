import type { TextEntity } from '../../contract/index.ts'
import type { PublishedMessage, ScheduledMessage } from '../telegram/gateway.ts'
import type { Sight } from './machine.ts'

// Scheduled messages do not carry their `random_id`, so ours are recognised by their number where it is known, else by
// date, text and formatting. Every message found belongs to one delivery at most.

export type Wanted = {
  readonly id: string
  readonly at: number
  readonly text: string
  readonly entities: readonly TextEntity[]
  readonly scheduledId: number | null
  readonly movedTo: number | null
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
): ReadonlyMap<string, Sight> {
  const found = new Map<string, Sight>()
  const free = new Map(queue.map(message => [message.id, message]))
  const open = (): readonly Wanted[] => wanted.filter(({ id }) => !found.has(id)).sort((a, b) => a.at - b.at)

  for (const delivery of wanted) {
    const known = delivery.scheduledId === null ? undefined : free.get(delivery.scheduledId)
    if (known === undefined) continue
    free.delete(known.id)
    found.set(delivery.id, sightOf(delivery, known))
  }
  for (const delivery of open()) {
    const sameDate = [...free.values()].filter(
      message => message.at === delivery.at && sameText(delivery, message),
    )
    // Formatting tells two of them apart, but Telegram may rewrite it (links), so it alone decides nothing.
    const same = sameDate.find(message => sameFormatting(delivery, message)) ?? sameDate[0]
    if (same === undefined) continue
    free.delete(same.id)
    found.set(delivery.id, { kind: 'scheduled', id: same.id })
  }
  const posts = published
    .filter(message => message.fromScheduled && !ownPublished.has(message.id))
    .sort((a, b) => a.at - b.at)
  // First what came out at its date, then what another device sent before it.
  for (const isIt of [cameOutAtItsDate, wasSentEarly])
    for (const delivery of open()) {
      const post = posts.find(message => isIt(delivery, message))
      if (post === undefined) continue
      posts.splice(posts.indexOf(post), 1)
      found.set(delivery.id, { kind: 'published', id: post.id })
    }
  for (const { id } of open()) found.set(id, { kind: 'nowhere' })
  return found
}

function sightOf(delivery: Wanted, message: ScheduledMessage): Sight {
  return message.at === delivery.at && sameText(delivery, message) && sameFormatting(delivery, message)
    ? { kind: 'scheduled', id: message.id }
    : { kind: 'changed', id: message.id, at: message.at }
}

function cameOutAtItsDate(delivery: Wanted, message: PublishedMessage): boolean {
  const date = delivery.movedTo ?? delivery.at
  if (message.at < date || message.at > date + PUBLISHED_LATE_SECONDS) return false
  // Changed on another device: its text is not ours any more, only its date tells.
  return sameText(delivery, message) || (delivery.movedTo !== null && message.at === date)
}

const wasSentEarly = (delivery: Wanted, message: PublishedMessage): boolean =>
  message.at < (delivery.movedTo ?? delivery.at) && sameText(delivery, message)

type Text = { readonly text: string; readonly entities: readonly TextEntity[]; readonly media?: boolean }

const sameText = (ours: Text, theirs: Text): boolean =>
  theirs.media !== true && ours.text.trim() === theirs.text.trim()

/** Telegram adds entities of its own (links, mentions), so ours must be among those found. */
function sameFormatting(ours: Text, theirs: Text): boolean {
  const have = new Set(theirs.entities.map(keyOf))
  return ours.entities.every(entity => have.has(keyOf(entity)))
}

const keyOf = ({ type, offset, length, url }: TextEntity): string =>
  `${type}/${offset}/${length}/${url?.replace(/\/$/, '') ?? ''}`
