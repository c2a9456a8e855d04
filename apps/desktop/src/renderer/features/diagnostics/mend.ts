import type { DiagnosticCode, DiagnosticItem } from '../../../contract/index.ts'
import type { MessageKey } from '../../i18n/sentences.ts'

/** The page where something is mended; its route's name and what it is called. */
export type Mender = { readonly route: string; readonly label: MessageKey }

const to = (id: 'settings' | 'protection' | 'backup' | 'network' | 'logs'): Mender => ({
  route: id,
  label: `settings.sections.${id}`,
})
const accounts: Mender = { route: 'accounts', label: 'shell.accounts' }
const license: Mender = { route: 'license', label: 'shell.license' }

const MENDERS: Partial<Record<DiagnosticCode, Mender>> = {
  'settings-unreadable': to('settings'),
  'settings-invalid': to('settings'),
  'settings-server-secret': to('settings'),
  'database-damaged': to('backup'),
  'keyring-weak': to('protection'),
  'keyring-missing': to('protection'),
  'session-missing': accounts,
  'session-damaged': accounts,
  'proxy-unreachable': to('network'),
  'proxy-credentials-refused': to('network'),
  'proxy-not-socks5': to('network'),
  'proxy-gets-nowhere': to('network'),
  'address-unreachable': to('network'),
  'address-not-telegram': to('network'),
  'telegram-blocked': to('network'),
  'telegram-app-missing': to('network'),
  'telegram-app-refused': to('network'),
  'no-account': accounts,
  'account-signed-out': accounts,
  'account-session-duplicated': accounts,
  'account-restricted': accounts,
  'account-frozen': accounts,
  'account-offline': accounts,
  'license-none': license,
  'license-expired': license,
  'license-denied': license,
  'license-soon-over': license,
  'purchase-unpaid': license,
  'purchase-underpaid': license,
  'purchase-confirming': license,
  'purchase-in-review': license,
  'purchase-expired': license,
  'purchase-invalid': license,
  'log-errors': to('logs'),
}

/** Where what was found is mended; null: not in AutoTele, or there is nothing to mend. */
export const menderOf = ({ state, code }: DiagnosticItem): Mender | null =>
  code === null || state === 'ok' || state === 'skipped' ? null : (MENDERS[code] ?? null)

const GROUP_OF = {
  failed: 'toMend',
  warning: 'toKnow',
  info: 'toKnow',
  ok: 'inOrder',
  skipped: 'left',
  running: 'left',
  waiting: 'left',
} as const satisfies Record<DiagnosticItem['state'], string>

/** The items by what they ask of the person, gravest first; groups without any are left out. */
export function groupItems(items: readonly DiagnosticItem[]) {
  return (['toMend', 'toKnow', 'inOrder', 'left'] as const)
    .map(id => ({ id, items: items.filter(({ state }) => GROUP_OF[state] === id) }))
    .filter(group => group.items.length > 0)
}
