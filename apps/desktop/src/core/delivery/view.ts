import { localTimeAt } from '@autotele/shared'
import type { CalendarItem, DeliveryView, Drift, PendingChange } from '../../contract/index.ts'
import { instantOf } from '../time.ts'
import type { TargetsPort } from './ports.ts'
import { sameMedia } from './matching.ts'
import type { KnownPlan, StoredPlan } from './plan-store.ts'
import type { StoredDelivery } from './rows.ts'
import type { DeliveryStore } from './store.ts'
import { holdsFiles } from './wish-store.ts'
import type { Wish } from './wish.ts'

const EXCERPT_LENGTH = 80

/** A row as the interface shows it. */
export function viewOf(row: StoredDelivery, store: DeliveryStore, targets: TargetsPort): DeliveryView {
  const content = store.content(row)
  const waits = row.state === 'paused' || row.state === 'uncertain'
  return {
    ...placeOf(row, content, targets),
    planId: row.planId,
    text: content.text,
    entities: [...content.entities],
    error: row.error,
    notBefore: waits && row.notBefore > 0 ? instantOf(row.notBefore) : null,
    silent: content.silent,
    linkPreview: content.linkPreview,
    // What another device made of its files, and was accepted, is not ours to show.
    media: holdsFiles(content) ? [...content.files] : [],
    topic: topicOf(row, targets),
    sendAs: senderOf(row, targets),
    planPaused: store.planPaused(row.planId),
    pending: pendingOf(store.wishes.one(row.seq)),
    drift: driftOf(row, content, store),
    publishedAt: row.publishedAt === null ? null : instantOf(row.publishedAt * 1000),
    link: row.publishedId === null ? null : linkOf(row, row.publishedId, targets),
  }
}

const topicOf = ({ accountId, chatId, topicId }: StoredDelivery, targets: TargetsPort): string | null =>
  topicId === null
    ? null
    : (targets.chat(accountId, chatId)?.topics.find(({ id }) => id === topicId)?.title ?? `${topicId}`)

const senderOf = ({ accountId, chatId, sendAs }: StoredDelivery, targets: TargetsPort): string | null =>
  sendAs === null
    ? null
    : (targets.chat(accountId, chatId)?.sendAs.find(({ id }) => id === sendAs)?.title ?? sendAs)

/** A row as the calendar draws it. */
export function calendarItemOf(
  row: StoredDelivery,
  store: DeliveryStore,
  targets: TargetsPort,
): CalendarItem {
  const content = store.content(row)
  return {
    ...placeOf(row, content, targets),
    pending: pendingOf(store.wishes.one(row.seq)),
    excerpt: content.text.slice(0, EXCERPT_LENGTH),
  }
}

let last = { at: '', timeZone: '', local: '' }
/** Lists are in order of date, and one date goes to many chats: the last answer is mostly the next one, too. */
function localOf(at: string, timeZone: string): string {
  if (at !== last.at || timeZone !== last.timeZone) last = { at, timeZone, local: localTimeAt(at, timeZone) }
  return last.local
}

function placeOf(row: StoredDelivery, { timeZone }: StoredPlan, targets: TargetsPort) {
  const at = instantOf(row.at * 1000)
  const { id, accountId, chatId, state } = row
  return {
    id,
    accountId,
    chatId,
    state,
    at,
    timeZone,
    local: localOf(at, timeZone),
    chatTitle: targets.titleOf(accountId, chatId),
  }
}

const pendingOf = (wish: Wish | null): PendingChange | null =>
  wish === null
    ? null
    : {
        kind: wish.kind,
        until: wish.stage === 'held' ? instantOf(wish.notBefore) : null,
        error: wish.stage === 'refused' ? wish.error : null,
      }

function driftOf(row: StoredDelivery, ours: KnownPlan, store: DeliveryStore): Drift | null {
  if (row.state !== 'drifted') return null
  const theirs = store.wishes.content(row, 'theirs')
  const at = instantOf((row.movedTo ?? row.at) * 1000)
  return {
    at,
    local: localTimeAt(at, ours.timeZone),
    text: theirs?.text ?? ours.text,
    entities: [...(theirs?.entities ?? ours.entities)],
    media: theirs !== null && !sameMedia({ ...ours, files: store.wishes.filesOf(row.seq) }, theirs),
  }
}

/** `t.me/name/7` of a public chat, `t.me/c/…/7` of a private channel or supergroup; other chats have no such address. */
function linkOf(
  { accountId, chatId }: StoredDelivery,
  messageId: number,
  targets: TargetsPort,
): string | null {
  const chat = targets.chat(accountId, chatId)
  const channel = /^-100(\d+)$/.exec(chatId)?.[1]
  if (channel === undefined) return null
  return chat?.username != null
    ? `https://t.me/${encodeURIComponent(chat.username)}/${messageId}`
    : `https://t.me/c/${channel}/${messageId}`
}
