import type { AccountId } from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import { canonicalContent, type Content } from '../messages/index.ts'
import type { Targets } from '../targets/index.ts'
import type { PlannedMessage } from './expand.ts'
import { fillIn, hasVariables, valuesOf } from './variables.ts'

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
    return items.map(item => {
      const chatTitle = targets.titleOf(accountId, item.chatId)
      const filled = fillIn(content, valuesOf({ chatTitle, accountName, local: item.local, language }))
      return { ...item, content: canonicalContent(filled.text, filled.entities) }
    })
  }
}
