import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { startWebHost } from './web-host.ts'

// The product on a machine without a screen: `node src/host/serve-web.ts --data <folder> --port 7412`, then the
// printed link in a browser of the same machine, or through `ssh -L 7412:127.0.0.1:7412 <server>`.
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(homedir(), '.autotele') },
    port: { type: 'string', default: '7412' },
  },
})
const app = resolve(import.meta.dirname, '../..')
const { version } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as { version: string }
const builtCore = join(app, 'out/main/core-process.js')

process.umask(0o077)
const say = (fr: string, en: string): void => {
  process.stdout.write(`${fr}\n${en}\n`)
}

const started = startWebHost({
  dataFolder: resolve(values.data),
  port: Number(values.port),
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
})

const host = await started.catch((error: unknown) => {
  process.stderr.write(`AutoTele: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})

const offer = (url: string): void => {
  say(`Ouvrez (lien à usage unique) :`, `Open (this link works once):`)
  process.stdout.write(`  ${url}\n`)
}
offer(host.url)
if (process.stdin.isTTY) {
  say('Entrée : un autre lien. Ctrl-C : arrêter.', 'Enter: another link. Ctrl-C: stop.')
  createInterface({ input: process.stdin }).on('line', () => {
    offer(host.newLink())
  })
}

let stopping = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stopping) return
    stopping = true
    void host.stop().then(() => process.exit(0))
  })
}
