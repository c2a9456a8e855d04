import { MessagesSquare } from 'lucide-vue-next'
import { computed, type Component, type Ref } from 'vue'
import type { AccountId, ChatId } from '../../../contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { folded } from '../../lib/search.ts'
import { useAccounts } from '../accounts/store.ts'
import { useChats } from '../composer/chats.ts'
import { noFilters, useDeliveries } from '../deliveries/store.ts'
import { sections } from '../settings/sections.ts'
import { commands, pages, type Action, type ActionContext } from './actions.ts'

/** One line of the palette: what it is called, what it looks like, and what it does. */
export type Entry = {
  readonly id: string
  readonly title: string
  readonly detail?: string
  readonly icon?: Component
  readonly account?: { readonly id: AccountId; readonly name: string }
  readonly action?: Action
  run(): void
}

/** More of one kind would push the others out of sight. */
const MOST = 8

/** What the palette offers for the words that are typed, by kind; kinds without an entry are left out. */
export function usePalette(search: Readonly<Ref<string>>, context: ActionContext) {
  const { t } = useText()
  const accounts = useAccounts()
  const chats = useChats()
  const deliveries = useDeliveries()

  const words = computed(() => folded(search.value).split(/\s+/))
  const matches = (text: string) => {
    const key = folded(text)
    return words.value.every(word => key.includes(word))
  }
  const entryOf = (action: Action): Entry => ({
    id: action.id,
    title: t(action.label),
    icon: action.icon,
    action,
    run: () => action.run?.(context),
  })
  const pageEntries = computed(() => pages.map(entryOf))
  /** The parts of the settings, also by what one would look for in them. */
  const partEntries = computed(() =>
    sections
      .filter(({ label, words: more }) => matches(`${t(label)} ${t(more)}`))
      .map(({ id, label, icon }): Entry => ({ id, title: t(label), icon, run: () => context.go(id) })),
  )
  const actionEntries = computed(() =>
    commands.filter(({ id, run }) => run !== null && id !== 'palette').map(entryOf),
  )

  async function showMessages(accountId: AccountId, chatId: ChatId | null) {
    await deliveries.show('upcoming', accountId, { ...noFilters, chatId })
    context.go('messages')
  }
  const accountEntries = computed(() =>
    accounts.list.map((account): Entry => ({
      id: account.id,
      title: account.name,
      detail: account.username === null ? account.phoneHint : `@${account.username}`,
      account,
      run: () => void showMessages(account.id, null),
    })),
  )
  /** Read when something is typed: a list of chats can be long. */
  const chatEntries = computed(() =>
    search.value.trim() === ''
      ? []
      : accounts.list.flatMap(({ id, name }) =>
          (chats.of(id).data.value?.chats ?? [])
            .filter(chat => matches(`${chat.title} ${chat.username ?? ''}`))
            .slice(0, MOST)
            .map((chat): Entry => ({
              id: `${id} ${chat.id}`,
              title: chat.title,
              detail: name,
              icon: MessagesSquare,
              run: () => void showMessages(id, chat.id),
            })),
        ),
  )

  return computed(() =>
    (
      [
        { title: 'shell.palettePages', entries: pageEntries.value.filter(one => matches(one.title)) },
        { title: 'shell.settings', entries: partEntries.value },
        { title: 'shell.paletteActions', entries: actionEntries.value.filter(one => matches(one.title)) },
        {
          title: 'shell.accounts',
          entries: accountEntries.value.filter(one => matches(`${one.title} ${one.detail ?? ''}`)),
        },
        { title: 'shell.paletteChats', entries: chatEntries.value.slice(0, MOST) },
      ] as const
    ).filter(({ entries }) => entries.length > 0),
  )
}
