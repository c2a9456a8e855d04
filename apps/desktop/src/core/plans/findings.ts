import { isTimeZone } from '@autotele/shared'
import {
  MAX_TEXT_LENGTH,
  type ChatId,
  type ChatView,
  type Finding,
  type PlanDraft,
} from '../../contract/index.ts'
import { LATEST_DAYS, SOONEST_SECONDS, type Content } from '../messages/index.ts'
import { placingSeconds, type ChatMessage, type PaceSettings } from '../delivery/index.ts'
import type { Expansion } from './expand.ts'
import { unknownVariables } from './variables.ts'
import type { Written } from './write.ts'

/** Everything the findings are decided from; they read nothing else. */
export type Facts = {
  readonly draft: PlanDraft
  /** As it was composed, before its variables are replaced. */
  readonly content: Content
  readonly expansion: Omit<Expansion, 'items'> & { readonly items: readonly Written[] }
  /** How many dates the plan has: those of the person, or those of the rule that are in reach. */
  readonly dates: number
  /** Chats without a place for every date of the rule that is in reach. */
  readonly short: readonly ChatId[]
  /** Telegram's clock, Unix seconds. */
  readonly now: number
  readonly obstacle: 'unknown' | 'offline' | 'signed-out' | 'restricted' | 'telegram' | null
  readonly chat: (chatId: ChatId) => ChatView | null
  /** Our messages of the chat from a day ago on: of this account, and of any other of ours. */
  readonly own: (chatId: ChatId) => readonly ChatMessage[]
  readonly others: (chatId: ChatId) => readonly ChatMessage[]
  readonly pace: PaceSettings
  readonly maxGroupsWarning: number
}

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
    ...aboutDates(facts),
    ...aboutChats(facts),
    ...aboutEachChat(facts),
  ]
  const rank = { blocker: 0, warning: 1, info: 2 }
  return found.sort((a, b) => rank[a.severity] - rank[b.severity])
}

type About = (
  severity: Finding['severity'],
  code: Finding['code'],
  params?: Finding['params'],
  chatIds?: readonly ChatId[],
) => Finding

const finding: About = (severity, code, params, chatIds = []) => ({
  severity,
  code,
  ...(params === undefined ? {} : { params }),
  chatIds: [...chatIds],
})

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

function aboutText({ content: { text }, expansion: { items } }: Facts): Finding[] {
  if (text.length === 0) return [finding('blocker', 'plan/empty-text')]
  const found = unknownVariables(text).map(name => finding('info', 'finding/unknown-variable', { name }))
  const lengths = items.length === 0 ? [text.length] : items.map(({ content }) => content.text.length)
  const longest = lengths.reduce((most, length) => Math.max(most, length))
  const chatsWhere = (fits: (length: number) => boolean): ChatId[] => {
    const wrong = items.filter(({ content }) => !fits(content.text.length))
    // One text for all: the chats have no part in it.
    return wrong.length === items.length ? [] : [...new Set(wrong.map(({ chatId }) => chatId))]
  }
  if (longest > MAX_TEXT_LENGTH)
    found.push(
      finding(
        'blocker',
        'plan/text-too-long',
        { limit: MAX_TEXT_LENGTH, count: longest },
        chatsWhere(length => length <= MAX_TEXT_LENGTH),
      ),
    )
  if (lengths.includes(0))
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
  const instants = new Map(expansion.items.map(({ at, local }) => [at, local]))
  for (const [at, date] of instants) {
    if (at <= now) found.push(finding('blocker', 'plan/date-past', { date }))
    else if (at < now + SOONEST_SECONDS)
      found.push(finding('blocker', 'plan/date-too-soon', { date, seconds: SOONEST_SECONDS }))
    else if (at > now + LATEST_DAYS * DAY_SECONDS)
      found.push(finding('blocker', 'plan/date-too-late', { date, limit: LATEST_DAYS }))
  }
  // In the order in which they are placed, each must reach Telegram before its own date.
  const late = expansion.items.filter(
    ({ at }, index) =>
      at >= now + SOONEST_SECONDS && now + placingSeconds(index + 1, pace) > at - SHORTEST_LEAD_SECONDS,
  )
  const [first] = late
  if (first !== undefined)
    found.push(
      finding(
        'blocker',
        'plan/date-too-soon',
        { date: first.local, seconds: placingSeconds(expansion.items.length, pace), count: late.length },
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
  const { expansion, now, chat, own, others } = facts
  const found: Finding[] = []
  const duplicates: ChatId[] = []
  for (const [chatId, messages] of byChat(expansion.items)) {
    const dates = messages.map(({ at }) => at)
    const ours = own(chatId)
    const count = ours.filter(({ at, pending }) => pending && at > now).length + dates.length
    if (count > QUOTA_PER_CHAT)
      found.push(finding('blocker', 'telegram/quota-of-chat', { limit: QUOTA_PER_CHAT, count }, [chatId]))
    else if (count > QUOTA_NEARLY_FULL)
      found.push(finding('warning', 'finding/quota-nearly-full', { limit: QUOTA_PER_CHAT, count }, [chatId]))
    const seconds = chat(chatId)?.slowModeSeconds ?? 0
    if (seconds > 0) {
      const tooClose = dates.some((at, index) => at - (dates[index - 1] ?? -Infinity) < seconds)
      found.push(finding(tooClose ? 'warning' : 'info', 'finding/slow-mode', { seconds }, [chatId]))
    }
    const known = grouped([...ours, ...others(chatId)], ({ text }) => text)
    const isRepeated = ({ at, content }: Written): boolean =>
      known.get(content.text)?.some(message => Math.abs(at - message.at) < DAY_SECONDS) ?? false
    if (messages.some(isRepeated)) duplicates.push(chatId)
  }
  if (duplicates.length > 0)
    found.push(finding('warning', 'finding/duplicate-in-chat', { count: duplicates.length }, duplicates))
  return found
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
