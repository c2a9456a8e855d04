import {
  BadgeCheck,
  BookText,
  CalendarClock,
  CalendarDays,
  ChartColumn,
  CirclePause,
  CirclePlay,
  FileUp,
  Keyboard,
  Languages,
  Lock,
  Moon,
  PenLine,
  Repeat,
  Search,
  Settings,
  Sun,
  UserPlus,
  UsersRound,
  X,
} from 'lucide-vue-next'
import type { Component } from 'vue'
import type { MessageKey } from '../../i18n/sentences.ts'

/** What an action may do; the shell gives it. */
export type ActionContext = {
  go(name: string): void
  open(what: 'help' | 'palette'): void
  lock(): void
  setTheme(theme: 'light' | 'dark' | 'system'): void
  switchLanguage(): void
  pauseAll(paused: boolean): void
}

/** Everything that can be done from anywhere, once: the keyboard, the help and the palette read the same table. */
export type Action = {
  readonly id: string
  readonly label: MessageKey
  readonly icon: Component
  readonly key?: string
  /** With Control, or Command on a Mac. */
  readonly command?: true
  /** Null: done by whatever is open; listed for the help only. */
  readonly run: ((context: ActionContext) => void) | null
}

const page = (id: string, label: MessageKey, icon: Component, key?: string): Action => ({
  id,
  label,
  icon,
  ...(key === undefined ? {} : { key, command: true }),
  run: context => context.go(id),
})

export const pages: readonly Action[] = [
  page('compose', 'shell.compose', PenLine, 'n'),
  page('messages', 'shell.scheduled', CalendarClock, '1'),
  page('accounts', 'shell.accounts', UsersRound, '2'),
  page('calendar', 'shell.calendar', CalendarDays, '3'),
  page('series', 'shell.series', Repeat, '4'),
  page('templates', 'shell.templates', BookText, '5'),
  page('statistics', 'shell.statistics', ChartColumn),
  page('license', 'shell.license', BadgeCheck),
  page('settings', 'shell.settings', Settings, ','),
]

export const commands: readonly Action[] = [
  {
    id: 'palette',
    label: 'shell.palette',
    icon: Search,
    key: 'k',
    command: true,
    run: context => context.open('palette'),
  },
  page('add-account', 'accounts.add', UserPlus),
  page('import-csv', 'history.import', FileUp),
  { id: 'pause', label: 'shell.pauseAll', icon: CirclePause, run: context => context.pauseAll(true) },
  { id: 'resume', label: 'shell.resumeAll', icon: CirclePlay, run: context => context.pauseAll(false) },
  { id: 'lock', label: 'settings.lock', icon: Lock, run: context => context.lock() },
  { id: 'light', label: 'shell.lightTheme', icon: Sun, run: context => context.setTheme('light') },
  { id: 'dark', label: 'shell.darkTheme', icon: Moon, run: context => context.setTheme('dark') },
  { id: 'system', label: 'shell.systemTheme', icon: Sun, run: context => context.setTheme('system') },
  {
    id: 'language',
    label: 'shell.otherLanguage',
    icon: Languages,
    run: context => context.switchLanguage(),
  },
  { id: 'help', label: 'shell.shortcuts', icon: Keyboard, key: '?', run: context => context.open('help') },
  { id: 'close', label: 'shell.shortcutClose', icon: X, key: 'Escape', run: null },
]

export const shortcuts: readonly Action[] = [...pages, ...commands].filter(({ key }) => key !== undefined)

const writing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/**
 * The action an event asks for. A single character means nothing while writing, and nothing at all once the person has
 * switched such shortcuts off (`single` false; WCAG 2.1.4).
 */
export function findShortcut(event: Event, single: boolean): Action | null {
  // Chromium fills forms in with a keydown that is no keyboard's and has no key.
  if (!(event instanceof KeyboardEvent)) return null
  const command = event.ctrlKey || event.metaKey
  if (event.altKey || event.defaultPrevented) return null
  if (!command && (!single || writing(event.target))) return null
  const key = event.key.toLowerCase()
  return (
    shortcuts.find(one => one.run !== null && (one.command ?? false) === command && one.key === key) ?? null
  )
}
