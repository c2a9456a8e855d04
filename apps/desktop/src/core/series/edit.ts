import { isTimeZone, localTimeAt } from '@autotele/shared'
import type { ChatId, DeliveryId, ParsedInput } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import { canonicalContent, longestText, SOONEST_SECONDS, type Content } from '../messages/index.ts'
import { createWriter, momentsAfter, type PlannedMessage } from '../plans/index.ts'
import { instantOf } from '../time.ts'
import type { Counts } from './counts.ts'
import type { Filling } from './fill.ts'
import type { SeriesDeps } from './ports.ts'
import { idOf, isHere, type SeriesStore, type StoredOccurrence, type StoredSeries } from './store.ts'

type Given = ParsedInput<'series.edit'>
type Shape = Partial<Pick<StoredSeries, 'rule' | 'timeZone' | 'chatIds' | 'staggerMinutes'>>

/**
 * Changes what a series says, and when and where: everything is checked first, then committed at once, down to what is to be
 * asked of Telegram. Whatever of that last part is cut off is asked again: edits by the lane, what is taken back by the checks.
 */
export function createEdit(store: SeriesStore, filling: Filling, deps: SeriesDeps) {
  const { accounts, targets, delivery } = deps
  const write = createWriter(deps)

  const requireShape = (series: StoredSeries, next: StoredSeries): void => {
    const { rule, timeZone, accountId } = next
    if (!isTimeZone(timeZone)) throw new CallFailure('plan/zone-unknown', { zone: timeZone })
    if (momentsAfter(rule, timeZone, filling.nowOf(next), 1).length === 0)
      throw new CallFailure('plan/no-date')
    for (const chatId of next.chatIds.filter(id => !series.chatIds.includes(id))) {
      const chat = targets.chat(accountId, chatId)
      if (chat === null) throw new CallFailure('chat/unknown')
      if (!chat.canPost) throw new CallFailure('telegram/not-allowed-in-chat')
    }
    // What was taken back could not be placed again.
    const obstacle = series.state === 'active' ? filling.obstacleOf(series) : null
    if (obstacle === 'license') throw new CallFailure('license/required')
    if (obstacle === 'restricted') throw new CallFailure('telegram/restricted')
  }

  const requireText = (next: StoredSeries, texts: Iterable<Content>): void => {
    const hasFiles = next.files.length > 0
    const limit = longestText(hasFiles, accounts.isPremium(next.accountId))
    for (const { text } of texts) {
      if (text === '' && !hasFiles) throw new CallFailure('plan/empty-text')
      if (text.length > limit)
        throw new CallFailure(hasFiles ? 'plan/caption-too-long' : 'plan/text-too-long', {
          limit,
          count: text.length,
        })
    }
  }

  const written = (next: StoredSeries, messages: readonly Pick<PlannedMessage, 'chatId' | 'at'>[]) => {
    const items = messages.map(({ chatId, at }) => ({
      ...{ chatId, at, key: '' },
      local: localTimeAt(instantOf(at * 1000), next.timeZone),
    }))
    return write(next, next.accountId, next.language, items).map(({ content }) => content)
  }

  /** What messages that are under way are to say now. */
  const textsOf = (
    next: StoredSeries,
    rows: readonly StoredOccurrence[],
  ): ReadonlyMap<DeliveryId, Content> => {
    const placed = rows.flatMap(row => (row.delivery === null ? [] : [{ ...row, ...row.delivery }]))
    const contents = written(next, placed)
    return new Map(placed.map(({ id }, index) => [id, contents[index] ?? next]))
  }

  return async (series: StoredSeries, given: Given): Promise<Counts> => {
    const shape = shapeOf(given)
    const next: StoredSeries = { ...series, ...canonicalContent(given.text, given.entities), ...shape }
    const reshaped = Object.keys(shape).length > 0
    const pending = store.pending(series.id)
    const here = reshaped ? new Map<DeliveryId, Content>() : textsOf(next, pending.filter(isHere))
    const placed =
      reshaped || !given.scheduled
        ? new Map<DeliveryId, Content>()
        : textsOf(
            next,
            pending.filter(one => !isHere(one)),
          )
    const at = filling.nowOf(next)
    const isThere = accounts.ids().includes(next.accountId)
    const inEachChat = isThere ? next.chatIds.map(chatId => ({ chatId, at })) : []
    if (reshaped) requireShape(series, next)
    requireText(next, [next, ...written(next, inEachChat), ...here.values(), ...placed.values()])

    const closed = delivery.rewrite(new Map([...here, ...placed]), () => {
      store.rewrite(series.id, next)
      if (!reshaped) return
      store.replace(pending.flatMap(idOf))
      // The dates of the new rule before now were never to come out.
      store.setChecked(series.id, Math.max(series.checkedUntil, at + SOONEST_SECONDS))
    })
    if (reshaped) return filling.takeBack(series.id, 'replaced')
    const failed = closed.filter(id => placed.has(id)).length
    return { done: placed.size - failed, failed }
  }
}

/** What was given of it: a key that is absent stays as it is. */
const shapeOf = ({ rule, timeZone, chatIds, staggerMinutes }: Given): Shape => ({
  ...(rule === undefined ? {} : { rule }),
  ...(timeZone === undefined ? {} : { timeZone }),
  ...(chatIds === undefined ? {} : { chatIds: [...new Set<ChatId>(chatIds)] }),
  ...(staggerMinutes === undefined ? {} : { staggerMinutes }),
})
