export const privacy = {
  text: 'AutoTele ne mesure rien et ne rend compte à personne. Voici tout ce qu’il garde, et tout ce qui sort d’ici.',
  hostsTitle: 'À qui AutoTele a parlé',
  hostsText: 'La liste vient de cet ordinateur : ce sont les connexions réellement tentées.',
  host: 'Serveur',
  why: 'Pourquoi',
  times: 'Connexions',
  last: 'Dernière',
  purposes: {
    telegram: 'Telegram : vos messages et vos discussions',
    proxy: 'Votre proxy vers Telegram',
    'license-server': 'Vérifier la licence',
    updates: 'Chercher et télécharger les mises à jour',
    diagnostics: 'Un diagnostic que vous avez lancé',
    'payment-page': 'La page de paiement que vous avez ouverte',
  },
  failed: 'dont {n} sans réponse | dont {n} sans réponse',
  nobody: 'À personne, jusqu’ici.',
  keptTitle: 'Ce qui est gardé sur cet ordinateur',
  kept: {
    messages: {
      name: 'Messages, modèles et discussions',
      text: 'Chiffrés dans autotele.db. Gardés tant que vous ne retirez pas le compte.',
    },
    sessions: {
      name: 'Sessions Telegram',
      text: 'Chiffrées, un fichier par compte. Effacées quand vous retirez le compte.',
    },
    files: { name: 'Photos et fichiers à envoyer', text: 'Chiffrés, chacun avec sa clé.' },
    settings: { name: 'Réglages', text: 'Non chiffrés : rien de secret ni de personnel n’y figure.' },
    log: { name: 'Journal', text: 'Sans numéro, sans texte, sans secret. Effacé après 90 jours.' },
    copies: { name: 'Copies locales', text: 'Sous la même protection que les données.' },
  },
  leavesTitle: 'Ce qui sort d’ici',
  leaves: {
    telegram: 'À Telegram : vos messages, leurs dates et leurs destinataires, depuis votre propre compte.',
    license:
      'Au serveur de licences : la licence, la version d’AutoTele et l’identité de cet appareil. Ni compte, ni numéro, ni message.',
    payment: 'À la page de paiement : ce que vous y saisissez, dans votre navigateur.',
    nothing: 'À personne d’autre. Aucune mesure d’audience, aucun rapport automatique.',
  },
  yoursTitle: 'Emporter ou effacer',
  exportMessages: 'Exporter la liste des messages',
  makeBackup: 'Faire une sauvegarde',
  removeAccount: 'Retirer un compte et ses données',
  erase:
    'Pour tout effacer : annulez ce qui est programmé, quittez AutoTele, puis supprimez le dossier « {folder} ».',
}
