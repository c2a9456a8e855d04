import type { ShallowRef } from 'vue'
import { usePreference } from '../../lib/preferences.ts'
import { stateGroups, type StateGroup } from './states.ts'
import { noFilters, type Filters, type Scope } from './store.ts'

/** A look at the list under a name. The words that are searched for are not kept: they could be of a message. */
export type SavedFilter = {
  readonly name: string
  readonly scope: Scope
  readonly account: string
  readonly filters: Omit<Filters, 'text'>
}

const scopes: readonly unknown[] = ['upcoming', 'past', 'all']
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : '')

function readOne(value: unknown): SavedFilter[] {
  if (typeof value !== 'object' || value === null) return []
  const { name, scope, account, filters } = value as Record<string, unknown>
  if (text(name) === '' || !scopes.includes(scope) || typeof filters !== 'object' || filters === null)
    return []
  const { state, from, until, chatId } = filters as Record<string, unknown>
  return [
    {
      name: text(name),
      scope: scope as Scope,
      account: text(account),
      filters: {
        state: typeof state === 'string' && state in stateGroups ? (state as StateGroup) : '',
        from: text(from),
        until: text(until),
        chatId: typeof chatId === 'string' ? (chatId as Filters['chatId']) : null,
      },
    },
  ]
}

export const useSavedFilters = (): ShallowRef<readonly SavedFilter[]> =>
  usePreference<readonly SavedFilter[]>('filters', [], value =>
    Array.isArray(value) ? value.flatMap(readOne).slice(0, 50) : null,
  )

export const withoutText = ({ text: _, ...rest }: Filters): SavedFilter['filters'] => rest
export const withText = (saved: SavedFilter['filters']): Filters => ({ ...noFilters, ...saved })
