import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

const PORT_FILE = 'ports.json'
const PortFile = z.object({
  ui: z.number().int(),
  licenseServer: z.number().int(),
  btcpay: z.number().int(),
  telegram: z.number().int(),
  /** The page that controls the local Telegram. */
  control: z.number().int(),
})
/** TCP ports of one trial installation, all on loopback. */
export type Ports = z.infer<typeof PortFile>

/** Where one trial installation keeps everything; deleting the folder forgets it. */
export type ProductFolder = {
  readonly root: string
  readonly telegramState: string
  readonly btcpayState: string
  readonly licenseServer: string
  readonly desktop: string
}

export const productFolder = (root: string): ProductFolder => ({
  root,
  telegramState: join(root, 'telegram.json'),
  btcpayState: join(root, 'btcpay.json'),
  licenseServer: join(root, 'license-server'),
  desktop: join(root, 'desktop'),
})

/**
 * The ports of the last start where they are still free, so that addresses inside invoices, licences and sessions
 * stay true; a port that somebody else took meanwhile is replaced.
 */
export async function stablePorts(folder: ProductFolder, wanted: Partial<Ports> = {}): Promise<Ports> {
  const file = join(folder.root, PORT_FILE)
  const saved = PortFile.partial().safeParse(await readJson(file))
  const previous: Partial<Ports> = saved.success ? (saved.data as Partial<Ports>) : {}
  const ports: Ports = {
    ui: await usablePort(wanted.ui ?? previous.ui),
    licenseServer: await usablePort(wanted.licenseServer ?? previous.licenseServer),
    btcpay: await usablePort(wanted.btcpay ?? previous.btcpay),
    telegram: await usablePort(wanted.telegram ?? previous.telegram),
    control: await usablePort(wanted.control ?? previous.control),
  }
  const temporary = `${file}.new`
  await writeFile(temporary, JSON.stringify(ports), { mode: 0o600 })
  await rename(temporary, file)
  return ports
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}

async function usablePort(preferred: number | undefined): Promise<number> {
  if (preferred !== undefined && preferred !== 0) {
    const free = await tryPort(preferred)
    if (free !== null) return free
  }
  const any = await tryPort(0)
  if (any === null) throw new Error('No free port on 127.0.0.1')
  return any
}

function tryPort(port: number): Promise<number | null> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => {
      resolve(null)
    })
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address()
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : null)
      })
    })
  })
}

const LOCK_FILE = 'lock.db'

/**
 * One start at a time on one folder. SQLite's exclusive lock is an operating-system lock on the file: the kernel
 * releases it even after kill -9, on every platform.
 */
export async function lockFolder(folder: ProductFolder): Promise<{ release: () => Promise<void> }> {
  await mkdir(folder.root, { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(join(folder.root, LOCK_FILE))
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch {
    database.close()
    throw new Error(
      `AutoTele already runs on ${folder.root}: stop it first, or choose another folder with --data`,
    )
  }
  return {
    release: () => {
      database.close()
      return Promise.resolve()
    },
  }
}

/** For a fresh start, takes away what trials have left; whatever else is in the folder is somebody's. */
export async function prepareFolder(folder: ProductFolder, fresh: boolean): Promise<void> {
  if (!fresh) return
  const { telegramState, btcpayState, licenseServer, desktop, root } = folder
  const ours = [telegramState, btcpayState, licenseServer, desktop, join(root, PORT_FILE)].map(path =>
    basename(path),
  )
  for (const name of await readdir(root)) {
    // Beside a state file lies what a start that was killed had not renamed yet.
    if (ours.some(one => name === one || name.startsWith(`${one}.`)))
      await rm(join(root, name), { recursive: true, force: true, maxRetries: 5 })
  }
}
