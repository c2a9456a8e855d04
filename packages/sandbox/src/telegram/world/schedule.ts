import { RpcError } from '../errors.ts'
import { checkAlbum, contentOf } from './media.ts'
import { changed, checkDrafts, checkWrite, deliver, sameContent, toMessage } from './messages.ts'
import type { Change, Draft } from './messages.ts'
import { keyOfUser, splitKey } from './state.ts'
import type { Message, PeerKey } from './state.ts'
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

/** Schedules for `date` (seconds). The id is of the chat's own row of scheduled messages. Throws RpcError. */
export const schedule = (
  world: WorldCore,
  from: number,
  peer: PeerKey,
  draft: Draft & { readonly date: number },
): Message => {
  const [message] = scheduleAll(world, from, peer, [draft], draft.date)
  if (!message) throw new RangeError('nothing to schedule')
  return message
}

/** The same for the items of an album, each of which counts for the 100 of a chat. All are scheduled or none. */
export const scheduleAll = (
  world: WorldCore,
  from: number,
  peer: PeerKey,
  drafts: readonly Draft[],
  date: number,
): Message[] => {
  const checked = checkDrafts(world, from, peer, drafts)
  checkDate(world, from, peer, date)
  for (const { repeatSeconds } of drafts) checkRepeat(world, from, repeatSeconds ?? null)
  const queue = (world.box(from).scheduled[peer] ??= { nextId: 1, messages: [] })
  if (queue.messages.length + drafts.length > PER_CHAT) throw new RpcError(400, 'SCHEDULE_TOO_MUCH')
  const messages = checked.map(draft => {
    const message = { ...toMessage(from, peer, date, draft), id: queue.nextId }
    queue.nextId += 1
    return message
  })
  queue.messages.push(...messages)
  for (const message of messages) world.emit({ type: 'scheduled', userId: from, message })
  return messages
}

const DAY = 86_400
const REPEAT_SECONDS = [1, 7, 14, 30, 91, 182, 365].map(days => days * DAY)

/** Throws for a repetition that Telegram has not, or that this account may not use. */
const checkRepeat = (world: WorldCore, userId: number, seconds: number | null): void => {
  if (seconds === null) return
  if (!world.user(userId)?.premium) throw new RpcError(400, 'PREMIUM_ACCOUNT_REQUIRED')
  if (!REPEAT_SECONDS.includes(seconds)) throw new RpcError(400, 'SCHEDULE_DATE_INVALID')
}

/** What of a scheduled message is to be changed; what is absent stays. */
export type ScheduleChange = Change & {
  readonly date?: number
  readonly repeatSeconds?: number
}

/**
 * Changes a scheduled message in place, keeping its id. A new date moves the whole album that it is in. Gives what has
 * changed, the message itself first. Throws RpcError.
 */
export const editScheduled = (
  world: WorldCore,
  userId: number,
  peer: PeerKey,
  id: number,
  change: ScheduleChange,
): [Message, ...Message[]] => {
  const row = world.box(userId).scheduled[peer]?.messages ?? []
  const message = row.find(one => one.id === id)
  if (!message) throw new RpcError(400, 'MESSAGE_ID_INVALID')
  const content = changed(world, message, change)
  if (change.media) {
    checkWrite(world, userId, peer, message.topicId, contentOf(world, content))
    const album = row.filter(one => one.groupedId !== null && one.groupedId === message.groupedId)
    if (album.length > 0) {
      checkAlbum(world, [
        change.media,
        ...album.flatMap(one => (one !== message && one.media ? [one.media] : [])),
      ])
    }
  }
  const { date = message.date, repeatSeconds = message.repeatSeconds } = change
  checkDate(world, userId, peer, date)
  checkRepeat(world, userId, change.repeatSeconds ?? null)
  if (date === message.date && repeatSeconds === message.repeatSeconds && sameContent(message, content)) {
    throw new RpcError(400, 'MESSAGE_NOT_MODIFIED')
  }
  const others =
    date === message.date || message.groupedId === null
      ? []
      : row.filter(one => one !== message && one.groupedId === message.groupedId)
  Object.assign(message, { ...content, repeatSeconds })
  for (const moved of [message, ...others]) {
    Object.assign(moved, { date, editDate: world.now() })
    world.emit({ type: 'scheduled', userId, message: moved })
  }
  return [message, ...others]
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
    checkWrite(world, message.from, message.peer, message.topicId, contentOf(world, message))
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
    deliver(world, userId, peer, {
      ...message,
      date: date(message),
      fromScheduled: true,
      repeatSeconds: null,
    }),
  )
  const sentIds = sent.map(message => message.id)
  for (const message of allowed) repeat(world, message)
  if (sent.length > 0) {
    world.emit({ type: 'unscheduled', userId, peer, ids: allowed.map(message => message.id), sentIds })
  }
  if (lost.length > 0) world.emit({ type: 'unscheduled', userId, peer, ids: lost, sentIds: null })
  return sent
}

/** A message with a native repetition takes its place in the row again, under a new number. */
const repeat = (world: WorldCore, message: Message): void => {
  const { from, peer, repeatSeconds } = message
  if (repeatSeconds === null) return
  const queue = (world.box(from).scheduled[peer] ??= { nextId: 1, messages: [] })
  const again = { ...message, id: queue.nextId, date: message.date + repeatSeconds }
  queue.nextId += 1
  queue.messages.push(again)
  world.emit({ type: 'scheduled', userId: from, message: again })
}

/** Publishes whatever is due, in the order of the dates; the items of an album together. */
export const publishDue = (world: WorldCore): void => {
  const now = world.now()
  const due = allScheduled(world)
    .filter(message => message.date <= now)
    .sort((a, b) => a.date - b.date || a.id - b.id)
  const batches = new Map<string, [Message, ...Message[]]>()
  for (const message of due) {
    const { from, peer, date, groupedId, id } = message
    const key = `${from}/${peer}/${date}/${groupedId ?? `-${id}`}`
    const batch = batches.get(key)
    if (batch) batch.push(message)
    else batches.set(key, [message])
  }
  for (const batch of batches.values()) {
    const [{ from, peer, date }] = batch
    publish(
      world,
      from,
      peer,
      batch.map(message => message.id),
      () => date,
    )
  }
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

/** What every account has scheduled, in no order. */
export const allScheduled = (world: WorldCore): Message[] =>
  Object.values(world.state.boxes).flatMap(box =>
    Object.values(box.scheduled).flatMap(queue => queue.messages),
  )
