// `npm start`: the whole product on one machine.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { electronEnvironment, findElectron, openElectron } from './electron.ts'
import { CORE_ENTRY, startProduct, type Product } from './start-product.ts'
import { words } from './words.ts'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
    data: { type: 'string', default: '.autotele' },
    help: { type: 'boolean', default: false },
  },
})

const say = words(
  process.env['LC_ALL'] ?? process.env['LANG'] ?? Intl.DateTimeFormat().resolvedOptions().locale,
)
const tell = (line: string) => {
  if (!flags.json) console.log(line)
}
const { version } = JSON.parse(
  readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'),
) as {
  version: string
}

if (flags.help) {
  console.log(say.help)
  process.exit(0)
}

let product: Product | null = null
let stopping = false

async function stop(exitCode: number): Promise<never> {
  if (stopping) return new Promise(() => undefined)
  stopping = true
  tell(say.stopping)
  await product?.stop()
  tell(say.stopped)
  process.exit(exitCode)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // A signal during the start waits for it: half-started parts are stopped by the start itself.
    if (product !== null) void stop(0)
    else process.exitCode = 130
  })
}

tell(say.starting)
const electron = flags.json || flags.browser ? { reason: '--browser' } : await findElectron(tell)
try {
  product = await startProduct({
    dataFolder: resolve(flags.data),
    fresh: flags.fresh,
    version,
    withoutInterface: 'path' in electron,
    log: line => {
      if (process.env['AUTOTELE_LOG_LEVEL'] === 'DEBUG') console.error(line)
    },
    ...(flags.json || flags['no-open'] ? {} : { openExternal: openInBrowser }),
  })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
if (process.exitCode === 130) await stop(130)

if (flags.json) {
  console.log(JSON.stringify(jsonLine(product)))
} else {
  tell(say.ready(product, await product.admin.invite()))
  if ('path' in electron) {
    openElectron(electron.path, electronEnvironment(product.folder.desktop, CORE_ENTRY, product.trust)).once(
      'exit',
      () => void stop(0),
    )
  } else {
    if (!flags.browser && !flags['no-open']) tell(say.inBrowser(electron.reason))
    if (!flags['no-open'] && product.ui !== null) void openInBrowser(product.ui)
  }
  listenToKeys(product)
}

/** What any MTProto client and any BTCPay client needs to be pointed here. */
function jsonLine({ ui, licenseServer, admin, trust, btcpay, telegram }: Product) {
  return {
    ui,
    licenseServer: licenseServer.url,
    admin: admin.url,
    rootKey: trust.rootKey,
    btcpay: { url: btcpay.url, apiKey: btcpay.apiKey, storeId: btcpay.storeId },
    telegram: {
      host: telegram.host,
      port: telegram.port,
      dcId: telegram.dcId,
      rsaPublicKey: telegram.rsaPublicKey,
      accounts: telegram.accounts.map(({ phone, code, password }) => ({ phone, code, password })),
    },
  }
}

/** Single keys, where somebody sits at a terminal. */
function listenToKeys(running: Product): void {
  if (!process.stdin.isTTY) return
  console.log(say.keys)
  process.stdin.setRawMode(true)
  process.stdin.on('data', async (key: Buffer) => {
    switch (key.toString()) {
      case 'q':
      case '\u0003':
        return stop(0)
      case 'l':
        if (running.licenseServer.running()) {
          await running.licenseServer.stop()
          console.log(say.serverStopped)
        } else {
          await running.licenseServer.start()
          console.log(say.serverStarted)
        }
        return
      case 'a':
        console.log(say.admin(running.admin.url, await running.admin.invite(true)))
        return
      case 'o': {
        const link = running.host?.newLink()
        if (link !== undefined) console.log(`  ${link}`)
        console.log(`  ${running.control.newLink()}`)
        return
      }
      default:
    }
  })
}

/** Opens a page in the system's browser; false where there is no screen or no way to ask. */
function openInBrowser(url: string): Promise<boolean> {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return Promise.resolve(false)
  }
  const [command, args] =
    process.platform === 'win32'
      ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
      : process.platform === 'darwin'
        ? ['open', [url]]
        : ['xdg-open', [url]]
  return new Promise(resolvePromise => {
    const child = spawn(command as string, args as string[], { stdio: 'ignore', detached: true })
    child.once('error', () => {
      resolvePromise(false)
    })
    child.once('spawn', () => {
      child.unref()
      resolvePromise(true)
    })
  })
}
