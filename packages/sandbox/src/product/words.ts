import type { Product } from './start-product.ts'

/** What the launcher says, in the two languages of the product. */
export type Words = {
  readonly help: string
  readonly starting: string
  readonly inBrowser: (reason: string) => string
  /** `invitation`: the link with which the local owner enrols; null once that is done. */
  readonly ready: (product: Product, invitation: string | null) => string
  readonly admin: (url: string, invitation: string | null) => string
  readonly keys: string
  readonly serverStopped: string
  readonly serverStarted: string
  readonly stopping: string
  readonly stopped: string
}

const phones = (product: Product, withPassword: (password: string) => string, none: string): string =>
  product.telegram.accounts
    .map(
      ({ phone, code, password, name }) =>
        `    ${phone}   code ${code}   ${password === null ? none : withPassword(password)}   (${name})`,
    )
    .join('\n')

const fr: Words = {
  help: `AutoTele sur cette machine : PostgreSQL, serveur de licences, BTCPay local, Telegram local, client.

  npm start                     tout démarrer
  npm start -- --fresh          repartir de zéro
  npm start -- --browser        interface dans le navigateur, même si Electron est là
  npm start -- --no-open        ne pas ouvrir le navigateur
  npm start -- --data <dossier> garder les données ailleurs que dans .autotele
  npm start -- --json           une ligne JSON quand tout est prêt, rien d'autre
`,
  starting: 'Démarrage de PostgreSQL, du serveur de licences, de BTCPay, de Telegram et du client…',
  inBrowser: reason => `Interface dans le navigateur (${reason}).`,
  admin: (url, invitation) =>
    invitation === null
      ? `  Console d'administration   ${url}   (accès perdu : touche a)`
      : `  Console d'administration   ${invitation}
                (inscription du propriétaire local owner@autotele.local, une fois, pendant 15 minutes ; ensuite ${url})`,
  ready: (product, invitation) => `
  AutoTele est prêt.
${product.ui === null ? '' : `\n  Ouvrir        ${product.ui}\n                (lien à usage unique)\n`}
  Telegram local (rien ne sort de cette machine)
${phones(product, password => `mot de passe « ${password} »`, 'sans mot de passe')}

    Voir ses files, ses conversations, avancer son horloge : ${product.control.url}
    (lien à usage unique)

  À essayer
    1. choisir une phrase de passe, démarrer l'essai de 7 jours
    2. ajouter un compte avec l'un des numéros ci-dessus
    3. écrire un message, choisir trois groupes et demain 9 h, vérifier, confirmer
    4. acheter un mois : la page de paiement locale accepte tout, en entier, en partie, trop tard
    5. arrêter le serveur de licences (touche l) : le client continue
    6. sur la page du Telegram local, aller à la prochaine échéance : le message est publié

  Serveur de licences ${product.licenseServer.url}   BTCPay ${product.btcpay.url}
${fr.admin(product.admin.url, invitation)}
`,
  keys: '  Touches : l arrêter ou relancer le serveur de licences · o nouveaux liens · a nouvel accès à la console · q quitter',
  serverStopped: '  Serveur de licences arrêté. Le client continue hors ligne ; l pour le relancer.',
  serverStarted: '  Serveur de licences relancé.',
  stopping: 'Arrêt…',
  stopped: 'Tout est arrêté. Les données sont gardées pour la prochaine fois.',
}

const en: Words = {
  help: `AutoTele on this machine: PostgreSQL, licence server, local BTCPay, local Telegram, client.

  npm start                     start everything
  npm start -- --fresh          begin anew
  npm start -- --browser        interface in the browser, even where Electron is there
  npm start -- --no-open        do not open the browser
  npm start -- --data <folder>  keep the data elsewhere than in .autotele
  npm start -- --json           one line of JSON when everything is ready, nothing else
`,
  starting: 'Starting PostgreSQL, the licence server, BTCPay, Telegram and the client…',
  inBrowser: reason => `Interface in the browser (${reason}).`,
  admin: (url, invitation) =>
    invitation === null
      ? `  Administration console   ${url}   (access lost: key a)`
      : `  Administration console   ${invitation}
                (enrols the local owner owner@autotele.local, once, within 15 minutes; afterwards ${url})`,
  ready: (product, invitation) => `
  AutoTele is ready.
${product.ui === null ? '' : `\n  Open          ${product.ui}\n                (works once)\n`}
  Local Telegram (nothing leaves this machine)
${phones(product, password => `password "${password}"`, 'no password')}

    See its queues and chats, move its clock: ${product.control.url}
    (works once)

  What to try
    1. choose a passphrase, start the 7-day trial
    2. add an account with one of the numbers above
    3. write a message, choose three groups and tomorrow 9 am, review, confirm
    4. buy a month: the local payment page accepts everything, in full, in part, too late
    5. stop the licence server (key l): the client goes on
    6. on the local Telegram's page, go to the next due date: the message is published

  Licence server ${product.licenseServer.url}   BTCPay ${product.btcpay.url}
${en.admin(product.admin.url, invitation)}
`,
  keys: '  Keys: l stop or restart the licence server · o new links · a new access to the console · q quit',
  serverStopped: '  Licence server stopped. The client works offline; l restarts it.',
  serverStarted: '  Licence server restarted.',
  stopping: 'Stopping…',
  stopped: 'Everything is stopped. The data is kept for the next time.',
}

/** French unless the machine clearly speaks another language, as the product does. */
export const words = (locale: string): Words =>
  /^(fr|C$|POSIX|und)/i.test(locale) || locale === '' ? fr : en
