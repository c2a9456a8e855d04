export const findings = {
  'finding/many-chats': {
    what: 'Beaucoup de discussions à la fois ({count}).',
    next: 'Telegram surveille les envois en masse : n’écrivez que là où l’on vous attend.',
  },
  'finding/not-admin-in-many': {
    what: 'Vous n’êtes pas administrateur dans {count} de ces discussions.',
    next: 'Assurez-vous que leurs règles permettent ce message.',
  },
  'finding/slow-mode': {
    what: 'Certaines discussions ont un mode lent.',
    next: 'Espacez les dates d’au moins {duration} dans ces discussions.',
  },
  'finding/dst-gap': {
    what: 'Une heure choisie n’existe pas ce jour-là : l’heure d’été commence.',
    next: 'Le message partira d’autant plus tard que l’horloge avance ; changez l’heure si cela ne convient pas.',
  },
  'finding/dst-overlap': {
    what: 'Une heure choisie existe deux fois ce jour-là : l’heure d’hiver commence.',
    next: 'Le message partira une seule fois, à la première des deux.',
  },
  'finding/duplicate-in-chat': {
    what: 'Le même texte paraît deux fois en moins d’un jour dans certaines de ces discussions.',
    next: 'Vérifiez la liste des messages pour ne pas publier deux fois.',
  },
  'finding/duplicate-from-account': {
    what: 'Un autre de vos comptes publie le même texte dans certaines de ces discussions, à moins d’un jour.',
    next: 'Gardez un seul compte par discussion : Telegram et les membres y voient du spam.',
  },
  'finding/quota-nearly-full': {
    what: 'Certaines discussions approchent des {limit} messages programmés.',
    next: 'Au-delà, Telegram refuse : gardez de la marge.',
  },
  'finding/offline-placement': {
    what: 'Ce compte est hors connexion.',
    next: 'Les messages seront confiés à Telegram dès son retour ; laissez AutoTele ouvert jusque-là.',
  },
  'finding/unknown-variable': {
    what: 'Le mot {name} entre accolades ne correspond à rien.',
    next: 'Il sera publié tel quel ; les mots reconnus sont groupe, date, heure et compte.',
  },
  'finding/series-short-reserve': {
    what: 'Certaines discussions ont déjà beaucoup de messages programmés.',
    next: 'La réserve de la série y sera plus courte, et se complétera quand de la place se libère.',
  },
}
