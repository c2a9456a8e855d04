import type { MessageKey } from '../../i18n/sentences.ts'

/** Every shortcut, once: the handler and the help read the same table. */
export type Shortcut = {
  readonly id: 'new' | 'messages' | 'calendar' | 'accounts' | 'settings' | 'help' | 'close'
  readonly label: MessageKey
  readonly key: string
  /** Control, or Command on a Mac. */
  readonly command: boolean
  /** Handled elsewhere (by what is open); listed for the help only. */
  readonly native?: true
}

export const shortcuts: readonly Shortcut[] = [
  { id: 'new', label: 'shell.shortcutNew', key: 'n', command: true },
  { id: 'messages', label: 'shell.shortcutMessages', key: '1', command: true },
  { id: 'calendar', label: 'shell.shortcutCalendar', key: '3', command: true },
  { id: 'accounts', label: 'shell.shortcutAccounts', key: '2', command: true },
  { id: 'settings', label: 'shell.shortcutSettings', key: ',', command: true },
  { id: 'help', label: 'shell.shortcutHelp', key: '?', command: false },
  { id: 'close', label: 'shell.shortcutClose', key: 'Escape', command: false, native: true },
]

const writing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** The shortcut an event asks for; a single letter means nothing while writing. */
export function findShortcut(event: KeyboardEvent): Shortcut['id'] | null {
  const command = event.ctrlKey || event.metaKey
  if (event.altKey || event.defaultPrevented || (!command && writing(event.target))) return null
  const found = shortcuts.find(
    one => one.native === undefined && one.command === command && one.key === event.key.toLowerCase(),
  )
  return found?.id ?? null
}
