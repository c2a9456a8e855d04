import type { series as fr } from '../fr/series.ts'
import type { Sentences } from '../sentences.ts'

export const series: Sentences<typeof fr> = {
  title: 'Series',
  intro:
    'A series repeats without end or until a date. AutoTele gives Telegram thirty days of it in advance, and Telegram publishes with the computer switched off; open AutoTele from time to time to renew the reserve.',
  emptyTitle: 'No series',
  emptyText: 'Write a message, then choose “Repeats” for its dates.',
  loading: 'Reading the series…',
  everyDays: 'Every day at {time} | Every {n} days at {time}',
  everyWeeks: 'Every week on {days} at {time} | Every {n} weeks on {days} at {time}',
  everyMonthsDay:
    'On day {day} of every month at {time} | On day {day} of the month, every {n} months, at {time}',
  everyMonthsWeekday:
    'On the {nth} {weekday} of every month at {time} | On the {nth} {weekday} of the month, every {n} months, at {time}',
  weekdayItem: '{day}',
  nth: { n1: 'first', n2: 'second', n3: 'third', n4: 'fourth', last: 'last' },
  endsUntil: 'until {date}',
  endsCount: '{n} time | {n} times',
  state: { active: 'Active', paused: 'Paused', ended: 'Ended' },
  waiting: {
    license: 'The reserve is not renewed: a licence is needed. What is at Telegram still goes out.',
    account: 'The account was removed: the series waits for it to come back.',
    'signed-out': 'The account is signed out: the series waits until it is signed in again.',
    restricted: 'Telegram restricts this account: the series waits.',
    chats: 'You can no longer write in any of these chats.',
    quota: 'A chat has no room left: Telegram accepts 100 scheduled messages per chat.',
  },
  next: 'Next date: {date}',
  noNext: 'No date to come',
  reserve: 'Reserve until {date}',
  noReserve: 'Nothing in reserve at Telegram',
  counts: '{n} message at Telegram | {n} messages at Telegram',
  here: '{n} on its way | {n} on their way',
  missed: '{n} date passed without a message | {n} dates passed without a message',
  from: 'From {name}',
  others: '{list} and {n} other | {list} and {n} others',
  pause: 'Pause',
  resume: 'Resume',
  end: 'Stop',
  edit: 'Edit the text',
  actionsOf: '{action}: {rule}',
  pauseTitle: 'Pause this series?',
  pauseText: 'Nothing new is given to Telegram until you resume it.',
  endTitle: 'Stop this series?',
  endText: 'It cannot be resumed. Nothing new is given to Telegram.',
  withdraw:
    'Also take back {n} message already at Telegram | Also take back the {n} messages already at Telegram',
  withdrawHint: 'Otherwise they are published at their dates.',
  keep: 'Change nothing',
  paused: 'Series paused',
  resumed: 'The series goes on',
  ended: 'Series stopped',
  edited: 'Text changed',
  partly:
    '{n} message could not be dealt with at Telegram yet; AutoTele tries again. | {n} messages could not be dealt with at Telegram yet; AutoTele tries again.',
  editedPartly:
    '{n} message already at Telegram could not be changed. | {n} messages already at Telegram could not be changed.',
  editTitle: 'Edit the text of the series',
  editText: 'The new text is for everything not yet at Telegram.',
  editLabel: 'Message text',
  editScheduled:
    'Also change {n} message already at Telegram | Also change the {n} messages already at Telegram',
  editScheduledHint: 'Otherwise they keep their text.',
  save: 'Save',
}
