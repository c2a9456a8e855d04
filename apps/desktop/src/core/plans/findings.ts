import { isTimeZone } from '@autotele/shared'
import type { ChatId, Finding } from '../../contract/index.ts'
import { LATEST_DAYS, leadOf, longestText } from '../messages/index.ts'
import { placingSeconds, type ChatMessage } from '../delivery/index.ts'
import { finding, type Facts } from './finding.ts'
import { aboutFiles, aboutPlaces } from './media-findings.ts'
import { unknownVariables } from './variables.ts'
import type { Written } from './write.ts'

export const MAX_DELIVERIES = 2000
/** Telegram's own limit of scheduled messages in one chat. */
export const QUOTA_PER_CHAT = 100
const QUOTA_NEARLY_FULL = 90
const DAY_SECONDS = 24 * 3600
const NOT_ADMIN_IN_MANY = 20
const SHORTEST_LEAD_SECONDS = 10

/** What to know before confirming, blockers first. */
export function findingsOf(facts: Facts): Finding[] {
  const found = [
    ...aboutAccount(facts),
    ...aboutText(facts),
    ...aboutFiles(facts),
    ...aboutPlaces(facts),
    ...aboutDates(facts),
    ...aboutChats(facts),
    ...aboutEachChat(facts),
  ]
  const rank = { blocker: 0, warning: 1, info: 2 }
  return found.sort((a, b) => rank[a.severity] - rank[b.severity])
}

function aboutAccount({ obstacle }: Facts): Finding[] {
  switch (obstacle) {
    case 'unknown':
      return [finding('blocker', 'account/unknown')]
    case 'restricted':
      return [finding('blocker', 'telegram/restricted')]
    case 'signed-out':
      return [finding('warning', 'telegram/signed-out')]
    case 'offline':
    case 'telegram':
      return [finding('warning', 'finding/offline-placement')]
    case null:
      return []
  }
}

function aboutText(facts: Facts): Finding[] {
  const { content, expansion, draft, premium } = facts
  const [{ text }, { items }] = [content, expansion]
  const hasFiles = draft.media.length > 0
  if (text.length === 0) return hasFiles ? [] : [finding('blocker', 'plan/empty-text')]
  const limit = longestText(hasFiles, premium)
  const found = unknownVariables(text).map(name => finding('info', 'finding/unknown-variable', { name }))
  const lengths = items.length === 0 ? [text.length] : items.map(({ content }) => content.text.length)
  const longest = lengths.reduce((most, length) => Math.max(most, length))
  const chatsWhere = (fits: (length: number) => boolean): ChatId[] => {
    const wrong = items.filter(({ content }) => !fits(content.text.length))
    // One text for all: the chats have no part in it.
    return wrong.length === items.length ? [] : [...new Set(wrong.map(({ chatId }) => chatId))]
  }
  if (longest > limit)
    found.push(
      finding(
        'blocker',
        hasFiles ? 'plan/caption-too-long' : 'plan/text-too-long',
        { limit, count: longest },
        chatsWhere(length => length <= limit),
      ),
    )
  if (lengths.includes(0) && !hasFiles)
    found.push(
      finding(
        'blocker',
        'plan/empty-text',
        undefined,
        chatsWhere(length => length > 0),
      ),
    )
  return found
}

function aboutDates({ draft, dates, short, expansion, now, pace }: Facts): Finding[] {
  if (!isTimeZone(draft.timeZone)) return [finding('blocker', 'plan/zone-unknown', { zone: draft.timeZone })]
  if (dates === 0) return [finding('blocker', 'plan/no-date')]
  const found = expansion.invalidDates.map(date => finding('blocker', 'plan/date-invalid', { date }))
  const lead = leadOf(draft.media.length > 0)
  const instants = new Map(expansion.items.map(({ at, local }) => [at, local]))
  for (const [at, date] of instants) {
    if (at <= now) found.push(finding('blocker', 'plan/date-past', { date }))
    else if (at < now + lead) found.push(finding('blocker', 'plan/date-too-soon', { date, seconds: lead }))
    else if (at > now + LATEST_DAYS * DAY_SECONDS)
      found.push(finding('blocker', 'plan/date-too-late', { date, limit: LATEST_DAYS }))
  }
  const secondsFor = (count: number): number => placingSeconds(count, pace, draft.media.length)
  // In the order in which they are placed, each must reach Telegram before its own date.
  const late = expansion.items.filter(
    ({ at }, index) => at >= now + lead && now + secondsFor(index + 1) > at - SHORTEST_LEAD_SECONDS,
  )
  const [first] = late
  if (first !== undefined)
    found.push(
      finding(
        'blocker',
        'plan/date-too-soon',
        { date: first.local, seconds: secondsFor(expansion.items.length), count: late.length },
        late.map(({ chatId }) => chatId),
      ),
    )
  if (short.length > 0) {
    const none = expansion.items.length === 0
    found.push(
      none
        ? finding('blocker', 'telegram/quota-of-chat', { limit: QUOTA_PER_CHAT }, short)
        : finding('info', 'finding/series-short-reserve', { count: short.length }, short),
    )
  }
  for (const { date, local, adjustment } of expansion.adjusted)
    found.push(
      adjustment === 'gap'
        ? finding('warning', 'finding/dst-gap', { date, local })
        : finding('info', 'finding/dst-overlap', { date, local }),
    )
  return found
}

function aboutChats({ draft, dates, chat, maxGroupsWarning }: Facts): Finding[] {
  const chatIds = [...new Set(draft.chatIds)]
  if (chatIds.length === 0) return [finding('blocker', 'plan/no-chat')]
  const found: Finding[] = []
  const count = chatIds.length * dates
  if (count > MAX_DELIVERIES)
    found.push(finding('blocker', 'plan/too-many-deliveries', { limit: MAX_DELIVERIES, count }))
  if (chatIds.length > maxGroupsWarning)
    found.push(finding('warning', 'finding/many-chats', { count: chatIds.length, limit: maxGroupsWarning }))
  const unknown = chatIds.filter(id => chat(id) === null)
  if (unknown.length > 0) found.push(finding('blocker', 'chat/unknown', { count: unknown.length }, unknown))
  const closed = chatIds.filter(id => chat(id)?.canPost === false)
  if (closed.length > 0)
    found.push(finding('blocker', 'telegram/not-allowed-in-chat', { count: closed.length }, closed))
  const notAdmin = chatIds.filter(id => chat(id)?.admin === false && chat(id)?.kind !== 'saved')
  if (notAdmin.length > NOT_ADMIN_IN_MANY)
    found.push(finding('warning', 'finding/not-admin-in-many', { count: notAdmin.length }, notAdmin))
  return found
}

function aboutEachChat(facts: Facts): Finding[] {
  const { draft, expansion, now, chat, own, others, elsewhere } = facts
  const places = Math.max(1, draft.media.length)
  const found: Finding[] = []
  const duplicates: ChatId[] = []
  const fromOthers: ChatId[] = []
  for (const [chatId, messages] of byChat(expansion.items)) {
    const dates = messages.map(({ at }) => at)
    const ours = own(chatId)
    const waiting = ours.filter(({ at, pending }) => pending && at > now)
    const taken = waiting.reduce((sum, one) => sum + one.places, 0) + elsewhere(chatId)
    const count = taken + dates.length * places
    if (count > QUOTA_PER_CHAT)
      found.push(finding('blocker', 'telegram/quota-of-chat', { limit: QUOTA_PER_CHAT, count }, [chatId]))
    else if (count > QUOTA_NEARLY_FULL)
      found.push(finding('warning', 'finding/quota-nearly-full', { limit: QUOTA_PER_CHAT, count }, [chatId]))
    const seconds = chat(chatId)?.slowModeSeconds ?? 0
    if (seconds > 0) {
      const tooClose = dates.some((at, index) => at - (dates[index - 1] ?? -Infinity) < seconds)
      found.push(finding(tooClose ? 'warning' : 'info', 'finding/slow-mode', { seconds }, [chatId]))
    }
    if (isRepeated(messages, ours) || repeatsItself(messages)) duplicates.push(chatId)
    if (isRepeated(messages, others(chatId))) fromOthers.push(chatId)
  }
  if (duplicates.length > 0)
    found.push(finding('warning', 'finding/duplicate-in-chat', { count: duplicates.length }, duplicates))
  if (fromOthers.length > 0)
    found.push(finding('warning', 'finding/duplicate-from-account', { count: fromOthers.length }, fromOthers))
  return found
}

/** The same words within a day; pictures without words repeat nothing. */
function isRepeated(messages: readonly Written[], before: readonly ChatMessage[]): boolean {
  // Only what is near is read: every text is sealed.
  const days = new Set(messages.map(({ at }) => dayOf(at)).flatMap(day => [day - 1, day, day + 1]))
  const near = before.filter(({ at }) => days.has(dayOf(at)))
  const known = grouped(near, ({ text }) => text)
  return messages.some(({ at, content: { text } }) =>
    text === '' ? false : known.get(text)?.some(other => Math.abs(at - other.at) < DAY_SECONDS),
  )
}

const dayOf = (seconds: number): number => Math.floor(seconds / DAY_SECONDS)

/** The same words twice within a day of the plan's own clock: every day at nine is a day apart, whatever the clocks do. */
function repeatsItself(messages: readonly Written[]): boolean {
  const clock = ({ local }: Written): number => Date.parse(`${local}Z`) / 1000
  const alike = grouped(messages, ({ content: { text } }) => text)
  return [...alike].some(
    ([text, same]) =>
      text !== '' &&
      same
        .map(clock)
        .sort((a, b) => a - b)
        .some((at, index, all) => at - (all[index - 1] ?? -Infinity) < DAY_SECONDS),
  )
}

const byChat = (items: readonly Written[]): ReadonlyMap<ChatId, readonly Written[]> =>
  grouped(items, ({ chatId }) => chatId)

function grouped<K, V>(values: readonly V[], keyOf: (value: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group) group.push(value)
    else groups.set(keyOf(value), [value])
  }
  return groups
}
