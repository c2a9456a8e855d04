import { createHash } from 'node:crypto'
import type { Recurrence } from '@autotele/shared'
import type {
  AccountId,
  ChatId,
  ChatPlace,
  ChatView,
  DeliveryId,
  ErrorCode,
  Finding,
  Handlers,
  PlanDraft,
  PlanId,
  PlanMedia,
  PlanPreview,
  RuleDate,
} from '../../contract/index.ts'
import { ERROR_CODES } from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import {
  placingSeconds,
  type ChatMessage,
  type Deliveries,
  type NewPlan,
  type PaceSettings,
} from '../delivery/index.ts'
import { CallFailure } from '../failure.ts'
import type { Media } from '../media/index.ts'
import type { Random } from '../ports.ts'
import type { Targets } from '../targets/index.ts'
import { instantOf } from '../time.ts'
import { canonicalContent, leadOf, SOONEST_SECONDS, type Content } from '../messages/index.ts'
import { expand, layOut, type Expansion, type PlannedMessage } from './expand.ts'
import { albumLayout } from './album.ts'
import type { Facts } from './finding.ts'
import { findingsOf, MAX_DELIVERIES } from './findings.ts'
import { momentsAfter, momentsAhead, SERIES_PLACES_PER_CHAT, type RuleMoment } from './repeat.ts'
import { remember } from './remember.ts'
import { createWriter, type Written } from './write.ts'

export { layOut, offsetOf, type PlannedMessage } from './expand.ts'
export { momentsAfter, momentsAhead, SERIES_PLACES_PER_CHAT, type RuleMoment } from './repeat.ts'
export { createWriter, type Written } from './write.ts'

export type PlansDeps = {
  readonly random: Random
  readonly accounts: Pick<Accounts, 'ids' | 'obstacle' | 'serverNow' | 'nameOf' | 'isPremium'>
  readonly targets: Pick<Targets, 'chat' | 'titleOf'>
  readonly delivery: Pick<Deliveries, 'place' | 'planOfToken' | 'inChatSince' | 'othersIn'>
  readonly media: Pick<Media, 'file'>
  readonly series: SeriesPort
  readonly now: () => number
  readonly pace: (accountId: AccountId | null) => PaceSettings
  readonly maxGroupsWarning: () => number
  /** What dates are written in. */
  readonly language: () => 'fr' | 'en'
  /** Throws `license/required` when no new plan may be made. */
  readonly requireLicense: () => void
}

export type SeriesPort = {
  /** Stores a series together with its first messages, whole or not at all. */
  begin(series: NewSeries, first: NewPlan, keys: ReadonlyMap<DeliveryId, string>): void
}

/** What is repeated; `text` and `entities` as composed, variables in braces. */
export type NewSeries = Content & {
  readonly accountId: AccountId
  readonly chatIds: readonly ChatId[]
  readonly rule: Recurrence
  readonly timeZone: string
  readonly staggerMinutes: number
  readonly silent: boolean
  readonly linkPreview: boolean
  readonly files: readonly PlanMedia[]
  readonly places: readonly ChatPlace[]
  readonly language: 'fr' | 'en'
}

export type PlansHandlers = Pick<Handlers, 'plans.preview' | 'plans.confirm'>

const NONCE_BYTES = 12
const DAY_SECONDS = 24 * 3600
/** Dates of a rule shown before it is confirmed. */
const SHOWN_DATES = 10

type Prepared = {
  readonly content: Content
  readonly items: readonly Written[]
  readonly findings: readonly Finding[]
}

/** The dates of a draft, laid out over its chats. */
type Layout = Pick<Facts, 'dates' | 'short'> & { readonly expansion: Expansion }

const ruleOf = (draft: PlanDraft): Recurrence | null => (draft.mode === 'repeat' ? draft.rule : null)

/** From what was composed to what leaves: the preview shows it, confirming stores exactly what was shown. */
export function createPlans(deps: PlansDeps): PlansHandlers {
  const { accounts, targets, delivery } = deps
  const write = createWriter(deps)

  const known = (draft: PlanDraft): AccountId | null =>
    draft.accountId !== null && accounts.ids().includes(draft.accountId) ? draft.accountId : null
  const nowOf = (accountId: AccountId | null): number =>
    Math.floor((accountId === null ? deps.now() : accounts.serverNow(accountId)) / 1000)

  const lay = (draft: PlanDraft, now: number, own: Facts['own']): Layout => {
    const taken = (chatId: ChatId): ReadonlySet<number> => new Set(own(chatId).map(({ at }) => at))
    const fewEnough = (dates: number): PlanDraft =>
      new Set(draft.chatIds).size * dates > MAX_DELIVERIES ? { ...draft, chatIds: [] } : draft
    if (draft.mode === 'once') {
      const dates = new Set(draft.dates).size
      return { expansion: expand(fewEnough(dates), taken), dates, short: [] }
    }
    const rule = ruleOf(draft)
    const lead = leadOf(draft.media.length > 0)
    const moments = rule === null ? [] : momentsAhead(rule, draft.timeZone, now, now + lead)
    const limited = fewEnough(moments.length)
    const accountId = known(draft)
    const room = remember((chatId: ChatId): number => {
      const ours = placesTaken(own(chatId), now)
      const others = accountId === null ? 0 : delivery.othersIn(accountId, chatId)
      return roomFor(SERIES_PLACES_PER_CHAT - ours - others, draft.media.length)
    })
    return {
      expansion: {
        items: layOut({ ...limited, momentsOf: chatId => moments.slice(0, room(chatId)), taken }),
        invalidDates: [],
        adjusted: moments.flatMap(({ key, local, adjustment }) =>
          adjustment === 'none' ? [] : [{ date: `${key}T${rule?.time ?? ''}`, local, adjustment }],
        ),
      },
      dates: moments.length,
      short: limited.chatIds.filter(chatId => room(chatId) < moments.length),
    }
  }

  const prepare = (draft: PlanDraft): Prepared => {
    const accountId = known(draft)
    const now = nowOf(accountId)
    const since = now - DAY_SECONDS
    const own = remember((chatId: ChatId) =>
      accountId === null ? [] : delivery.inChatSince(accountId, chatId, since),
    )
    const content = canonicalContent(draft.text, draft.entities)
    const layout = lay(draft, now, own)
    const items = write(content, accountId, deps.language(), layout.expansion.items)
    const facts: Facts = {
      draft,
      content,
      ...layout,
      expansion: { ...layout.expansion, items },
      now,
      obstacle: accountId === null ? 'unknown' : (accounts.obstacle(accountId)?.reason ?? null),
      chat: remember((chatId: ChatId) => (accountId === null ? null : targets.chat(accountId, chatId))),
      own,
      others: chatId =>
        accounts
          .ids()
          .filter(id => id !== accountId)
          .flatMap(id => delivery.inChatSince(id, chatId, since)),
      pace: deps.pace(accountId),
      premium: accountId !== null && accounts.isPremium(accountId),
      hasFile: id => deps.media.file(id) !== null,
      elsewhere: chatId => (accountId === null ? 0 : delivery.othersIn(accountId, chatId)),
      maxGroupsWarning: deps.maxGroupsWarning(),
    }
    return { content, items, findings: findingsOf(facts) }
  }

  const preview = (draft: PlanDraft): PlanPreview => {
    const accountId = known(draft)
    const { content, items, findings } = prepare(draft)
    const chatOf = remember((chatId: ChatId) => (accountId === null ? null : targets.chat(accountId, chatId)))
    const titleOf = remember((chatId: ChatId) =>
      accountId === null ? '' : targets.titleOf(accountId, chatId),
    )
    const nonce = Buffer.from(deps.random.bytes(NONCE_BYTES)).toString('hex')
    const rule = ruleOf(draft)
    return {
      items: items.map(({ chatId, at, local, content: own }) => ({
        chatId,
        chatTitle: titleOf(chatId),
        at: instantOf(at * 1000),
        local,
        text: own.text,
        entities: [...own.entities],
        ...titlesOf(chatOf(chatId), placeIn(draft.places, chatId)),
      })),
      series: rule === null ? null : reachOf(rule, draft.timeZone, nowOf(accountId), items),
      album: albumLayout(draft.media),
      findings: [...findings],
      placingSeconds: placingSeconds(items.length, deps.pace(accountId), draft.media.length),
      token: tokenOf(nonce, draft, content, items),
    }
  }

  const confirm = (draft: PlanDraft, token: string): { planId: PlanId; deliveries: number } => {
    // Asked again, for instance because the first answer was lost: the plan there is.
    const before = delivery.planOfToken(token)
    if (before !== null) return { planId: before.id, deliveries: before.deliveries }
    deps.requireLicense()
    const { content, items, findings } = prepare(draft)
    if (tokenOf(token.slice(0, NONCE_BYTES * 2), draft, content, items) !== token)
      throw new CallFailure('plan/changed-since-preview')
    const blocker = findings.find(({ severity }) => severity === 'blocker')
    if (blocker !== undefined) throw new CallFailure(codeOf(blocker), blocker.params)
    const accountId = known(draft)
    if (accountId === null) throw new CallFailure('account/unknown')
    const plan = newPlan(deps.random, { ...draft, ...content, files: draft.media, accountId, token }, items)
    const rule = ruleOf(draft)
    if (rule === null) delivery.place(plan)
    else {
      const { chatIds, timeZone, staggerMinutes, silent, linkPreview, media: files, places } = draft
      const language = deps.language()
      deps.series.begin(
        {
          ...content,
          accountId,
          chatIds: [...new Set(chatIds)],
          ...{ rule, timeZone, staggerMinutes, silent, linkPreview, files, places, language },
        },
        plan,
        new Map(plan.deliveries.map(({ id }, index) => [id, items[index]?.key ?? ''])),
      )
    }
    return { planId: plan.id, deliveries: items.length }
  }

  return {
    'plans.preview': preview,
    'plans.confirm': ({ draft, token }) => confirm(draft, token),
  }
}

/** A plan ready to be stored: each message with an id and a `random_id` of its own, and its text where it has one. */
export function newPlan(
  random: Random,
  plan: Omit<NewPlan, 'id' | 'deliveries'> & { readonly places: readonly ChatPlace[] },
  items: readonly Written[],
): NewPlan {
  const { accountId, token, timeZone, silent, linkPreview, text, entities, files } = plan
  return {
    ...{
      id: newId(random) as PlanId,
      accountId,
      token,
      timeZone,
      silent,
      linkPreview,
      text,
      entities,
      files,
    },
    deliveries: items.map(({ chatId, at, content }) => ({
      id: newId(random) as DeliveryId,
      chatId,
      at,
      randomIds: Array.from({ length: Math.max(1, files.length) }, () => newRandomId(random)),
      ...placeIn(plan.places, chatId),
      ...(content.text === text ? {} : { content }),
    })),
  }
}

/** Places of a chat's queue that messages of ours take at `now` (Unix seconds). */
export const placesTaken = (messages: readonly ChatMessage[], now: number): number =>
  messages.reduce((sum, { at, pending, places }) => sum + (pending && at > now ? places : 0), 0)

/** How many messages of `files` files each fit into so many places. */
export const roomFor = (places: number, files: number): number =>
  Math.max(0, Math.floor(places / Math.max(1, files)))

function placeIn(
  places: readonly ChatPlace[],
  chatId: ChatId,
): { readonly topicId: number | null; readonly sendAs: ChatId | null } {
  const found = places.find(place => place.chatId === chatId)
  return { topicId: found?.topicId ?? null, sendAs: found?.sendAs ?? null }
}

const titlesOf = (chat: ChatView | null, { topicId, sendAs }: ReturnType<typeof placeIn>) => ({
  topic: topicId === null ? null : (chat?.topics.find(({ id }) => id === topicId)?.title ?? `${topicId}`),
  sendAs: sendAs === null ? null : (chat?.sendAs.find(({ id }) => id === sendAs)?.title ?? sendAs),
})

/** How far what is placed now reaches, and what the rule says next. */
function reachOf(
  rule: Recurrence,
  timeZone: string,
  now: number,
  items: readonly PlannedMessage[],
): NonNullable<PlanPreview['series']> {
  const last = items.at(-1)
  return {
    reserveUntil: last === undefined ? null : instantOf(last.at * 1000),
    dates: momentsAfter(rule, timeZone, now + SOONEST_SECONDS, SHOWN_DATES).map(ruleDate),
  }
}

export const ruleDate = ({ at, local, adjustment }: RuleMoment): RuleDate => ({
  at: instantOf(at * 1000),
  local,
  adjustment,
})

/** Stands for what was shown: every message of the plan, when and how, and the rule. Each preview has its own. */
function tokenOf(nonce: string, draft: PlanDraft, content: Content, items: readonly Written[]): string {
  const rule = ruleOf(draft)
  const shown = [
    nonce,
    draft.accountId,
    draft.silent,
    draft.linkPreview,
    draft.timeZone,
    rule,
    rule === null ? null : [draft.chatIds, draft.staggerMinutes],
    draft.media.map(({ id, kind, name, spoiler }) => [id, kind, name, spoiler]),
    draft.places.map(({ chatId, topicId, sendAs }) => [chatId, topicId, sendAs]),
    keyed(content),
    items.map(item => [item.chatId, item.at, item.content === content ? null : keyed(item.content)]),
  ]
  return nonce + createHash('sha256').update(JSON.stringify(shown)).digest('hex')
}

const keyed = ({ text, entities }: Content): readonly unknown[] => [
  text,
  entities.map(({ type, offset, length, url }) => [type, offset, length, url ?? null]),
]

const isErrorCode = (code: string): code is ErrorCode => (ERROR_CODES as readonly string[]).includes(code)
const codeOf = ({ code }: Finding): ErrorCode => (isErrorCode(code) ? code : 'call/invalid-input')

export const newId = (random: Random): string => Buffer.from(random.bytes(12)).toString('hex')

/** `random_id` of a message: a signed 64-bit number that is not zero, in decimal. */
export function newRandomId(random: Random): string {
  for (;;) {
    const id = Buffer.from(random.bytes(8)).readBigInt64LE()
    if (id !== 0n) return id.toString()
  }
}
