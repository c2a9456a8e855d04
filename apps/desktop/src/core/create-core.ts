import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PublicJwk } from '@autotele/shared'
import type { AccountId, AppState, Envelope, EventMessage, Handlers } from '../contract/index.ts'
import { createAccounts, type Accounts } from './accounts/index.ts'
import { createDefaults } from './defaults/index.ts'
import { createDelivery } from './delivery/index.ts'
import { createDrafts } from './drafts/index.ts'
import { CallFailure } from './failure.ts'
import { createHistory } from './history/index.ts'
import { createImport } from './import/index.ts'
import { openLicense, readMachineId } from './license/index.ts'
import { createLists } from './lists/index.ts'
import { createNetwork } from './network/index.ts'
import type { Emit, Log, Ports } from './ports.ts'
import { createPlans } from './plans/index.ts'
import { createRouter } from './router.ts'
import { createSeries } from './series/index.ts'
import { fromLevel, logLevel, openSettings, type Settings } from './settings/index.ts'
import {
  claimDatabase,
  dataPaths,
  lockFolder,
  migrations,
  openDatabase,
  vaultOf,
  type Database,
  type DataPaths,
} from './storage/index.ts'
import { createTargets } from './targets/index.ts'
import { createTemplates } from './templates/index.ts'
import { createTestSend } from './test-send/index.ts'
import type { TelegramGateway } from './telegram/gateway.ts'
import { createAutoLock, createSealedRecords, createVault, type Vault } from './vault/index.ts'

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
    /** The operating system's id of this machine; read from it when absent. */
    readonly machineId?: () => Promise<string | null>
  }
  readonly telegram: TelegramGateway
  /** The application's own registration at my.telegram.org; one in the configuration file comes before it. */
  readonly telegramApp?: { readonly apiId: number; readonly apiHash: string }
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

  let features: Features | null = null
  const closeFeatures = async (): Promise<void> => {
    const closing = features
    features = null
    await closing?.stop()
  }

  /** Vault changes one after another: opening while locking would leave features over a zeroed key. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }
  const changeVault = (change: () => Promise<void>): Promise<AppState> =>
    inTurn(async () => {
      await change()
      const vaultId = vault.id()
      if (vaultId !== null && !features) {
        try {
          claimDatabase(database, vaultId)
          features = await openFeatures({ ports, options, log, emit, settings, paths, database, vault })
        } catch (error) {
          vault.close()
          throw error
        }
      }
      const now = await state()
      emit('app.changed', now)
      return now
    })

  const lock = (): Promise<AppState> =>
    changeVault(async () => {
      if (!vault.canLock()) return
      // First what works with the key, then the key.
      await closeFeatures()
      await vault.lock()
    })
  const autoLock = createAutoLock({
    timers: ports.timers,
    minutes: () => settings.values()['security.auto_logout_minutes'],
    lock: () => void lock().catch(() => log('error', 'vault.auto-lock')),
  })

  const base: Partial<Handlers> = {
    'app.state': state,
    'vault.create': ({ passphrase }) =>
      changeVault(async () => {
        // The vault file is gone but not what it sealed: a new vault could read none of it. Put the file back.
        if (vault.state() === 'new' && vaultOf(database) !== null) throw new CallFailure('vault/damaged')
        await vault.create(passphrase)
      }),
    'vault.unlock': ({ passphrase }) => changeVault(() => vault.unlock(passphrase)),
    'vault.lock': lock,
    ...settings.handlers,
  }
  const router = createRouter(() => ({ ...base, ...features?.handlers }), { log })

  return {
    call: (name, input) => {
      autoLock.touch()
      return router.call(name, input)
    },
    start: async () => {
      await changeVault(() => vault.load())
    },
    stop: () =>
      inTurn(async () => {
        autoLock.stop()
        await closeFeatures()
        vault.close()
        database.close()
        folder.release()
      }),
    resume: () => features?.resume(),
  }
}

/** Everything that needs the open vault. */
type Features = {
  readonly handlers: Partial<Handlers>
  stop(): Promise<void>
  resume(): void
}

async function openFeatures(deps: {
  readonly ports: Ports
  readonly options: CoreOptions
  readonly log: Log
  readonly emit: Emit
  readonly settings: Settings
  readonly paths: DataPaths
  readonly database: Database
  readonly vault: Vault
}): Promise<Features> {
  const { options, log, settings, paths, database, vault } = deps
  const ports = { ...deps.ports, log }
  const values = settings.values()
  // A publication makes room in a chat, and a licence lets go on: the series hear of both.
  let wakeSeries = (): void => undefined
  const emit: Emit = (name, payload) => {
    deps.emit(name, payload)
    if (name === 'deliveries.changed' || name === 'license.changed') wakeSeries()
    // Which chats of a list are still there is known from the chats.
    if (name === 'targets.changed') deps.emit('lists.changed', {})
  }
  const records = createSealedRecords(database, vault.sealer, log)
  const license = await openLicense({
    ports,
    records,
    emit,
    serverUrl: options.license.serverUrl ?? values['license.server_url'],
    rootKey: options.license.rootKey,
    acceptTestLicenses: options.license.acceptTestLicenses,
    version: options.version,
    hosted: options.hosted,
    machineId: options.license.machineId ?? readMachineId,
    localOffer: {
      price: values['btcpay.subscription_price'].toFixed(2),
      currency: values['btcpay.currency'],
      trialDays: values['btcpay.trial_days'],
    },
    checkIntervalHours: values['btcpay.check_interval_hours'],
  })
  const { clock, timers, random } = ports
  const shared = { database, sealer: vault.sealer, clock, timers, random, log, emit }
  const telegram = {
    app: () => telegramApp(settings) ?? options.telegramApp ?? null,
    device: { appVersion: options.version, language: values['app.language'] },
  }
  const network = createNetwork({
    ...shared,
    ...telegram,
    records,
    gateway: options.telegram,
    onChange: () => accounts.resume(),
  })
  const accounts: Accounts = createAccounts({
    ...shared,
    ...telegram,
    gateway: network.gateway,
    sessionsFolder: paths.sessions,
  })
  const defaults = createDefaults({ ...shared, records, accounts })
  const imports = createImport({ ...shared, accounts, adoptDefaults: defaults.adopt })
  const targets = createTargets({ ...shared, accounts })
  const pace = (accountId: AccountId | null) => {
    const general = {
      delaySeconds: settings.values()['telegram.rate_limit_delay'],
      perMinute: settings.values()['telegram.max_messages_per_minute'],
    }
    return accountId === null ? general : defaults.pace(accountId, general)
  }
  const deliveries = createDelivery({ ...shared, accounts, targets, pace })
  const series = createSeries({
    ...shared,
    accounts,
    targets,
    delivery: deliveries,
    mayCreate: license.mayCreate,
  })
  wakeSeries = series.wakeSoon
  const plans = createPlans({
    random,
    accounts,
    targets,
    delivery: deliveries,
    series,
    language: () => settings.values()['app.language'],
    now: clock.now,
    pace,
    maxGroupsWarning: () => settings.values()['telegram.max_groups_warning'],
    requireLicense: license.requireCreate,
  })

  const history = createHistory({
    clock,
    timers,
    log,
    logsFolder: paths.logs,
    delivery: deliveries,
    accounts: async () => accounts.handlers['accounts.list']({}),
    chats: async accountId => (await targets.handlers['targets.list']({ accountId, refresh: false })).chats,
    preview: plans['plans.preview'],
    confirm: plans['plans.confirm'],
  })

  license.start()
  // Connecting takes as long as the network does; what is stored can be read and cancelled meanwhile.
  accounts.start().catch((error: unknown) => {
    log('error', 'accounts.start', { error: error instanceof Error ? error.name : 'unknown' })
  })
  series.start()
  deliveries.start()

  return {
    handlers: {
      ...createDrafts({ ...shared, records }).handlers,
      ...createTemplates({ ...shared, records }),
      ...createLists({ ...shared, records, accounts, targets }),
      ...defaults.handlers,
      ...createTestSend({
        ...{ accounts, clock, random, delivery: deliveries },
        preview: plans['plans.preview'],
        requireLicense: license.requireCreate,
      }),
      ...license.handlers,
      ...network.handlers,
      ...accounts.handlers,
      ...imports.handlers,
      ...targets.handlers,
      ...plans,
      ...series.handlers,
      ...deliveries.handlers,
      ...history.handlers,
    },
    stop: async () => {
      license.stop()
      imports.stop()
      series.stop()
      history.stop()
      await deliveries.stop()
      await accounts.stop()
    },
    resume: () => {
      license.resume()
      accounts.resume()
      series.wakeSoon()
    },
  }
}

function telegramApp(settings: Settings): { apiId: number; apiHash: string } | null {
  const { 'telegram.api_id': apiId, 'telegram.api_hash': apiHash } = settings.values()
  return apiId !== null && apiHash !== null ? { apiId, apiHash } : null
}
