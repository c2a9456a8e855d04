import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { systemClock } from './node-ports.ts'
import { startWebHost } from './web-host.ts'
import { linkFromOutside } from './web-link.ts'

// The product on a machine without a screen: `npm run serve`, then the printed link in a browser of the same machine,
// or through `ssh -L 7412:127.0.0.1:7412 <server>`. docs/en/headless.md.
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(homedir(), '.autotele') },
    port: { type: 'string', default: '7412' },
    link: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const dataFolder = resolve(values.data)
const say = (fr: string, en: string): void => {
  process.stdout.write(`${fr}\n${en}\n`)
}
const fail = (fr: string, en: string): never => {
  process.stderr.write(`${fr}\n${en}\n`)
  process.exit(1)
}

const HELP = `npm run serve -- [--data <dossier | folder>] [--port 7412] [--link]

  --data   où sont les données (défaut ~/.autotele) · where the data is (default ~/.autotele)
  --port   port sur 127.0.0.1, 0 : libre · port on 127.0.0.1, 0: any free one
  --link   affiche un lien d’accès (10 minutes, une fois) pour l’AutoTele qui tourne sur ces données
           prints a sign-in link (10 minutes, once) for the AutoTele that runs over this data
`

if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
if (values.link) {
  const link =
    (await linkFromOutside(dataFolder, systemClock)) ??
    fail(`Aucun AutoTele ne tourne sur ${dataFolder}.`, `No AutoTele runs over ${dataFolder}.`)
  process.stdout.write(`${link}\n`)
  process.exit(0)
}
const port = Number(values.port)
if (!Number.isInteger(port) || port < 0 || port > 65_535) fail('Port invalide.', 'Not a port.')

const app = resolve(import.meta.dirname, '../..')
const { version } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as { version: string }
const builtCore = join(app, 'out/main/core-process.js')

process.umask(0o077)
const host = await startWebHost({
  dataFolder,
  port,
  rendererFolder: join(app, 'out/renderer'),
  // The built one carries the operator's root key.
  core: {
    command: existsSync(builtCore) ? builtCore : join(import.meta.dirname, 'core-process.ts'),
  },
  version,
  onTrouble: () => {
    say(
      'AutoTele ne démarre pas : voyez le dossier logs. Nouvel essai chaque minute.',
      'AutoTele does not start: see the logs folder. Trying again every minute.',
    )
  },
}).catch((error: unknown) => {
  const text = `AutoTele: ${error instanceof Error ? error.message : String(error)}`
  return fail(text, '')
})

// Without a terminal the output is a journal that others may read: no link in it.
if (process.stdin.isTTY) {
  const offer = (url: string): void => {
    say('Ouvrez (lien à usage unique) :', 'Open (this link works once):')
    process.stdout.write(`  ${url}\n`)
  }
  offer(host.url)
  say('Entrée : un autre lien. Ctrl-C : arrêter.', 'Enter: another link. Ctrl-C: stop.')
  createInterface({ input: process.stdin }).on('line', () => {
    offer(host.newLink())
  })
} else {
  say(
    `AutoTele écoute sur 127.0.0.1:${host.port}. Un lien d’accès : la même commande avec --link.`,
    `AutoTele listens on 127.0.0.1:${host.port}. For a sign-in link: the same command with --link.`,
  )
}

let stopping = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping) return
    stopping = true
    void host.stop().then(() => process.exit(0))
  })
}
