import type { findings as fr } from '../fr/findings.ts'
import type { Sentences } from '../sentences.ts'

export const findings: Sentences<typeof fr> = {
  'finding/many-chats': {
    what: 'Many chats at once ({count}).',
    next: 'Telegram watches mass sending: write only where you are expected.',
  },
  'finding/not-admin-in-many': {
    what: 'You are not an administrator in {count} of these chats.',
    next: 'Make sure their rules allow this message.',
  },
  'finding/slow-mode': {
    what: 'Some chats have a slow mode.',
    next: 'Leave at least {duration} between the dates in these chats.',
  },
  'finding/dst-gap': {
    what: 'A chosen time does not exist that day: summer time begins.',
    next: 'The message goes out as much later as the clocks go forward; change the time if that does not suit.',
  },
  'finding/dst-overlap': {
    what: 'A chosen time exists twice that day: winter time begins.',
    next: 'The message goes out once, at the first of the two.',
  },
  'finding/duplicate-in-chat': {
    what: 'The same text appears twice within a day in some of these chats.',
    next: 'Check the list of messages, not to publish twice.',
  },
  'finding/duplicate-from-account': {
    what: 'Another of your accounts publishes the same text in some of these chats within a day.',
    next: 'Keep one account per chat: Telegram and the members take it for spam.',
  },
  'finding/quota-nearly-full': {
    what: 'Some chats are close to {limit} scheduled messages.',
    next: 'Beyond that, Telegram refuses: keep some room.',
  },
  'finding/offline-placement': {
    what: 'This account is offline.',
    next: 'The messages are handed to Telegram as soon as it is back; leave AutoTele open until then.',
  },
  'finding/unknown-variable': {
    what: 'The word {name} in braces stands for nothing.',
    next: 'It will be published as it is; the known words are group, date, time and account.',
  },
  'finding/series-short-reserve': {
    what: 'Some chats already have many scheduled messages.',
    next: 'The reserve of the series will be shorter there, and grow when room is made.',
  },
}
