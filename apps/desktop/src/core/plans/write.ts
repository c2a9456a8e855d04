import type { AccountId, ChatId } from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import { canonicalContent, type Content } from '../messages/index.ts'
import type { Targets } from '../targets/index.ts'
import type { PlannedMessage } from './expand.ts'
import { remember } from './remember.ts'
import { dateWords, fillIn, hasVariables } from './variables.ts'

/** What one chat gets at one date. */
export type Written = PlannedMessage & { readonly content: Content }

export type Writer = (
  content: Content,
  accountId: AccountId | null,
  language: 'fr' | 'en',
  items: readonly PlannedMessage[],
) => readonly Written[]

/** Gives each message its text. Without variables all share one, the very same object. */
export function createWriter({
  accounts,
  targets,
}: {
  readonly accounts: Pick<Accounts, 'nameOf'>
  readonly targets: Pick<Targets, 'titleOf'>
}): Writer {
  return (content, accountId, language, items) => {
    if (accountId === null || !hasVariables(content.text)) return items.map(item => ({ ...item, content }))
    const accountName = accounts.nameOf(accountId)
    const group = remember((chatId: ChatId) => targets.titleOf(accountId, chatId))
    const date = remember((day: string) => dateWords(day, language))
    return items.map(item => {
      const filled = fillIn(content, {
        group: group(item.chatId),
        date: date(item.local.slice(0, 10)),
        time: item.local.slice(11, 16),
        account: accountName,
      })
      return { ...item, content: canonicalContent(filled.text, filled.entities) }
    })
  }
}
