import type { shell as fr } from '../fr/shell.ts'
import type { Sentences } from '../sentences.ts'

export const shell: Sentences<typeof fr> = {
  skip: 'Skip to content',
  navigation: 'Main navigation',
  compose: 'New message',
  scheduled: 'Messages',
  calendar: 'Calendar',
  statistics: 'Statistics',
  shortcutCalendar: 'Calendar',
  series: 'Series',
  accounts: 'Accounts',
  license: 'Licence',
  settings: 'Settings',
  shortcuts: 'Keyboard shortcuts',
  starting: 'Opening AutoTele…',
  disconnectedTitle: 'AutoTele is not answering',
  disconnectedText:
    'It reconnects by itself. What is already scheduled still goes out: Telegram takes care of it.',
  licenseOffline: 'The licence server has been out of reach for a long time',
  licenseOfflineText:
    'AutoTele works without it until {date}. Connect this computer to the Internet before then.',
  licenseEnded: 'New messages are waiting for a licence',
  licenseEndedText: 'Your scheduled messages still go out. You can always read and cancel.',
  seeLicense: 'See the licence',
  shortcutNew: 'New message',
  shortcutMessages: 'List of messages',
  shortcutAccounts: 'Accounts',
  shortcutSettings: 'Settings',
  shortcutHelp: 'Show this help',
  shortcutClose: 'Close a window or a menu',
  keyControl: 'Ctrl',
  keyEscape: 'Esc',
  notFound: 'Page not found',
  notFoundText: 'This address leads nowhere in AutoTele.',
  home: 'Go to the messages',
}
