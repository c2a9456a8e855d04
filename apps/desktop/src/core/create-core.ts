import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PublicJwk } from '@autotele/shared'
import type { AppState, Envelope, EventMessage, Handlers } from '../contract/index.ts'
import { createDrafts } from './drafts/index.ts'
import type { Emit, Ports } from './ports.ts'
import { createRouter } from './router.ts'
import { fromLevel, logLevel, openSettings } from './settings/index.ts'
import { createSealedRecords, dataPaths, lockFolder, migrations, openDatabase } from './storage/index.ts'
import type { TelegramGateway } from './telegram/gateway.ts'
import { createVault } from './vault/index.ts'

export type CoreOptions = {
  readonly dataFolder: string
  readonly version: string
  readonly hosted: 'electron' | 'web'
  readonly emit: (message: EventMessage) => void
  readonly license: {
    /** Null: `license.server_url` of the configuration file. */
    readonly serverUrl: string | null
    readonly rootKey: PublicJwk
    /** False in production: a token of a test server is worth nothing there. */
    readonly acceptTestLicenses: boolean
  }
  readonly telegram: TelegramGateway
}

export type Core = {
  /** Never throws: every failure is in the envelope. */
  call(name: unknown, input: unknown): Promise<Envelope<unknown>>
  /** Opens the vault where that needs nobody, and starts what the open vault allows. */
  start(): Promise<void>
  stop(): Promise<void>
  /** The machine woke up, or its network came back. */
  resume(): void
}

/**
 * Builds a core over one data folder; the only place where implementations meet. Throws `CallFailure` with a
 * `storage/*` code when the folder cannot be used, and leaves nothing open then.
 */
export async function createCore(ports: Ports, options: CoreOptions): Promise<Core> {
  const folder = lockFolder(options.dataFolder)
  try {
    return await build(ports, options, folder)
  } catch (error) {
    folder.release()
    throw error
  }
}

async function build(ports: Ports, options: CoreOptions, folder: { release(): void }): Promise<Core> {
  const log = fromLevel(logLevel(process.env['AUTOTELE_LOG_LEVEL']), ports.log)
  let revision = 0
  const emit: Emit = (name, payload) => {
    revision += 1
    options.emit({ name, revision, payload } as EventMessage)
  }

  const root = dataPaths(options.dataFolder)
  const settings = await openSettings({ file: root.configFile, version: options.version, emit, log })
  const { values } = settings
  const paths = dataPaths(options.dataFolder, {
    sessions_dir: values()['paths.sessions_dir'],
    logs_dir: values()['paths.logs_dir'],
    temp_dir: values()['paths.temp_dir'],
  })
  await mkdir(paths.sessions, { recursive: true, mode: 0o700 })
  const database = openDatabase(paths.database, migrations)
  const vault = createVault({
    files: { vault: join(paths.config, 'vault.json'), salt: paths.salt },
    keyring: ports.keyring,
    random: ports.random,
    log,
    passphraseRequired: values()['security.require_password'],
  })

  const state = async (): Promise<AppState> => ({
    version: options.version,
    hosted: options.hosted,
    vault: vault.state(),
    keyring: await vault.keyring(),
  })

  /** Vault changes one after another: opening while locking would leave features over a zeroed key. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }

  let opened: Partial<Handlers> = {}
  const openFeatures = (): void => {
    const records = createSealedRecords(database, vault.sealer)
    opened = { ...createDrafts({ records, log }) }
  }
  const closeFeatures = (): void => {
    opened = {}
  }

  const changeVault = (change: () => Promise<void>): Promise<AppState> =>
    inTurn(async () => {
      await change()
      const open = vault.state() === 'open'
      if (open) openFeatures()
      else closeFeatures()
      const now = await state()
      emit('app.changed', now)
      return now
    })

  const base: Partial<Handlers> = {
    'app.state': state,
    'vault.create': ({ passphrase }) => changeVault(() => vault.create(passphrase)),
    'vault.unlock': ({ passphrase }) => changeVault(() => vault.unlock(passphrase)),
    'vault.lock': () => changeVault(() => vault.lock()),
    ...settings.handlers,
  }
  const router = createRouter(() => ({ ...base, ...opened }), { log })

  return {
    call: router.call,
    start: async () => {
      await changeVault(() => vault.load())
    },
    stop: () =>
      inTurn(() => {
        closeFeatures()
        vault.close()
        database.close()
        folder.release()
        return Promise.resolve()
      }),
    resume: () => undefined,
  }
}
