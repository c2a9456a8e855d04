import type { common as fr } from '../fr/common.ts'
import type { Sentences } from '../sentences.ts'

export const common: Sentences<typeof fr> = {
  cancel: 'Cancel',
  close: 'Close',
  retry: 'Try again',
  copied: 'Copied to the clipboard',
  notCopied: 'Copying was refused: select the text and copy it by hand.',
  showPassword: 'Show what is typed',
  hidePassword: 'Hide what is typed',
  showChoices: 'Show the choices',
  noMatch: 'No result',
  previousMonth: 'Previous month',
  nextMonth: 'Next month',
  notification: 'Notification',
  notifications: 'Notifications ({keys})',
  loading: 'Loading…',
  loadMore: 'Show more',
  atTime: 'at {time}',
  inDuration: 'in {duration}',
  inAWhile: 'in a few minutes',
  aWhile: 'a few minutes',
  someLimit: 'the limit',
  several: 'several',
  unnamed: 'no detail',
  thisZone: 'this zone',
  hereTime: '{time} where you are ({zone})',
}
