import { resolveLocalTime } from '@autotele/shared'
import {
  MAX_TEXT_LENGTH,
  type AccountId,
  type Asked,
  type DeliveryId,
  type ErrorCode,
  type Handlers,
} from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import { canonicalContent, dateProblem, longestText, type Content } from '../messages/index.ts'
import { instantOf, secondsOf } from '../time.ts'
import type { Lane } from './lane.ts'
import { sameMedia } from './matching.ts'
import type { DeliveryDeps } from './ports.ts'
import type { StoredDelivery } from './rows.ts'
import type { DeliveryStore } from './store.ts'
import { holdsFiles, type NewContent } from './wish-store.ts'
import { newWish } from './wish.ts'
import { isHereOnly } from './wish-work.ts'

export type ManageHandlers = Pick<
  Handlers,
  | 'deliveries.edit'
  | 'deliveries.move'
  | 'deliveries.sendNow'
  | 'deliveries.cancelSoon'
  | 'deliveries.undo'
  | 'deliveries.resolve'
>

/** How long a change of mind is possible. */
export const HELD_MS = 8000

type Form = { readonly at: number | null; readonly content: NewContent | null }
type Decide = (row: StoredDelivery) => ErrorCode | null

/**
 * Stores what people want of confirmed messages; the lane carries it out. A message that never left is changed at once.
 */
export function createManage(
  store: DeliveryStore,
  laneOf: (accountId: AccountId) => Lane,
  { accounts, clock, emit }: Pick<DeliveryDeps, 'accounts' | 'clock' | 'emit'>,
): {
  readonly handlers: ManageHandlers
  /** Gives a message another text, inside a transaction of the caller, who tells of it and wakes the lane. */
  reword(row: StoredDelivery, content: Content): ErrorCode | null
} {
  const { wishes } = store

  /** Decides about each message in a transaction of its own, so that one that cannot be changed spoils nothing. */
  const ask = (ids: readonly DeliveryId[], heldUntil: number | null, decide: Decide): Asked => {
    const asked: DeliveryId[] = []
    const failed: { id: DeliveryId; code: ErrorCode }[] = []
    const lanes = new Set<AccountId>()
    for (const id of new Set(ids)) {
      const row = store.one(id)
      const code =
        row === null
          ? 'delivery/unknown'
          : accounts.ids().includes(row.accountId)
            ? store.transaction(() => decide(row))
            : 'account/not-connected'
      if (code !== null) failed.push({ id, code })
      else {
        asked.push(id)
        if (row !== null) lanes.add(row.accountId)
      }
    }
    if (asked.length > 0) emit('deliveries.changed', { ids: asked })
    for (const accountId of lanes) laneOf(accountId).wake()
    return { asked, failed, until: heldUntil === null ? null : instantOf(heldUntil) }
  }

  const reshape = (row: StoredDelivery, form: Form): ErrorCode | null => {
    const over = closedCode(row)
    if (over !== null) return over
    if (isHereOnly(row)) {
      store.reshape(row, form.at ?? row.at, form.content)
      return null
    }
    const before = wishes.one(row.seq)
    if (before !== null && before.kind !== 'edit' && before.stage !== 'refused')
      return 'delivery/not-changeable'
    // What is still to be done of an earlier edit goes with this one: an edit says how the message is to be.
    const unfinished = before?.kind === 'edit' && before.stage !== 'refused' ? before : null
    if (form.content !== null) {
      const { files = null, restored = null } = (unfinished && wishes.content(row, 'wished')) ?? {}
      wishes.setContent(row, 'wished', { files, restored, ...form.content })
    } else if (unfinished === null) wishes.setContent(row, 'wished', null)
    const wish = newWish('edit', form.at ?? unfinished?.at ?? null, null)
    // It may have left in an earlier form: its attempts tell the next look to consider that.
    wishes.save(row, { ...wish, attempt: Math.min(unfinished?.attempt ?? 0, 1) })
    return null
  }

  const hold = (kind: 'send-now' | 'cancel', row: StoredDelivery, until: number): ErrorCode | null => {
    const over = closedCode(row)
    if (over !== null) return over
    const atTelegram = row.state === 'scheduled' || row.state === 'drifted'
    if (kind === 'send-now' && !atTelegram) return 'delivery/not-placed-yet'
    const before = wishes.one(row.seq)
    if (before?.stage === 'sent') return 'delivery/not-changeable'
    if (before !== null) wishes.drop(row)
    wishes.save(row, newWish(kind, null, until))
    return null
  }

  const move = (row: StoredDelivery, to: string): ErrorCode | null => {
    const at = secondsIn(to, store.content(row).timeZone)
    if (at === null) return 'plan/date-invalid'
    const now = Math.floor(accounts.serverNow(row.accountId) / 1000)
    const problem = dateProblem(at, now)
    if (problem !== null) return problem
    return reshape(row, { at: freeSecond(store, row, at), content: null })
  }

  const resolve = (row: StoredDelivery, keep: 'mine' | 'theirs'): ErrorCode | null => {
    if (row.state !== 'drifted') return 'delivery/not-changeable'
    const ours = store.content(row)
    const theirs = wishes.content(row, 'theirs')
    const otherFiles = theirs !== null && !sameMedia({ ...ours, files: wishes.filesOf(row.seq) }, theirs)
    if (keep === 'mine') {
      // A file takes the place of a file: none can be taken from a message, added to an album or be put back unheld.
      if (otherFiles && (!holdsFiles(ours) || theirs.media.length !== ours.media.length))
        return 'delivery/files-not-restorable'
      const { text, entities, linkPreview, media, foreign } = ours
      const content = { text, entities, linkPreview, media, foreign, ...(otherFiles ? { restored: [] } : {}) }
      return reshape(row, { at: row.at, content })
    }
    store.reshape(row, row.movedTo ?? row.at, theirs && { ...theirs, foreign: ours.foreign || otherFiles })
    if (theirs?.files?.length) wishes.setFiles(row, theirs.files)
    wishes.drop(row)
    wishes.setContent(row, 'theirs', null)
    store.save(row, { ...row, state: 'scheduled', error: null, movedTo: null })
    return null
  }

  const reword = (row: StoredDelivery, content: Content, linkPreview?: boolean): ErrorCode | null => {
    const { media, foreign, linkPreview: present } = store.content(row)
    return reshape(row, {
      at: null,
      content: { ...content, linkPreview: linkPreview ?? present, media, foreign },
    })
  }

  const handlers: ManageHandlers = {
    'deliveries.edit': ({ ids, text, entities, linkPreview }) => {
      const content = canonicalContent(text, entities)
      const rows = ids.flatMap(id => store.one(id) ?? [])
      if (content.text === '' && rows.every(row => store.content(row).files.length === 0))
        throw new CallFailure('plan/empty-text')
      if (content.text.length > MAX_TEXT_LENGTH)
        throw new CallFailure('plan/text-too-long', { limit: MAX_TEXT_LENGTH, count: content.text.length })
      return ask(ids, null, row => {
        const hasFiles = store.content(row).files.length > 0
        if (content.text === '' && !hasFiles) return 'plan/empty-text'
        if (content.text.length > longestText(hasFiles, accounts.isPremium(row.accountId)))
          return 'plan/caption-too-long'
        return reword(row, content, linkPreview)
      })
    },
    'deliveries.move': ({ items }) => {
      const to = new Map(items.map(item => [item.id, item.to]))
      return ask([...to.keys()], null, row => move(row, to.get(row.id) ?? ''))
    },
    'deliveries.sendNow': ({ ids }) => {
      const until = clock.now() + HELD_MS
      return ask(ids, until, row => hold('send-now', row, until))
    },
    'deliveries.cancelSoon': ({ ids }) => {
      const until = clock.now() + HELD_MS
      return ask(ids, until, row => hold('cancel', row, until))
    },
    'deliveries.undo': ({ ids }) => {
      const { asked } = ask(ids, null, row => {
        const wish = wishes.one(row.seq)
        if (wish?.stage !== 'held' && wish?.stage !== 'refused') return 'delivery/not-changeable'
        wishes.drop(row)
        return null
      })
      return { undone: asked }
    },
    'deliveries.resolve': ({ ids, keep }) => ask(ids, null, row => resolve(row, keep)),
  }
  return { handlers, reword: (row, content) => reword(row, content) }
}

function closedCode({ state }: StoredDelivery): ErrorCode | null {
  switch (state) {
    case 'published':
      return 'delivery/already-published'
    case 'cancelled':
    case 'missed':
      return 'delivery/not-changeable'
    default:
      return null
  }
}

/** An instant as it is, or a wall-clock time of `zone`; Unix seconds, null when it is neither. */
function secondsIn(to: string, zone: string): number | null {
  if (to.endsWith('Z')) return secondsOf(to)
  const found = resolveLocalTime(to, zone)
  return found === null ? null : secondsOf(found.instant)
}

/** Two messages of one chat never share a second, so that their order is kept and each can be told from the other. */
function freeSecond(store: DeliveryStore, row: StoredDelivery, wanted: number): number {
  let at = wanted
  while (store.secondTaken(row, at)) at += 1
  return at
}
