export const about = {
  version: 'Version {version}',
  hosted: { electron: 'Application de bureau', web: 'Dans le navigateur, sur cet ordinateur' },
  text: 'AutoTele prépare vos messages ; Telegram les publie à l’heure dite, même ordinateur éteint.',
  builtTitle: 'Construit avec',
  builtText: 'Des logiciels libres, chacun sous sa licence :',
  moreTitle: 'Pour aller plus loin',
  independent: 'AutoTele est un programme indépendant : il n’est ni édité ni approuvé par Telegram.',
}
