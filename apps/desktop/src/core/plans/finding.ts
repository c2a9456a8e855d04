import type { ChatId, ChatView, Finding, MediaId, PlanDraft } from '../../contract/index.ts'
import type { ChatMessage, PaceSettings } from '../delivery/index.ts'
import type { Content } from '../messages/index.ts'
import type { Expansion } from './expand.ts'
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
  /** Of the account. */
  readonly premium: boolean
  /** Is the file still in the profile? */
  readonly hasFile: (id: MediaId) => boolean
  readonly chat: (chatId: ChatId) => ChatView | null
  /** Our messages of the chat from a day ago on: of this account, and of any other of ours. */
  readonly own: (chatId: ChatId) => readonly ChatMessage[]
  readonly others: (chatId: ChatId) => readonly ChatMessage[]
  /** Scheduled messages of the chat that are none of ours, as last counted. */
  readonly elsewhere: (chatId: ChatId) => number
  readonly pace: PaceSettings
  readonly maxGroupsWarning: number
}

type About = (
  severity: Finding['severity'],
  code: Finding['code'],
  params?: Finding['params'],
  chatIds?: readonly ChatId[],
) => Finding

export const finding: About = (severity, code, params, chatIds = []) => ({
  severity,
  code,
  ...(params === undefined ? {} : { params }),
  chatIds: [...chatIds],
})
