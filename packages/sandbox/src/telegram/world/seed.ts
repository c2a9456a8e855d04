import type { World } from './facade.ts'
import type { PeerKey, User } from './state.ts'

// Numbers in 06 39 98 xx xx are set aside for fiction by ARCEP, so they are nobody's.
export const CAMILLE = '+33 6 39 98 00 01'
export const NASSIM = '+33 6 39 98 00 02'

const HOUR = 3600
const DAY = 24 * HOUR
const POST_RIGHTS = ['post_messages', 'edit_messages', 'delete_messages'] as const

/** A small French community: two accounts with different rights, and conversations of every kind. */
export const seedCommunity = (world: World): void => {
  const camille = world.addUser({
    firstName: 'Camille',
    lastName: 'Moreau',
    username: 'camille_moreau',
    phone: CAMILLE,
    premium: true,
    login: { code: '12345', password: 'tournesol', hint: 'la fleur' },
  })
  const nassim = world.addUser({
    firstName: 'Nassim',
    lastName: 'Benali',
    username: 'nassim_benali',
    phone: NASSIM,
    login: { code: '54321' },
  })
  const lea = world.addUser({ firstName: 'Léa', lastName: 'Petit', username: 'lea_petit' })
  const hugo = world.addUser({ firstName: 'Hugo', lastName: 'Garnier' })
  const ines = world.addUser({ firstName: 'Inès', lastName: 'Rousseau', username: 'ines_rousseau' })
  const bot = world.addUser({ firstName: 'Rappels', username: 'rappels_quartier_bot', bot: true })
  const now = world.now()
  const tell = (chat: PeerKey, from: User, ago: number, text: string): void => {
    world.say(chat, from, { text, date: now - ago })
  }

  const news = world.addChat({
    kind: 'channel',
    title: '📣 Quartier des Lilas',
    username: 'quartier_lilas',
    about: 'Les nouvelles du quartier.',
    participants: 1284,
    members: [
      { user: camille, role: 'creator' },
      { user: nassim, role: 'member' },
    ],
  })
  tell(news, camille, 3 * DAY, 'Le vide-grenier est confirmé : dimanche 9 h, place du marché.')
  tell(news, camille, 5 * HOUR, 'Coupure d’eau jeudi de 9 h à 11 h, rue des Acacias.')

  const market = world.addChat({
    kind: 'channel',
    title: 'Marché bio — annonces 🥕',
    about: 'Arrivages et horaires.',
    participants: 412,
    members: [
      { user: camille, role: 'admin', adminRights: POST_RIGHTS },
      { user: nassim, role: 'admin', adminRights: POST_RIGHTS },
      { user: lea, role: 'creator' },
    ],
  })
  tell(market, lea, 2 * DAY, 'Samedi : premières fraises, et le fromager est de retour.')

  const agenda = world.addChat({
    kind: 'channel',
    title: 'Agenda culturel',
    username: 'agenda_lilas',
    participants: 873,
    members: [
      { user: nassim, role: 'creator' },
      { user: camille, role: 'admin', adminRights: POST_RIGHTS },
    ],
  })
  tell(agenda, nassim, 30 * HOUR, 'Concert gratuit vendredi soir au kiosque 🎷')

  const town = world.addChat({
    kind: 'channel',
    title: 'Mairie — infos officielles',
    username: 'mairie_infos',
    participants: 9120,
    members: [
      { user: hugo, role: 'creator' },
      { user: camille, role: 'member' },
      { user: nassim, role: 'member' },
    ],
  })
  tell(town, hugo, 8 * HOUR, 'Inscriptions à la médiathèque ouvertes jusqu’au 30.')

  const neighbours = world.addChat({
    kind: 'supergroup',
    title: 'Voisins solidaires 🤝',
    username: 'voisins_solidaires',
    participants: 236,
    members: [
      { user: camille, role: 'creator' },
      { user: nassim, role: 'member' },
      { user: lea, role: 'member' },
      { user: hugo, role: 'member' },
    ],
  })
  tell(neighbours, hugo, 9 * HOUR, 'Quelqu’un aurait une échelle à prêter ce week-end ?')
  tell(neighbours, lea, 2 * HOUR, 'Oui, passez ce soir après 18 h.')

  const deals = world.addChat({
    kind: 'supergroup',
    title: 'Dons et bonnes affaires',
    participants: 1530,
    slowModeSeconds: 60,
    members: [
      { user: lea, role: 'creator' },
      { user: camille, role: 'member' },
      { user: nassim, role: 'member' },
    ],
  })
  tell(deals, lea, 4 * HOUR, 'Rappel : une annonce à la fois, avec le prix.')

  const closed = world.addChat({
    kind: 'supergroup',
    title: 'Comptes rendus du conseil',
    participants: 98,
    defaultBanned: ['send_messages'],
    members: [
      { user: hugo, role: 'creator' },
      { user: nassim, role: 'admin', adminRights: ['delete_messages', 'pin_messages'] },
      { user: camille, role: 'member' },
    ],
  })
  tell(closed, hugo, 6 * DAY, 'Compte rendu du conseil du 3 : budget voté, école rénovée l’an prochain.')

  const forum = world.addChat({
    kind: 'supergroup',
    title: 'Jardin partagé 🌻',
    username: 'jardin_partage',
    participants: 61,
    topics: [
      'Général',
      'Semis et plantations',
      'Arrosage',
      'Outils',
      { title: 'Récoltes 2025 (archives)', closed: true },
    ],
    members: [
      { user: camille, role: 'admin', adminRights: ['delete_messages', 'pin_messages', 'manage_topics'] },
      { user: ines, role: 'creator' },
      { user: nassim, role: 'member' },
    ],
  })
  tell(forum, ines, 26 * HOUR, 'Bienvenue ! Chaque sujet a son fil.')
  world.say(forum, ines, { text: 'Qui arrose mardi ?', date: now - 20 * HOUR, topicId: 5, replyTo: 5 })

  const team = world.addChat({
    kind: 'group',
    title: 'Équipe bénévoles',
    members: [
      { user: camille, role: 'creator' },
      { user: nassim, role: 'member' },
      { user: ines, role: 'member' },
    ],
  })
  tell(team, ines, 90 * 60, 'Réunion mercredi 19 h chez moi ?')

  const party = world.addChat({
    kind: 'group',
    title: 'Fête des voisins 2026 🎉',
    members: [
      { user: lea, role: 'creator' },
      { user: camille, role: 'member' },
      { user: nassim, role: 'admin' },
    ],
  })
  tell(party, lea, 50 * 60, 'J’apporte les tables. Qui s’occupe des boissons ?')

  tell(world.keyOfUser(nassim), camille, 40 * 60, 'Tu peux relire l’annonce de samedi ?')
  tell(world.keyOfUser(camille), nassim, 35 * 60, 'Oui, envoie !')
  tell(world.keyOfUser(camille), ines, 3 * HOUR, 'Merci pour les graines 🌱')
  tell(world.keyOfUser(camille), bot, 7 * DAY, 'Je vous rappellerai vos rendez-vous.')
  tell(world.keyOfUser(camille), camille, 12 * HOUR, 'Penser aux affiches (30 exemplaires).')

  // In private conversations only, so that every queue of a group begins empty.
  const later = (to: User, days: number, text: string): void => {
    world.schedule(CAMILLE, world.keyOfUser(to), { text, date: now + days * DAY })
  }
  later(camille, 9, 'Renouveler l’assurance du local.')
  later(camille, 20, 'Relancer les inscriptions du vide-grenier.')
  later(ines, 12, 'Bon anniversaire 🎂')

  world.pin(CAMILLE, [news, neighbours])
}
