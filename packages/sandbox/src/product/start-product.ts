import { fileURLToPath } from 'node:url'
import { startWebHost, type WebHost } from '@autotele/desktop/host'
import { startBtcpay, type BtcpaySandbox } from '../btcpay/index.ts'
import { startControl, type Control } from '../telegram/control/index.ts'
import { startTelegram, type TelegramSandbox } from '../telegram/index.ts'
import type { CoreTrust } from './core-trust.ts'
import {
  lockFolder,
  prepareFolder,
  productFolder,
  stablePorts,
  type ProductFolder,
  type Ports,
} from './data-folder.ts'
import { inviteLocalOwner, startLicenseServer, type LicenseServerProcess } from './license-server.ts'

export type ProductOptions = {
  /** Folder that holds everything this trial remembers. */
  readonly dataFolder: string
  /** Forget what an earlier start left there. */
  readonly fresh?: boolean
  readonly ports?: Partial<Ports>
  /** Leave the interface to the caller, who starts Electron itself. */
  readonly withoutInterface?: boolean
  /** Version shown in the interface. */
  readonly version: string
  /** Opens the checkout page where the host has a screen; absent, the interface shows a link. */
  readonly openExternal?: (url: string) => Promise<boolean>
  readonly log?: (line: string) => void
  /** Delays between webhook attempts; BTCPay's own (10 s, 1 min, 6 × 10 min) unless a test shortens them. */
  readonly webhookDelaysMs?: readonly number[]
  readonly licenseServerEnv?: Readonly<Record<string, string>>
}

/** The whole product on one machine: every part is the real one but Telegram's and BTCPay's servers. */
export type Product = {
  /** Address of the interface with its one-time token; null when the caller shows it in Electron. */
  readonly ui: string | null
  readonly host: WebHost | null
  readonly folder: ProductFolder
  readonly trust: CoreTrust
  readonly telegram: TelegramSandbox
  /** The page where a person sees and moves the local Telegram. */
  readonly control: Control
  readonly btcpay: BtcpaySandbox
  readonly licenseServer: {
    readonly url: string
    running(): boolean
    stop(how?: 'politely' | 'kill'): Promise<void>
    start(): Promise<void>
  }
  /** The console of the licence server's administrators. */
  readonly admin: {
    readonly url: string
    /** The link with which the one local owner enrols, once; null when that is done. `reset` makes the access anew. */
    invite(reset?: boolean): Promise<string | null>
  }
  /** Stops everything in the reverse order; afterwards no process and no port is left. */
  stop(): Promise<void>
}

/**
 * Starts PostgreSQL and the licence server, BTCPay, Telegram's data centre and the client, in that order of need.
 * When one cannot start, what already runs is stopped and the error says which one and why.
 */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const log = options.log ?? (() => undefined)
  const folder = productFolder(options.dataFolder)
  const started: (() => Promise<void>)[] = []
  const stopAll = async () => {
    for (const stop of started.splice(0).reverse()) {
      await stop().catch((error: unknown) => {
        log(`while stopping: ${String(error)}`)
      })
    }
  }

  try {
    const lock = await lockFolder(folder)
    started.push(lock.release)
    await prepareFolder(folder, options.fresh ?? false)
    const ports = await stablePorts(folder, options.ports)

    const [telegram, btcpay] = await Promise.all([
      startTelegram({ port: ports.telegram, stateFile: folder.telegramState, log }).then(sandbox => {
        started.push(() => sandbox.stop())
        return sandbox
      }),
      startBtcpay({
        port: ports.btcpay,
        stateFile: folder.btcpayState,
        ...(options.webhookDelaysMs === undefined ? {} : { webhookDelaysMs: options.webhookDelaysMs }),
      }).then(sandbox => {
        started.push(() => sandbox.stop())
        return sandbox
      }),
    ])

    const control = await startControl({ telegram, port: ports.control })
    started.push(() => control.stop())

    const webhook = await btcpay.setWebhook({
      url: `http://127.0.0.1:${String(ports.licenseServer)}/webhooks/btcpay`,
    })
    const serverOptions = {
      dataFolder: folder.licenseServer,
      port: ports.licenseServer,
      btcpay: {
        url: btcpay.url,
        apiKey: btcpay.apiKey,
        storeId: btcpay.storeId,
        webhookSecret: webhook.secret,
      },
      log,
      ...(options.licenseServerEnv === undefined ? {} : { env: options.licenseServerEnv }),
    }
    const startServer = () => startLicenseServer(serverOptions)
    let server: LicenseServerProcess | null = await startServer()
    started.push(async () => {
      await server?.stop()
      server = null
    })

    const trust: CoreTrust = {
      telegram: {
        host: telegram.host,
        port: telegram.port,
        dcId: telegram.dcId,
        rsaPublicKey: telegram.rsaPublicKey,
      },
      licenseServer: server.ready.url,
      rootKey: server.ready.rootKey,
    }

    let host: WebHost | null = null
    if (options.withoutInterface !== true) {
      host = await startWebHost({
        dataFolder: folder.desktop,
        port: ports.ui,
        rendererFolder: RENDERER,
        core: { command: CORE_ENTRY, args: trust },
        version: options.version,
        ...(options.openExternal === undefined ? {} : { openExternal: options.openExternal }),
      })
      const running = host
      started.push(() => running.stop())
    }

    return {
      ui: host?.url ?? null,
      host,
      folder,
      trust,
      telegram,
      control,
      btcpay,
      licenseServer: {
        url: server.ready.url,
        running: () => server !== null,
        async stop(how) {
          await server?.stop(how)
          server = null
        },
        async start() {
          server ??= await startServer()
        },
      },
      admin: {
        url: `${server.ready.url}/admin/`,
        invite: (reset = false) => inviteLocalOwner(serverOptions, reset),
      },
      stop: stopAll,
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}

/** Entry of the core's process that trusts the local servers. */
export const CORE_ENTRY = fileURLToPath(new URL('./core-entry.ts', import.meta.url))
const RENDERER = fileURLToPath(new URL('../../../../apps/desktop/out/renderer', import.meta.url))
