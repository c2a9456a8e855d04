export const calendar = {
  title: 'Calendrier',
  month: 'Mois',
  week: 'Semaine',
  day: 'Jour',
  chats: 'Par discussion',
  hour: 'Heure',
  view: 'Affichage',
  today: 'Aujourd’hui',
  previous: 'Précédent',
  next: 'Suivant',
  count: '{n} message | {n} messages',
  more: '+ {n} autre | + {n} autres',
  dayLabel: '{day}, {count}',
  chat: 'Discussion',
  empty: 'Rien sur cette période',
  moveHint: {
    month:
      'Glissez un message vers un autre jour, ou déplacez-le avec Alt et les flèches : ← → d’un jour, ↑ ↓ d’une semaine.',
    week: 'Glissez un message vers une autre heure, ou déplacez-le avec Alt et les flèches : ← → d’un jour, ↑ ↓ d’une heure.',
    day: 'Glissez un message vers une autre heure, ou déplacez-le avec Alt et les flèches : ← → d’un jour, ↑ ↓ d’une heure.',
    chats: 'Glissez un message vers un autre jour, ou déplacez-le avec Alt et les flèches ← →.',
  },
  crowded:
    'Il y a plus de {n} messages en un jour : seuls les {n} premiers de chaque jour sont ici. Ouvrez un jour dans la liste pour les voir tous.',
  notMovable: 'Ce message ne peut plus être déplacé',
}
