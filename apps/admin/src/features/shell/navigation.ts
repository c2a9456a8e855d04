import {
  BadgeEuro,
  BookOpenText,
  ChartColumn,
  FileText,
  Hourglass,
  Inbox,
  KeyRound,
  KeySquare,
  Monitor,
  ShieldUser,
  ShoppingCart,
  TriangleAlert,
} from 'lucide-vue-next'
import type { Component } from 'vue'
import type { AdminRouteName } from '@autotele/shared'
import type { MessageKey } from '../../i18n/index.ts'

type Place = {
  readonly name: string
  readonly label: MessageKey
  readonly icon: Component
  readonly needs?: AdminRouteName
}

/** Where one can go: what waits for a person comes first. */
export const NAVIGATION: readonly { readonly label?: MessageKey; readonly places: readonly Place[] }[] = [
  {
    places: [
      { name: 'attention', label: 'attention.title', icon: TriangleAlert },
      { name: 'statistics', label: 'statistics.title', icon: ChartColumn },
    ],
  },
  {
    label: 'common.groups.customers',
    places: [
      { name: 'licenses', label: 'licenses.title', icon: BadgeEuro },
      { name: 'devices', label: 'licenses.devices', icon: Monitor },
      { name: 'trials', label: 'licenses.trials', icon: Hourglass },
    ],
  },
  {
    label: 'common.groups.payments',
    places: [
      { name: 'checkouts', label: 'payments.checkouts', icon: ShoppingCart },
      { name: 'invoices', label: 'payments.invoices', icon: FileText },
      { name: 'inbox', label: 'payments.inbox', icon: Inbox },
    ],
  },
  {
    label: 'common.groups.system',
    places: [
      { name: 'keys', label: 'keys.title', icon: KeyRound },
      {
        name: 'administrators',
        label: 'people.administrators',
        icon: ShieldUser,
        needs: 'listAdministrators',
      },
      { name: 'tokens', label: 'people.tokens', icon: KeySquare, needs: 'listTokens' },
      { name: 'audit', label: 'audit.title', icon: BookOpenText },
    ],
  },
]
