import { defineStore } from 'pinia'
import type { AccountId, ChatId, ChatList, ChatView } from '../../../contract/index.ts'
import { createResource, useCore, type Resource } from '../../core.ts'
import { useText } from '../../i18n/index.ts'
import { folded } from '../../lib/search.ts'

export type KindFilter = 'all' | 'groups' | 'channels' | 'users'

export type ChatFilter = { readonly search: string; readonly kind: KindFilter; readonly postable: boolean }

const kinds: Record<KindFilter, readonly ChatView['kind'][]> = {
  all: ['saved', 'user', 'group', 'supergroup', 'channel'],
  groups: ['group', 'supergroup'],
  channels: ['channel'],
  users: ['saved', 'user'],
}

/** The chats a filter lets through, in their order. The search looks at titles and user names, without accents. */
export function filterChats(
  chats: readonly ChatView[],
  { search, kind, postable }: ChatFilter,
): readonly ChatView[] {
  const words = folded(search).replace(/^@/, '').split(/\s+/)
  return chats.filter(chat => {
    if (!kinds[kind].includes(chat.kind) || (postable && !chat.canPost)) return false
    const key = folded(`${chat.title} ${chat.username ?? ''}`)
    return words.every(word => key.includes(word))
  })
}

/** Why a chat cannot be chosen, as a key of the sentences; null when it can. */
export function refusal(chat: ChatView): 'cannotChannel' | 'cannotGroup' | 'cannotUser' | null {
  if (chat.canPost) return null
  if (chat.kind === 'channel') return 'cannotChannel'
  return chat.kind === 'user' ? 'cannotUser' : 'cannotGroup'
}

/** What a chat is called here: Telegram gives the chat with oneself one's own name. */
export function useChatNames(): (
  accountId: AccountId | null | undefined,
  id: ChatId,
  title: string,
) => string {
  const { t } = useText()
  const chats = useChats()
  return (accountId, id, title) => {
    const list = accountId == null ? undefined : chats.of(accountId).data.value?.chats
    return list?.find(chat => chat.id === id)?.kind === 'saved' ? t('composer.kind.saved') : title
  }
}

/** The chats of each account, fetched once and again when the core says that they changed. */
export const useChats = defineStore('chats', () => {
  const core = useCore()
  const byAccount = new Map<AccountId, Resource<ChatList>>()

  function of(accountId: AccountId): Resource<ChatList> {
    const known = byAccount.get(accountId)
    if (known !== undefined) return known
    const resource = createResource(() => core.call('targets.list', { accountId }))
    byAccount.set(accountId, resource)
    void resource.load()
    return resource
  }

  core.on('targets.changed', ({ accountId }) => void byAccount.get(accountId)?.load())
  core.onLocked(() => byAccount.clear())
  core.onStale(() => {
    for (const resource of byAccount.values()) void resource.load()
  })
  return { of }
})
