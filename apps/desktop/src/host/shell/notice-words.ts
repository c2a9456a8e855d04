type Pair = readonly [title: string, text: string]

/** What notices say: where to look and why, never the words of a message. */
export type NoticeWords = {
  readonly failed: Pair
  readonly account: (name: string) => Pair
  readonly wait: (name: string) => Pair
  readonly held: Pair
  readonly licenseSoon: Pair
  readonly licenseOver: Pair
  readonly finished: (count: number) => Pair
  readonly stillHere: Pair
}

export const noticeWords: Readonly<Record<'fr' | 'en', NoticeWords>> = {
  fr: {
    failed: ['Un message n’a pas pu être programmé', 'Ouvrez AutoTele pour voir pourquoi et réessayer.'],
    account: name => [`Le compte ${name} demande votre attention`, 'Il n’envoie plus rien pour le moment.'],
    wait: name => [`Telegram fait patienter ${name}`, 'L’envoi reprendra de lui-même.'],
    held: [
      'AutoTele s’est arrêté par prudence',
      'Telegram a plusieurs fois fait attendre ou refusé. Regardez, puis reprenez.',
    ],
    licenseSoon: ['Votre licence se termine bientôt', 'Ce qui est déjà programmé partira dans tous les cas.'],
    licenseOver: ['Votre licence est terminée', 'Lire, exporter et annuler restent possibles.'],
    finished: count => [
      'Tout est dans la file de Telegram',
      count === 1 ? '1 message est programmé.' : `${count} messages sont programmés.`,
    ],
    stillHere: [
      'AutoTele reste ouvert',
      'Il continue à programmer vos messages. Pour le quitter : son icône.',
    ],
  },
  en: {
    failed: ['A message could not be scheduled', 'Open AutoTele to see why and to try again.'],
    account: name => [`The account ${name} needs you`, 'It sends nothing for now.'],
    wait: name => [`Telegram makes ${name} wait`, 'Scheduling goes on by itself.'],
    held: [
      'AutoTele stopped out of care',
      'Telegram made it wait or refused several times. Look, then resume.',
    ],
    licenseSoon: ['Your licence ends soon', 'What is scheduled already goes out in any case.'],
    licenseOver: ['Your licence has ended', 'Reading, exporting and cancelling stay possible.'],
    finished: count => [
      'Everything is in Telegram’s queue',
      count === 1 ? '1 message is scheduled.' : `${count} messages are scheduled.`,
    ],
    stillHere: ['AutoTele stays open', 'It goes on scheduling your messages. To quit: its icon.'],
  },
}
