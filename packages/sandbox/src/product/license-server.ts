import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { publicJwkSchema } from '@autotele/shared'
import { z } from 'zod'

const Ready = z.object({ url: z.url(), metricsUrl: z.url(), rootKey: publicJwkSchema })
export type LicenseServerReady = z.infer<typeof Ready>

export type LicenseServerOptions = {
  readonly dataFolder: string
  readonly port: number
  readonly btcpay: {
    readonly url: string
    readonly apiKey: string
    readonly storeId: string
    readonly webhookSecret: string
  }
  /** What the server writes to its error output, line by line. */
  readonly log: (line: string) => void
  /** Further variables of its environment, for tests. */
  readonly env?: Readonly<Record<string, string>>
}

export type LicenseServerProcess = {
  readonly ready: LicenseServerReady
  readonly pid: number
  /** Asks it to stop and waits until it has; `kill` does not ask. */
  stop(how?: 'politely' | 'kill'): Promise<void>
}

const ENTRY = fileURLToPath(import.meta.resolve('@autotele/license-server/main'))
const CLI = fileURLToPath(import.meta.resolve('@autotele/license-server/cli'))

/** Starts the real licence server as its own process, as `npm run server` would, and waits until it is ready. */
export async function startLicenseServer(options: LicenseServerOptions): Promise<LicenseServerProcess> {
  const child = spawn(process.execPath, [ENTRY, '--json'], {
    // The IPC channel ends with us, whatever ends us: the server stops when it is gone. Its own process group keeps
    // the terminal's Ctrl-C away from it and its database, so that they stop in order.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
    env: environmentOf(options),
  })
  const errors: string[] = []
  if (child.stderr === null) throw new Error('no error output')
  createInterface({ input: child.stderr }).on('line', line => {
    errors.push(line)
    if (errors.length > 50) errors.shift()
    options.log(line)
  })
  const ready = await firstJsonLine(child, options.log).catch(async (error: unknown) => {
    child.kill('SIGKILL')
    throw new Error(`The licence server did not start: ${String(error)}\n${errors.join('\n')}`, {
      cause: error,
    })
  })
  return {
    ready,
    pid: child.pid ?? 0,
    async stop(how = 'politely') {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      if (how === 'kill') child.kill('SIGKILL')
      else child.disconnect()
      const giveUp = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await exited
      clearTimeout(giveUp)
    },
  }
}

const environmentOf = (options: LicenseServerOptions): NodeJS.ProcessEnv => ({
  ...inherited(),
  PORT: String(options.port),
  AUTOTELE_METRICS_PORT: '0',
  AUTOTELE_PUBLIC_URL: `http://127.0.0.1:${String(options.port)}`,
  AUTOTELE_DATA_DIR: options.dataFolder,
  AUTOTELE_BTCPAY_URL: options.btcpay.url,
  AUTOTELE_BTCPAY_API_KEY: options.btcpay.apiKey,
  AUTOTELE_BTCPAY_STORE_ID: options.btcpay.storeId,
  AUTOTELE_BTCPAY_WEBHOOK_SECRET: options.btcpay.webhookSecret,
  ...options.env,
})

/** Who tries the local console. */
const LOCAL_OWNER = 'owner@autotele.local'
const Invitation = z.object({ link: z.url() })

/**
 * Makes the local owner, as `admin:create` does it on a server's host, and gives the link to enrol with: good once, for
 * 15 minutes. `null` when that person has enrolled before; with `reset` the access is made anew.
 */
export async function inviteLocalOwner(
  options: LicenseServerOptions,
  reset: boolean,
): Promise<string | null> {
  const args = [CLI, 'admin:create', '--email', LOCAL_OWNER, '--json', ...(reset ? ['--reset'] : [])]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: environmentOf(options),
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return code === 0 ? Invitation.parse(parseJson(output)).link : null
}

/** The parent's environment without what would point this server somewhere else than the sandbox. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !name.startsWith('AUTOTELE_') && !['DATABASE_URL', 'PORT', 'NODE_ENV', 'NODE_OPTIONS'].includes(name),
    ),
  )
}

function firstJsonLine(child: ChildProcess, log: (line: string) => void): Promise<LicenseServerReady> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => {
      reject(new Error('not ready after 60 s'))
    }, 60_000)
    child.once('error', reject)
    child.once('exit', code => {
      clearTimeout(timeout)
      reject(new Error(`it ended with code ${String(code)}`))
    })
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on('line', line => {
      const parsed = Ready.safeParse(parseJson(line))
      if (!parsed.success) {
        log(line)
        return
      }
      clearTimeout(timeout)
      resolve(parsed.data)
    })
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
