import type { AccountId, ChatId, DeliveryId } from '../../contract/index.ts'
import type { TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import type { Seen } from './look.ts'
import { isOpen, transition, type Delivery } from './machine.ts'
import type { DeliveryDeps } from './ports.ts'
import { createRestore, type PutBack } from './restore.ts'
import type { StoredDelivery } from './rows.ts'
import type { DeliveryStore } from './store.ts'
import type { OtherContent } from './wish-store.ts'
import {
  mayBeOnItsWay,
  refuseWish,
  sendWish,
  wishAfterFailure,
  wishAfterSight,
  type Outcome,
  type Wish,
} from './wish.ts'

export type WishWork = ReturnType<typeof createWishWork>
export type Wished = { readonly row: StoredDelivery; readonly wish: Wish }

/** Publication of what was sent at once shows in the history a moment later. */
const FIRST_LOOK_AFTER_MS = 1000

/** What people want of placed messages, carried out for one account; all of it inside the lane's exclusive section. */
export function createWishWork(accountId: AccountId, store: DeliveryStore, deps: DeliveryDeps) {
  const { clock, accounts, targets } = deps
  const { wishes } = store
  const fileToRestore = createRestore(accountId, store, deps)
  const tell = (ids: readonly DeliveryId[]): void => {
    if (ids.length > 0) deps.emit('deliveries.changed', { ids: [...ids] })
  }

  const ready = (stages: readonly Wish['stage'][]): readonly Wished[] =>
    wishes.ready(accountId, stages, clock.now()).flatMap(seq => {
      const row = store.bySeq(seq)
      const wish = wishes.one(seq)
      return row === null || wish === null ? [] : [{ row, wish }]
    })

  const settle = (row: StoredDelivery, outcome: Outcome): void => {
    if (outcome.done) wishes.drop(row)
    else wishes.save(row, outcome.wish)
  }

  /** The delivery takes what was wished, and the wish is over. */
  const adopt = (row: StoredDelivery, wish: Wish): StoredDelivery => {
    const taken = take(row, wish, wishes.content(row, 'wished'))
    wishes.drop(row)
    return taken
  }
  const take = (row: StoredDelivery, wish: Wish, content: OtherContent | null): StoredDelivery => {
    store.reshape(row, wish.at ?? row.at, content && { ...content, files: null, restored: null })
    return store.bySeq(row.seq) ?? row
  }

  /** Wishes that need nobody else: of messages that never left, and of those that are over. */
  const settleHere = (): void => {
    const changed: DeliveryId[] = []
    for (const { row, wish } of ready(['due', 'sent'])) {
      const after = settledHere(row, wish)
      if (after === 'waits') continue
      store.transaction(() => {
        if (after === 'done') wishes.drop(row)
        else if (after === 'adopt') adopt(row, wish)
        else wishes.save(row, after)
      })
      changed.push(row.id)
    }
    tell(changed)
  }

  /** The next request to make, cancellations first; null when there is none. `only`: what may leave just now. */
  const next = (only: 'anything' | 'cancellations'): Wished | null => {
    const all = ready(['held', 'due'])
    const cancelling = all.find(({ wish }) => wish.kind === 'cancel')
    if (cancelling !== undefined || only === 'cancellations') return cancelling ?? null
    return all.find(({ row }) => row.state === 'scheduled' || row.state === 'drifted') ?? null
  }

  /** Everything to be cancelled now; each wish is `sent` from here on. */
  const takeCancellations = (): readonly DeliveryId[] => {
    const all = ready(['held', 'due']).filter(({ wish }) => wish.kind === 'cancel')
    store.transaction(() => {
      for (const { row, wish } of all) wishes.save(row, sendWish(wish))
    })
    return all.map(({ row }) => row.id)
  }

  const afterCancelling = (
    cancelled: readonly DeliveryId[],
    failed: readonly { readonly id: DeliveryId; readonly failure: TelegramFailure }[],
  ): void => {
    const rows = (id: DeliveryId): readonly StoredDelivery[] => {
      const row = store.one(id)
      return row === null ? [] : [row]
    }
    store.transaction(() => {
      for (const row of cancelled.flatMap(rows)) wishes.drop(row)
      for (const { id, failure } of failed)
        for (const row of rows(id)) {
          const wish = wishes.one(row.seq)
          if (wish !== null) settle(row, wishAfterFailure(wish, failure, clock.now(), 0))
        }
    })
    tell(failed.map(({ id }) => id))
  }

  /** One edit or one sending at once; `claim` commits its place in the pace together with the wish. */
  const carryOut = async (
    line: TelegramConnection,
    wished: Wished,
    claim: () => void,
  ): Promise<TelegramFailure | null> => {
    const asked = wishes.content(wished.row, 'wished')
    if (wished.wish.kind !== 'edit' || asked?.restored == null) return request(line, wished, null, claim)
    const step = await fileToRestore.step(line, wished.row, asked)
    // Something newer may have been wished for meanwhile.
    const [row, wish] = [store.bySeq(wished.row.seq), wishes.one(wished.row.seq)]
    if (row === null || JSON.stringify(wish) !== JSON.stringify(wished.wish)) return null
    if (step.kind === 'more') return null
    if (step.kind === 'ready') return request(line, { row, wish: wished.wish }, step.file, claim)
    // A part whose answer was lost is saved again: nothing of the message itself has left.
    if (step.failure.reaction !== 'UNCERTAIN') {
      const jitter = (deps.random.bytes(1)[0] ?? 0) / 255
      settle(row, wishAfterFailure(sendWish(wished.wish), step.failure, clock.now(), jitter))
      tell([row.id])
    }
    return step.failure
  }

  const request = async (
    line: TelegramConnection,
    { row, wish }: Wished,
    putBack: PutBack | null,
    claim: () => void,
  ): Promise<TelegramFailure | null> => {
    const peer = targets.peerOf(accountId, row.chatId)
    const place = putBack?.place ?? 0
    const id = place === 0 ? row.scheduledId : (store.partsOf(row)[place]?.scheduledId ?? null)
    if (peer === null || id === null) {
      wishes.save(row, refuseWish(wish, peer === null ? 'chat/unknown' : 'telegram/message-gone'))
      tell([row.id])
      return null
    }
    const content = contentOf(row, putBack)
    const at = wish.at ?? row.movedTo ?? row.at
    const sent = sendWish(wish)
    store.transaction(() => {
      if (putBack !== null) wishes.setContent(row, 'wished', content)
      wishes.save(row, sent)
      claim()
    })
    const answer =
      wish.kind === 'send-now'
        ? await line.sendScheduledNow(
            peer,
            store.partsOf(row).flatMap(({ scheduledId }) => scheduledId ?? []),
          )
        : await line.editScheduled(peer, id, {
            at,
            ...(content === null ? {} : { content: wordsOf(content, place) }),
            ...(putBack === null ? {} : { file: putBack }),
          })
    store.transaction(() => {
      // Something newer may have been wished for meanwhile: it stands, and goes out next.
      const newer = wishes.one(row.seq)?.stage !== 'sent'
      const done = answer.ok || answer.error.reaction === 'DONE'
      if (done && content !== null && place > 0) {
        if (newer) return
        wishes.setContent(row, 'wished', { ...content, restored: [...(content.restored ?? []), place] })
        wishes.save(row, { ...wish, stage: 'due', attempt: 1 })
      } else if (done && wish.kind === 'edit') {
        edited(row, wish, at, content)
        if (!newer) wishes.drop(row)
      } else if (newer) return
      else if (answer.ok) wishes.save(row, { ...sent, notBefore: clock.now() + FIRST_LOOK_AFTER_MS })
      else {
        const jitter = (deps.random.bytes(1)[0] ?? 0) / 255
        settle(row, wishAfterFailure(sent, answer.error, clock.now(), jitter))
      }
    })
    if (!answer.ok && answer.error.code === 'telegram/file-expired') fileToRestore.forget(row)
    tell([row.id])
    return answer.ok || answer.error.reaction === 'DONE' ? null : answer.error
  }

  /** What is wished of a message, with the number of the file that is about to be put back. */
  const contentOf = (row: StoredDelivery, putBack: PutBack | null): OtherContent | null => {
    const content = wishes.content(row, 'wished')
    if (content === null || putBack === null) return content
    const files = content.files ?? wishes.filesOf(row.seq) ?? content.media.map(() => '')
    return { ...content, files: files.with(putBack.place, putBack.file.id) }
  }

  const edited = (row: StoredDelivery, wish: Wish, at: number, content: OtherContent | null): void => {
    const before = take(row, wish, content)
    if (content !== null) wishes.setContent(row, 'theirs', null)
    // The next look tells what it carries now.
    if (content?.restored != null) wishes.setFiles(row, null)
    const ours = (row.state !== 'drifted' || content !== null) && at === before.at
    const id = row.scheduledId ?? 0
    const sight = ours ? ({ kind: 'scheduled', id } as const) : ({ kind: 'changed', id, at } as const)
    store.save(before, transition(before, { kind: 'seen', sight }, accounts.serverNow(accountId)))
  }

  /** What a look at a chat tells of deliveries and of what was wanted of them. */
  const saw = (seen: readonly Seen[]): void => {
    const changed: DeliveryId[] = []
    store.transaction(() => {
      for (const one of seen) if (sawOne(one)) changed.push(one.row.id)
    })
    tell(changed)
  }

  const sawOne = ({ row, sight, wished, message, parts, files }: Seen): boolean => {
    if (parts !== null) store.setParts(row, parts)
    const wish = wishes.one(row.seq)
    const adopts = wish?.kind === 'edit' && wished
    const asWished = adopts ? wishes.content(row, 'wished') : null
    const known = asWished?.restored == null && wishes.filesOf(row.seq) !== null
    if (sight.kind === 'scheduled' && files?.length && !known) wishes.setFiles(row, files)
    const before = adopts ? adopt(row, wish) : row
    const after = afterLook(before, wish, sight, adopts && row.state === 'drifted' && asWished === null)
    if (after !== before) store.save(before, after)
    if (message !== null)
      wishes.setContent(row, 'theirs', {
        text: message.text,
        entities: [...message.entities],
        linkPreview: true,
        media: [...message.media],
        files: message.files ?? null,
      })
    else if (row.state === 'drifted' && after.state !== 'drifted') wishes.setContent(row, 'theirs', null)
    if (wish !== null && !adopts)
      settle(
        row,
        wishAfterSight(wish, sight, {
          wished,
          open: isOpen(after.state),
          looks: after.looks,
          now: clock.now(),
        }),
      )
    return adopts || wish !== null || after !== before
  }

  const afterLook = (
    row: StoredDelivery,
    wish: Wish | null,
    sight: Seen['sight'],
    textMayDiffer: boolean,
  ): Delivery => {
    if (sight.kind === 'nowhere' && mayBeOnItsWay(wish, row.looks)) return { ...row, looks: row.looks + 1 }
    // Only its date was wished for and found; whether the text is ours again is asked at the next look.
    const told =
      textMayDiffer && sight.kind === 'scheduled'
        ? { kind: 'changed' as const, id: sight.id, at: row.at }
        : sight
    const after = transition(row, { kind: 'seen', sight: told }, accounts.serverNow(accountId))
    const asked = wish?.kind === 'cancel' && wish.stage === 'sent'
    return asked && after.state === 'cancelled' ? { ...after, error: null } : after
  }

  /** A chat that cannot be read any more tells nothing of what was asked for there. */
  const chatClosed = (chatId: ChatId): void => {
    const lost = ready(['sent']).filter(({ row }) => row.chatId === chatId)
    for (const { row, wish } of lost) wishes.save(row, refuseWish(wish, 'telegram/chat-gone'))
    tell(lost.map(({ row }) => row.id))
  }

  return {
    settleHere,
    chatClosed,
    next,
    takeCancellations,
    afterCancelling,
    carryOut,
    saw,
    /** A chat to look at, because the outcome of a request there is not known. */
    chatToLookAt: (): ChatId | null => ready(['sent'])[0]?.row.chatId ?? null,
    nextAt: (): number | null => wishes.nextReady(accountId, clock.now()),
  }
}

/** The words of an album are those of its first message. */
const wordsOf = ({ text, entities, linkPreview }: OtherContent, place: number) => ({
  ...(place === 0 ? { text, entities } : { text: '', entities: [] }),
  noWebpage: !linkPreview,
})

/** What becomes of a wish without asking Telegram; `waits` when only Telegram can tell or do it. */
function settledHere(row: StoredDelivery, wish: Wish): 'waits' | 'done' | 'adopt' | Wish {
  if (['sending', 'uncertain', 'scheduled', 'drifted'].includes(row.state)) return 'waits'
  if (row.state === 'cancelled') return 'done'
  if (wish.kind === 'cancel') return wish.stage === 'sent' ? { ...wish, stage: 'due' } : 'waits'
  if (wish.kind === 'send-now' && row.state === 'published') return 'done'
  if (wish.kind === 'edit' && isHereOnly(row)) return 'adopt'
  if (isOpen(row.state)) return 'waits'
  return refuseWish(wish, row.state === 'published' ? 'delivery/already-published' : 'telegram/message-gone')
}

/** It is only here, and certainly was never anywhere else: it can be changed without asking anybody. */
export const isHereOnly = ({ state, attempt }: StoredDelivery): boolean =>
  state === 'failed' || state === 'skipped' || ((state === 'queued' || state === 'paused') && attempt === 0)
