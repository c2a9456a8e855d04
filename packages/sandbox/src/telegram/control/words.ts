import type { BannedRight, Chat, MediaKind, Member } from '../world/state.ts'

/** What the page says, in the two languages of the product. */
export type Words = {
  readonly locale: 'fr' | 'en'
  readonly title: string
  readonly tagline: string
  readonly nav: { readonly overview: string; readonly chats: string; readonly calls: string }
  readonly units: { readonly day: string; readonly hour: string; readonly minute: string }
  readonly clock: {
    readonly label: string
    readonly real: string
    readonly moved: (distance: string) => string
    readonly minute: string
    readonly hour: string
    readonly day: string
    readonly nextDue: string
    readonly back: string
  }
  readonly accounts: {
    readonly title: string
    readonly phone: string
    readonly code: string
    readonly password: string
    readonly noPassword: string
    readonly premium: string
    readonly waitingFor: (delivery: string) => string
    readonly anyCode: string
    readonly codes: string
    readonly limited: (text: string, once: boolean) => string
    readonly more: string
    readonly signOut: string
    readonly flood: string
    readonly peerFlood: string
    readonly free: string
    readonly online: string
    readonly qr: string
    readonly qrHint: string
    readonly accept: string
  }
  readonly queue: {
    readonly title: string
    readonly empty: string
    readonly emptyHint: string
    readonly untilOnline: string
    readonly realTime: (when: string) => string
    readonly publish: string
    readonly change: string
    readonly text: string
    readonly due: string
    readonly save: string
    readonly remove: string
    readonly album: string
    readonly silent: string
    readonly repeats: string
    readonly self: string
    readonly by: (account: string) => string
  }
  readonly published: { readonly title: string; readonly empty: string; readonly scheduled: string }
  readonly calls: {
    readonly title: string
    readonly empty: string
    readonly method: string
    readonly when: string
    readonly who: string
    readonly outcome: string
    readonly nobody: string
    readonly noAnswer: string
    readonly unknown: string
    readonly times: (count: number) => string
  }
  readonly chats: {
    readonly title: string
    readonly kinds: Readonly<Record<Chat['kind'] | 'forum', string>>
    readonly people: (count: number) => string
    readonly waiting: (count: number) => string
    readonly members: string
    readonly roles: Readonly<Record<Member['role'], string>>
    readonly mute: string
    readonly unmute: string
    readonly out: string
    readonly back: string
    readonly restrictions: string
    readonly restrictionsHint: string
    readonly slow: string
    readonly slowOff: string
    readonly price: string
    readonly closedByTelegram: string
    readonly save: string
    readonly topics: string
    readonly close: string
    readonly open: string
    readonly migrate: string
    readonly migratedTo: string
    readonly messages: string
    readonly noMessages: string
    readonly write: string
    readonly writeAs: string
    readonly send: string
    readonly edit: string
    readonly delete: string
    readonly edited: string
    readonly service: string
  }
  readonly rights: Readonly<Partial<Record<BannedRight, string>>>
  readonly media: Readonly<Record<MediaKind, string>>
  readonly said: {
    readonly done: string
    readonly refused: (text: string) => string
    readonly gone: string
  }
  readonly forbidden: { readonly title: string; readonly text: string }
}

const fr: Words = {
  locale: 'fr',
  title: 'Telegram local',
  tagline: 'Rien ne sort de cette machine.',
  nav: { overview: 'Vue d’ensemble', chats: 'Conversations', calls: 'Appels' },
  units: { day: 'j', hour: 'h', minute: 'min' },
  clock: {
    label: 'Horloge de ce Telegram',
    real: 'à l’heure',
    moved: distance => `${distance} sur l’heure réelle`,
    minute: '+ 1 min',
    hour: '+ 1 h',
    day: '+ 1 jour',
    nextDue: 'Prochaine échéance',
    back: 'Heure réelle',
  },
  accounts: {
    title: 'Comptes',
    phone: 'Téléphone',
    code: 'Code',
    password: 'Mot de passe',
    noPassword: 'aucun',
    premium: 'Premium',
    waitingFor: delivery => `Un code est attendu (${delivery})`,
    anyCode: 'numéro inconnu : tout code convient',
    codes: 'Codes demandés',
    limited: (text, once) => (once ? `Prochain envoi : ${text}` : `Envois refusés : ${text}`),
    more: 'Agir sur ce compte',
    signOut: 'Déconnecter partout',
    flood: 'FLOOD_WAIT_30 au prochain envoi',
    peerFlood: 'PEER_FLOOD à chaque envoi',
    free: 'Lever les limites',
    online: 'Se connecter en ligne',
    qr: 'Scanner un QR code',
    qrHint: 'tg://login?token=…',
    accept: 'Accepter',
  },
  queue: {
    title: 'Messages planifiés',
    empty: 'Rien n’est planifié.',
    emptyHint: 'Ce que le client confie à Telegram apparaît ici, avec son échéance.',
    untilOnline: 'quand la personne sera en ligne',
    realTime: when => `soit ${when} à l’heure réelle`,
    publish: 'Publier maintenant',
    change: 'Modifier',
    text: 'Texte',
    due: 'Échéance',
    save: 'Enregistrer',
    remove: 'Supprimer',
    album: 'album',
    silent: 'silencieux',
    repeats: 'répété',
    self: 'Messages enregistrés',
    by: account => `par ${account}`,
  },
  published: { title: 'Publiés récemment', empty: 'Aucun message.', scheduled: 'était planifié' },
  calls: {
    title: 'Appels des clients',
    empty: 'Aucun client n’a encore appelé.',
    method: 'Méthode',
    when: 'Quand',
    who: 'Compte',
    outcome: 'Réponse',
    nobody: 'avant connexion',
    noAnswer: 'sans réponse',
    unknown: 'Méthodes demandées que ce Telegram ne connaît pas',
    times: count => `${count} fois`,
  },
  chats: {
    title: 'Conversations',
    kinds: { group: 'Groupe', supergroup: 'Supergroupe', channel: 'Canal', forum: 'Forum' },
    people: count => `${count.toLocaleString('fr')} membre${count > 1 ? 's' : ''}`,
    waiting: count => `${count} planifié${count > 1 ? 's' : ''}`,
    members: 'Membres connus',
    roles: {
      creator: 'propriétaire',
      admin: 'administrateur',
      member: 'membre',
      left: 'parti',
      banned: 'banni',
    },
    mute: 'Interdire d’écrire',
    unmute: 'Rendre la parole',
    out: 'Exclure',
    back: 'Réintégrer',
    restrictions: 'Restrictions pour tous',
    restrictionsHint: 'Les administrateurs n’y sont pas tenus.',
    slow: 'Mode lent (secondes)',
    slowOff: '0 : sans',
    price: 'Prix d’un message (étoiles)',
    closedByTelegram: 'Restreint par Telegram (CHAT_RESTRICTED)',
    save: 'Appliquer',
    topics: 'Sujets',
    close: 'Fermer',
    open: 'Rouvrir',
    migrate: 'Convertir en supergroupe',
    migratedTo: 'Converti en supergroupe',
    messages: 'Messages',
    noMessages: 'Aucun message.',
    write: 'Écrire depuis un autre appareil',
    writeAs: 'Compte',
    send: 'Envoyer',
    edit: 'Modifier',
    delete: 'Supprimer',
    edited: 'modifié',
    service: 'message de service',
  },
  rights: {
    send_messages: 'écrire (tout)',
    send_plain: 'textes',
    send_media: 'médias (tous)',
    send_photos: 'photos',
    send_videos: 'vidéos',
    send_docs: 'fichiers',
    send_audios: 'musique',
    send_voices: 'messages vocaux',
    embed_links: 'aperçus de liens',
    send_polls: 'sondages',
  },
  media: {
    photo: 'photo',
    video: 'vidéo',
    roundvideo: 'message vidéo',
    audio: 'musique',
    voice: 'message vocal',
    gif: 'GIF',
    sticker: 'autocollant',
    document: 'fichier',
  },
  said: {
    done: 'C’est fait.',
    refused: text => `Telegram refuse : ${text}`,
    gone: 'Ce n’est plus là.',
  },
  forbidden: {
    title: 'Ce lien a déjà servi',
    text: 'Il ne s’ouvre qu’une fois, dans un navigateur. La touche o, là où tourne npm start, en donne un nouveau.',
  },
}

const en: Words = {
  locale: 'en',
  title: 'Local Telegram',
  tagline: 'Nothing leaves this machine.',
  nav: { overview: 'Overview', chats: 'Chats', calls: 'Calls' },
  units: { day: 'd', hour: 'h', minute: 'min' },
  clock: {
    label: 'This Telegram’s clock',
    real: 'on time',
    moved: distance => `${distance} from real time`,
    minute: '+ 1 min',
    hour: '+ 1 h',
    day: '+ 1 day',
    nextDue: 'Next due date',
    back: 'Real time',
  },
  accounts: {
    title: 'Accounts',
    phone: 'Phone',
    code: 'Code',
    password: 'Password',
    noPassword: 'none',
    premium: 'Premium',
    waitingFor: delivery => `A code is awaited (${delivery})`,
    anyCode: 'unknown number: any code will do',
    codes: 'Codes asked for',
    limited: (text, once) => (once ? `Next send: ${text}` : `Sends refused: ${text}`),
    more: 'Act on this account',
    signOut: 'Sign out everywhere',
    flood: 'FLOOD_WAIT_30 at the next send',
    peerFlood: 'PEER_FLOOD at every send',
    free: 'Lift the limits',
    online: 'Come online',
    qr: 'Scan a QR code',
    qrHint: 'tg://login?token=…',
    accept: 'Accept',
  },
  queue: {
    title: 'Scheduled messages',
    empty: 'Nothing is scheduled.',
    emptyHint: 'What the client hands to Telegram appears here, with its due date.',
    untilOnline: 'when the person comes online',
    realTime: when => `${when} in real time`,
    publish: 'Publish now',
    change: 'Change',
    text: 'Text',
    due: 'Due',
    save: 'Save',
    remove: 'Delete',
    album: 'album',
    silent: 'silent',
    repeats: 'repeated',
    self: 'Saved Messages',
    by: account => `by ${account}`,
  },
  published: { title: 'Published lately', empty: 'No message.', scheduled: 'was scheduled' },
  calls: {
    title: 'Calls of clients',
    empty: 'No client has called yet.',
    method: 'Method',
    when: 'When',
    who: 'Account',
    outcome: 'Answer',
    nobody: 'before sign-in',
    noAnswer: 'no answer',
    unknown: 'Methods asked for that this Telegram does not know',
    times: count => (count === 1 ? 'once' : `${count} times`),
  },
  chats: {
    title: 'Chats',
    kinds: { group: 'Group', supergroup: 'Supergroup', channel: 'Channel', forum: 'Forum' },
    people: count => `${count.toLocaleString('en')} member${count === 1 ? '' : 's'}`,
    waiting: count => `${count} scheduled`,
    members: 'Known members',
    roles: { creator: 'owner', admin: 'administrator', member: 'member', left: 'left', banned: 'banned' },
    mute: 'Forbid writing',
    unmute: 'Let write again',
    out: 'Remove',
    back: 'Take back',
    restrictions: 'Restrictions for all',
    restrictionsHint: 'Administrators are not held by them.',
    slow: 'Slow mode (seconds)',
    slowOff: '0: off',
    price: 'Price of a message (stars)',
    closedByTelegram: 'Restricted by Telegram (CHAT_RESTRICTED)',
    save: 'Apply',
    topics: 'Topics',
    close: 'Close',
    open: 'Reopen',
    migrate: 'Convert to a supergroup',
    migratedTo: 'Converted to a supergroup',
    messages: 'Messages',
    noMessages: 'No message.',
    write: 'Write from another device',
    writeAs: 'Account',
    send: 'Send',
    edit: 'Change',
    delete: 'Delete',
    edited: 'edited',
    service: 'service message',
  },
  rights: {
    send_messages: 'write (anything)',
    send_plain: 'texts',
    send_media: 'media (any)',
    send_photos: 'photos',
    send_videos: 'videos',
    send_docs: 'files',
    send_audios: 'music',
    send_voices: 'voice messages',
    embed_links: 'link previews',
    send_polls: 'polls',
  },
  media: {
    photo: 'photo',
    video: 'video',
    roundvideo: 'video message',
    audio: 'music',
    voice: 'voice message',
    gif: 'GIF',
    sticker: 'sticker',
    document: 'file',
  },
  said: {
    done: 'Done.',
    refused: text => `Telegram refuses: ${text}`,
    gone: 'It is not there any more.',
  },
  forbidden: {
    title: 'This link was used before',
    text: 'It opens once, in one browser. The key o, where npm start runs, gives a new one.',
  },
}

/** The language a browser asks for; French unless it prefers English to it (RFC 9110, section 12.5.4). */
export const wordsFor = (acceptLanguage: string | undefined): Words => {
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map(part => {
      const [tag = '', ...parameters] = part.trim().split(';')
      const quality = parameters
        .find(one => one.trim().startsWith('q='))
        ?.trim()
        .slice(2)
      return { language: tag.toLowerCase().slice(0, 2), quality: quality === undefined ? 1 : Number(quality) }
    })
    .filter(({ language, quality }) => (language === 'fr' || language === 'en') && quality > 0)
    .sort((a, b) => b.quality - a.quality)
  return wanted[0]?.language === 'en' ? en : fr
}
