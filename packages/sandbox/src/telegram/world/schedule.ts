import { RpcError } from '../errors.ts'
import type { TlObject } from '../tl/value.ts'
import { checkWrite, deliver, sameEntities } from './messages.ts'
import type { Draft } from './messages.ts'
import { keyOfUser, splitKey } from './state.ts'
import type { Message, PeerKey } from './state.ts'
import { checkText } from './text.ts'
import type { WorldCore } from './world.ts'

// https://core.telegram.org/api/scheduled-messages

/** "When the other comes online", instead of a date. */
export const UNTIL_ONLINE = 0x7ffffffe
const PER_CHAT = 100
const FARTHEST_SECONDS = 365 * 86_400
/** TDLib sends at once what is due in 10 seconds or less (MessageSendOptions). */
const NEAREST_SECONDS = 10

/** Whether a schedule date means "later"; a date that is past or close does not. */
export const isLater = (world: WorldCore, date: number): boolean => date > world.now() + NEAREST_SECONDS

const checkDate = (world: WorldCore, from: number, peer: PeerKey, date: number): void => {
  if (date === UNTIL_ONLINE) {
    const other = splitKey(peer)
    if (other.kind !== 'user' || other.id === from || world.user(other.id)?.bot) {
      throw new RpcError(400, 'SCHEDULE_DATE_INVALID')
    }
  } else if (date > world.now() + FARTHEST_SECONDS) throw new RpcError(400, 'SCHEDULE_DATE_TOO_LATE')
}

/** An account's scheduled messages of one chat, the last due first. */
export const scheduledOf = (world: WorldCore, userId: number, peer: PeerKey): readonly Message[] =>
  [...(world.box(userId).scheduled[peer]?.messages ?? [])].sort((a, b) => b.date - a.date || b.id - a.id)

/** Schedules a text for `date` (seconds). The id is of the chat's own row of scheduled messages. Throws RpcError. */
export const schedule = (
  world: WorldCore,
  from: number,
  peer: PeerKey,
  draft: Draft & { readonly date: number },
): Message => {
  const { text, entities } = checkText(draft.text, draft.entities ?? [])
  checkWrite(world, from, peer, draft.topicId ?? null)
  checkDate(world, from, peer, draft.date)
  const queue = (world.box(from).scheduled[peer] ??= { nextId: 1, messages: [] })
  if (queue.messages.length >= PER_CHAT) throw new RpcError(400, 'SCHEDULE_TOO_MUCH')
  const message: Message = {
    id: queue.nextId,
    pts: 0,
    from,
    peer,
    date: draft.date,
    editDate: null,
    text,
    entities,
    silent: draft.silent ?? false,
    fromScheduled: false,
    topicId: draft.topicId ?? null,
    replyTo: draft.replyTo ?? null,
  }
  queue.nextId += 1
  queue.messages.push(message)
  world.emit({ type: 'scheduled', userId: from, message })
  return message
}

/** What of a scheduled message is to be changed; what is absent stays. */
export type ScheduleChange = {
  readonly text?: string
  readonly entities?: readonly TlObject[]
  readonly date?: number
}

/** Changes a scheduled message in place, keeping its id. Throws RpcError. */
export const editScheduled = (
  world: WorldCore,
  userId: number,
  peer: PeerKey,
  id: number,
  change: ScheduleChange,
): Message => {
  const message = world.box(userId).scheduled[peer]?.messages.find(one => one.id === id)
  if (!message) throw new RpcError(400, 'MESSAGE_ID_INVALID')
  const content =
    change.text === undefined
      ? { text: message.text, entities: message.entities }
      : checkText(change.text, change.entities ?? [])
  const date = change.date ?? message.date
  checkDate(world, userId, peer, date)
  const same =
    content.text === message.text && date === message.date && sameEntities(content.entities, message.entities)
  if (same) throw new RpcError(400, 'MESSAGE_NOT_MODIFIED')
  Object.assign(message, { ...content, date, editDate: world.now() })
  world.emit({ type: 'scheduled', userId, message })
  return message
}

/** Deletes scheduled messages; numbers that are not in the row are passed over, as Telegram does. */
export const unschedule = (world: WorldCore, userId: number, peer: PeerKey, ids: readonly number[]): void => {
  remove(world, userId, peer, ids)
  world.emit({ type: 'unscheduled', userId, peer, ids, sentIds: null })
}

const remove = (world: WorldCore, userId: number, peer: PeerKey, ids: readonly number[]): Message[] => {
  const queue = world.box(userId).scheduled[peer]
  if (!queue) return []
  const wanted = new Set(ids)
  const removed = queue.messages.filter(message => wanted.has(message.id))
  queue.messages = queue.messages.filter(message => !wanted.has(message.id))
  return removed
}

const mayStillWrite = (world: WorldCore, message: Message): boolean => {
  try {
    checkWrite(world, message.from, message.peer, message.topicId)
    return true
  } catch (error) {
    if (error instanceof RpcError) return false
    throw error
  }
}

/** Publishes scheduled messages now, earliest first. Throws MESSAGE_ID_INVALID when one is not in the row. */
export const publish = (
  world: WorldCore,
  userId: number,
  peer: PeerKey,
  ids: readonly number[],
  date: (message: Message) => number = () => world.now(),
): Message[] => {
  const known = new Set(scheduledOf(world, userId, peer).map(message => message.id))
  if (ids.length === 0 || ids.some(id => !known.has(id))) throw new RpcError(400, 'MESSAGE_ID_INVALID')
  const due = remove(world, userId, peer, ids).sort((a, b) => a.date - b.date || a.id - b.id)
  const allowed = due.filter(message => mayStillWrite(world, message))
  const lost = due.filter(message => !allowed.includes(message)).map(message => message.id)
  const sent = allowed.map(message =>
    deliver(world, userId, peer, { ...message, date: date(message), fromScheduled: true }),
  )
  const sentIds = sent.map(message => message.id)
  if (sent.length > 0) {
    world.emit({ type: 'unscheduled', userId, peer, ids: allowed.map(message => message.id), sentIds })
  }
  if (lost.length > 0) world.emit({ type: 'unscheduled', userId, peer, ids: lost, sentIds: null })
  return sent
}

/** Publishes whatever is due, in the order of the dates. */
export const publishDue = (world: WorldCore): void => {
  const now = world.now()
  const due = allScheduled(world)
    .filter(message => message.date <= now)
    .sort((a, b) => a.date - b.date || a.id - b.id)
  for (const message of due) publish(world, message.from, message.peer, [message.id], () => message.date)
}

/** Publishes what waits for somebody who has just come online. */
export const publishForOnline = (world: WorldCore, userId: number): void => {
  const waiting = allScheduled(world).filter(
    message => message.date === UNTIL_ONLINE && message.peer === keyOfUser(userId),
  )
  for (const message of waiting) publish(world, message.from, message.peer, [message.id])
}

/** The next second in which something is due, or null. */
export const nextDue = (world: WorldCore): number | null => {
  const dates = allScheduled(world)
    .map(message => message.date)
    .filter(date => date !== UNTIL_ONLINE)
  return dates.length === 0 ? null : Math.min(...dates)
}

const allScheduled = (world: WorldCore): Message[] =>
  Object.values(world.state.boxes).flatMap(box =>
    Object.values(box.scheduled).flatMap(queue => queue.messages),
  )
