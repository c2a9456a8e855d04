import { createHash } from 'node:crypto'
import type {
  AccountId,
  ChatId,
  DeliveryId,
  ErrorCode,
  Finding,
  Handlers,
  PlanDraft,
  PlanId,
  PlanPreview,
} from '../../contract/index.ts'
import { ERROR_CODES } from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import { placingSeconds, type Deliveries, type PaceSettings } from '../delivery/index.ts'
import { CallFailure } from '../failure.ts'
import type { Random } from '../ports.ts'
import type { Targets } from '../targets/index.ts'
import { instantOf } from '../time.ts'
import { canonicalContent, type Content } from './content.ts'
import { expand, type Expansion } from './expand.ts'
import { findingsOf, MAX_DELIVERIES, type Facts } from './findings.ts'

export type PlansDeps = {
  readonly random: Random
  readonly accounts: Pick<Accounts, 'ids' | 'obstacle' | 'serverNow'>
  readonly targets: Pick<Targets, 'chat' | 'titleOf'>
  readonly delivery: Pick<Deliveries, 'place' | 'planOfToken' | 'inChatSince'>
  readonly now: () => number
  readonly pace: () => PaceSettings
  readonly maxGroupsWarning: () => number
  /** Throws `license/required` when no new plan may be made. */
  readonly requireLicense: () => void
}

export type PlansHandlers = Pick<Handlers, 'plans.preview' | 'plans.confirm'>

const NONCE_BYTES = 12
const DAY_SECONDS = 24 * 3600

type Prepared = {
  readonly content: Content
  readonly expansion: Expansion
  readonly findings: readonly Finding[]
}

/** From what was composed to what leaves: the preview shows it, confirming stores exactly what was shown. */
export function createPlans(deps: PlansDeps): PlansHandlers {
  const { accounts, targets, delivery } = deps

  const known = (draft: PlanDraft): AccountId | null =>
    draft.accountId !== null && accounts.ids().includes(draft.accountId) ? draft.accountId : null

  const prepare = (draft: PlanDraft): Prepared => {
    const accountId = known(draft)
    const now = Math.floor((accountId === null ? deps.now() : accounts.serverNow(accountId)) / 1000)
    const since = now - DAY_SECONDS
    const own = remember((chatId: ChatId) =>
      accountId === null ? [] : delivery.inChatSince(accountId, chatId, since),
    )
    const content = canonicalContent(draft.text, draft.entities)
    const tooMany = new Set(draft.chatIds).size * new Set(draft.dates).size > MAX_DELIVERIES
    const expansion = expand(
      tooMany ? { ...draft, chatIds: [] } : draft,
      chatId => new Set(own(chatId).map(({ at }) => at)),
    )
    const facts: Facts = {
      draft,
      content,
      expansion,
      now,
      obstacle: accountId === null ? 'unknown' : (accounts.obstacle(accountId)?.reason ?? null),
      chat: remember((chatId: ChatId) => (accountId === null ? null : targets.chat(accountId, chatId))),
      own,
      others: chatId =>
        accounts
          .ids()
          .filter(id => id !== accountId)
          .flatMap(id => delivery.inChatSince(id, chatId, since)),
      pace: deps.pace(),
      maxGroupsWarning: deps.maxGroupsWarning(),
    }
    return { content, expansion, findings: findingsOf(facts) }
  }

  const preview = (draft: PlanDraft): PlanPreview => {
    const { content, expansion, findings } = prepare(draft)
    const nonce = Buffer.from(deps.random.bytes(NONCE_BYTES)).toString('hex')
    const accountId = known(draft)
    return {
      items: expansion.items.map(({ chatId, at, local }) => ({
        chatId,
        chatTitle: accountId === null ? '' : targets.titleOf(accountId, chatId),
        at: instantOf(at * 1000),
        local,
        text: content.text,
        entities: [...content.entities],
      })),
      findings: [...findings],
      placingSeconds: placingSeconds(expansion.items.length, deps.pace()),
      token: tokenOf(nonce, draft, content, expansion),
    }
  }

  const confirm = (draft: PlanDraft, token: string): { planId: PlanId; deliveries: number } => {
    // Asked again, for instance because the first answer was lost: the plan there is.
    const before = delivery.planOfToken(token)
    if (before !== null) return { planId: before.id, deliveries: before.deliveries }
    deps.requireLicense()
    const { content, expansion, findings } = prepare(draft)
    if (tokenOf(token.slice(0, NONCE_BYTES * 2), draft, content, expansion) !== token)
      throw new CallFailure('plan/changed-since-preview')
    const blocker = findings.find(({ severity }) => severity === 'blocker')
    if (blocker !== undefined) throw new CallFailure(codeOf(blocker), blocker.params)
    const accountId = known(draft)
    if (accountId === null) throw new CallFailure('account/unknown')
    const planId = newId(deps.random) as PlanId
    delivery.place({
      ...content,
      id: planId,
      accountId,
      token,
      timeZone: draft.timeZone,
      silent: draft.silent,
      linkPreview: draft.linkPreview,
      deliveries: expansion.items.map(({ chatId, at }) => ({
        id: newId(deps.random) as DeliveryId,
        chatId,
        at,
        randomId: newRandomId(deps.random),
      })),
    })
    return { planId, deliveries: expansion.items.length }
  }

  return {
    'plans.preview': preview,
    'plans.confirm': ({ draft, token }) => confirm(draft, token),
  }
}

/** Stands for what was shown: every message of the plan, when and how. Each preview has its own. */
function tokenOf(nonce: string, draft: PlanDraft, content: Content, { items }: Expansion): string {
  const shown = [
    nonce,
    draft.accountId,
    draft.silent,
    draft.linkPreview,
    draft.timeZone,
    content.text,
    content.entities.map(({ type, offset, length, url }) => [type, offset, length, url ?? null]),
    items.map(({ chatId, at }) => [chatId, at]),
  ]
  return nonce + createHash('sha256').update(JSON.stringify(shown)).digest('hex')
}

const isErrorCode = (code: string): code is ErrorCode => (ERROR_CODES as readonly string[]).includes(code)
const codeOf = ({ code }: Finding): ErrorCode => (isErrorCode(code) ? code : 'call/invalid-input')

const newId = (random: Random): string => Buffer.from(random.bytes(12)).toString('hex')

/** `random_id` of a message: a signed 64-bit number that is not zero, in decimal. */
export function newRandomId(random: Random): string {
  for (;;) {
    const id = Buffer.from(random.bytes(8)).readBigInt64LE()
    if (id !== 0n) return id.toString()
  }
}

function remember<K, V>(ask: (key: K) => V): (key: K) => V {
  const answers = new Map<K, V>()
  return key => {
    if (!answers.has(key)) answers.set(key, ask(key))
    return answers.get(key) as V
  }
}
