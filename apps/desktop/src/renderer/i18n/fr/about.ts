export const about = {
  version: 'Version {version}',
  hosted: { electron: 'Application de bureau', web: 'Dans le navigateur, sur cet ordinateur' },
  text: 'AutoTele prépare vos messages ; Telegram les publie à l’heure dite, même ordinateur éteint.',
  builtTitle: 'Logiciels libres',
  builtText:
    'Les composants dont AutoTele est fait, chacun sous sa licence. La liste vient du programme lui-même.',
  electron: 'Electron et Chromium apportent les leurs, dans le dossier du programme.',
  search: 'Chercher un nom ou une licence',
  count: '{n} composant | {n} composants',
  noText: 'Ce composant n’apporte pas de texte à lui.',
  partsFailed: 'La liste ne se lit pas',
  partsFailedText:
    'Rechargez la page ; si elle manque encore, la même liste est dans le fichier THIRD-PARTY-LICENSES.txt du programme.',
  moreTitle: 'Pour aller plus loin',
  independent: 'AutoTele est un programme indépendant : il n’est ni édité ni approuvé par Telegram.',
}
