import type { privacy as fr } from '../fr/privacy.ts'
import type { Sentences } from '../sentences.ts'

export const privacy: Sentences<typeof fr> = {
  text: 'AutoTele measures nothing and reports to nobody. Here is all that it keeps, and all that leaves.',
  hostsTitle: 'Whom AutoTele has talked to',
  hostsText: 'The list comes from this computer: these are the connections actually attempted.',
  host: 'Server',
  why: 'Why',
  times: 'Connections',
  last: 'Last',
  purposes: {
    telegram: 'Telegram: your messages and chats',
    proxy: 'Your proxy to Telegram',
    'license-server': 'Checking the licence',
    updates: 'Looking for updates and downloading them',
    diagnostics: 'Diagnostics that you ran',
    'payment-page': 'The payment page that you opened',
  },
  failed: '{n} without an answer | {n} without an answer',
  nobody: 'To nobody, so far.',
  keptTitle: 'What is kept on this computer',
  kept: {
    messages: {
      name: 'Messages, templates and chats',
      text: 'Encrypted in autotele.db. Kept as long as you do not remove the account.',
    },
    sessions: {
      name: 'Telegram sessions',
      text: 'Encrypted, one file for each account. Erased when you remove the account.',
    },
    files: { name: 'Photos and files to send', text: 'Encrypted, each with its own key.' },
    settings: { name: 'Settings', text: 'Not encrypted: nothing secret or personal is in them.' },
    log: { name: 'Log', text: 'Without numbers, texts or secrets. Erased after 90 days.' },
    copies: { name: 'Local copies', text: 'Under the same protection as the data.' },
  },
  leavesTitle: 'What leaves',
  leaves: {
    telegram: 'To Telegram: your messages, their dates and recipients, from your own account.',
    license:
      'To the licence server: the licence, the version of AutoTele and the identity of this device. No account, number or message.',
    payment: 'To the payment page: what you type there, in your browser.',
    nothing: 'To nobody else. No audience measurement, no automatic reports.',
  },
  yoursTitle: 'Take with you or erase',
  exportMessages: 'Export the list of messages',
  makeBackup: 'Make a backup',
  removeAccount: 'Remove an account and its data',
  erase: 'To erase everything: cancel what is scheduled, quit AutoTele, then delete the folder “{folder}”.',
}
