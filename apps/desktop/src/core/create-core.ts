import type { PublicJwk } from '@autotele/shared'
import type { AccountId, Envelope, EventMessage, Handlers } from '../contract/index.ts'
import { createAccounts, createRemoval, type Accounts } from './accounts/index.ts'
import { createDefaults } from './defaults/index.ts'
import { createDelivery, type Deliveries } from './delivery/index.ts'
import {
  createContacts,
  createDiagnostics,
  systemProbe,
  TELEGRAM_ADDRESSES,
  type Contacts,
  type DataCentreAddress,
  type OpenParts,
} from './diagnostics/index.ts'
import { createDrafts } from './drafts/index.ts'
import { CallFailure } from './failure.ts'
import { createHistory } from './history/index.ts'
import { createImport } from './import/index.ts'
import { openLicense, readMachineId } from './license/index.ts'
import { createLists } from './lists/index.ts'
import { createLogs } from './logs/index.ts'
import { createMedia } from './media/index.ts'
import { createNetwork } from './network/index.ts'
import type { Emit, Log, Ports } from './ports.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { createPlans } from './plans/index.ts'
import { openProfile, type Features, type OpenData, type Profile } from './profile.ts'
import { createSeries, type Series } from './series/index.ts'
import { fromLevel, logLevel, type Settings } from './settings/index.ts'
import { lockFolder, type Database } from './storage/index.ts'
import { createTargets } from './targets/index.ts'
import { createTemplates } from './templates/index.ts'
import { createTestSend } from './test-send/index.ts'
import type { TelegramGateway } from './telegram/gateway.ts'
import { createSealedRecords } from './vault/index.ts'

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
  /** Where Telegram's data centres are, when these are not Telegram's own. */
  readonly telegramAddresses?: readonly DataCentreAddress[]
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
  /** The program around this core looked for updates at this address. */
  contacted(url: string, reached: boolean): void
}

/**
 * Builds a core over one data folder; the only place where implementations meet. Throws `CallFailure` with a
 * `storage/*` code when the folder cannot be used, and leaves nothing open then. Data that cannot be opened but may be
 * mended by a restore does not throw: every call answers why, those of `backup` go on.
 */
export async function createCore(ports: Ports, options: CoreOptions): Promise<Core> {
  const log = fromLevel(logLevel(process.env['AUTOTELE_LOG_LEVEL']), ports.log)
  let revision = 0
  const emit: Emit = (name, payload) => {
    revision += 1
    options.emit({ name, revision, payload } as EventMessage)
  }
  const contacts = createContacts(ports)
  let openParts: OpenParts | null = null
  const folder = lockFolder(options.dataFolder)
  const { dataFolder, version, hosted } = options
  const open = (): Promise<Profile> =>
    openProfile({
      ...{ ports, log, emit, dataFolder, version, hosted },
      openFeatures: data =>
        openFeatures({
          ports,
          options,
          log,
          emit,
          contacts,
          tell: parts => void (openParts = parts),
          ...data,
        }),
      always: data => openAlways({ ports, options, log, emit, contacts, open: () => openParts, ...data }),
      restart: () => restart(),
    })

  let profile: Profile | null
  try {
    profile = await open()
  } catch (error) {
    folder.release()
    throw error
  }

  const inTurn = oneAtATime()
  /** Null after an opening that failed; tried again at the next call. */
  const restart = (): Promise<void> =>
    inTurn(async () => {
      const closing = profile
      profile = null
      await closing?.close()
      const next = await open()
      await next.start()
      profile = next
    })
  const opened = async (name: unknown): Promise<Profile> => {
    await inTurn(() => Promise.resolve())
    // "Try again": somebody may have mended it by hand.
    if (profile === null || (profile.trouble() && name === 'app.state')) await restart()
    if (profile === null) throw new CallFailure('call/core-unavailable', undefined, true)
    return profile
  }

  return {
    call: async (name, input) => {
      try {
        return await (profile?.trouble() === null ? profile : await opened(name)).call(name, input)
      } catch (error) {
        if (error instanceof CallFailure) return { ok: false, error: error.error }
        throw error
      }
    },
    start: async () => profile?.start(),
    stop: () =>
      inTurn(async () => {
        const closing = profile
        profile = null
        await closing?.close()
        folder.release()
      }),
    resume: () => profile?.resume(),
    contacted: (url, reached) => {
      contacts.noteUrl(url, 'updates', reached)
    },
  }
}

async function openFeatures(
  deps: OpenData & {
    readonly ports: Ports
    readonly options: CoreOptions
    readonly log: Log
    readonly emit: Emit
    readonly contacts: Contacts
    /** What a diagnosis asks of the open vault; null when it closes. */
    readonly tell: (parts: OpenParts | null) => void
  },
): Promise<Features> {
  const { options, log, settings, paths, database, vault, contacts } = deps
  const ports: Ports = {
    ...deps.ports,
    log,
    http: contacts.http(deps.ports.http),
    openExternal: contacts.openExternal(deps.ports.openExternal),
  }
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
  contacts.attach(records)
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
    gateway: contacts.gateway(options.telegram),
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
  const drafts = createDrafts({ ...shared, records })
  const media = createMedia({
    ...shared,
    records,
    folder: paths.media,
    inUse: () => [...deliveries.mediaInUse(), ...series.mediaInUse(), ...drafts.mediaInUse()],
  })
  const deliveries: Deliveries = createDelivery({ ...shared, accounts, targets, media, pace })
  const series: Series = createSeries({
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
    media,
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
    withTexts: () => settings.values()['history.with_texts'],
    watchSettings: settings.watch,
    accounts: async () => accounts.handlers['accounts.list']({}),
    chats: async accountId => (await targets.handlers['targets.list']({ accountId, refresh: false })).chats,
    preview: plans['plans.preview'],
    confirm: plans['plans.confirm'],
  })

  deps.tell({
    accounts: () => accounts.views(),
    telegramNow: id => (accounts.line(id) === null ? null : accounts.serverNow(id)),
    session: accounts.sessionState,
    proxy: network.proxy,
    testProxy: network.testStored,
    license: license.view,
  })
  const unwatch = accounts.watch(({ kind }) => {
    if (kind === 'online') license.reachable()
  })
  license.start()
  // Connecting takes as long as the network does; what is stored can be read and cancelled meanwhile.
  accounts.start().catch((error: unknown) => {
    log('error', 'accounts.start', { error: error instanceof Error ? error.name : 'unknown' })
  })
  media.start()
  series.start()
  deliveries.start()

  return {
    handlers: {
      ...drafts.handlers,
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
      ...createRemoval(accounts.handlers['accounts.remove'], accounts.ids, {
        counts: deliveries.underWay,
        cancelAll: deliveries.cancelAll,
        series: series.countOf,
      }),
      ...media.handlers,
      ...media.hostHandlers,
      ...imports.handlers,
      ...targets.handlers,
      ...plans,
      ...series.handlers,
      ...deliveries.handlers,
      ...history.handlers,
    },
    stop: async () => {
      unwatch()
      license.stop()
      imports.stop()
      series.stop()
      history.stop()
      // Each, whatever becomes of the one before.
      await deliveries
        .stop()
        .finally(() => media.stop())
        .finally(() => accounts.stop())
        .finally(() => {
          deps.tell(null)
          contacts.detach()
        })
    },
    resume: () => {
      license.resume()
      accounts.resume()
      series.wakeSoon()
    },
  }
}

/** What helps to find a fault answers whether the vault is open or not. */
function openAlways(
  deps: Omit<OpenData, 'database'> & {
    readonly database: Database | null
    readonly ports: Ports
    readonly options: CoreOptions
    readonly log: Log
    readonly emit: Emit
    readonly contacts: Contacts
    readonly open: () => OpenParts | null
  },
): { readonly handlers: Partial<Handlers>; stop(): void } {
  const { ports, options, settings, paths, vault } = deps
  const logs = createLogs({
    folder: paths.logs,
    level: logLevel(process.env['AUTOTELE_LOG_LEVEL']),
    timers: ports.timers,
    emit: deps.emit,
  })
  const diagnostics = createDiagnostics({
    ...deps,
    ...ports,
    log: deps.log,
    logs,
    probe: systemProbe,
    // It refuses to answer while the file holds the server's secrets.
    settings: async () => Promise.resolve(settings.handlers['settings.get']({})).catch(() => null),
    vault: vault.state,
    keyring: vault.keyring,
    licenseUrl: () => options.license.serverUrl ?? settings.values()['license.server_url'],
    hasTelegramApp: () => (telegramApp(settings) ?? options.telegramApp) !== undefined,
    addresses: options.telegramAddresses ?? TELEGRAM_ADDRESSES,
    about: { version: options.version, hosted: options.hosted },
  })
  return {
    handlers: { ...logs.handlers, ...diagnostics.handlers },
    stop: () => {
      diagnostics.stop()
      logs.stop()
    },
  }
}

function telegramApp(settings: Settings): { apiId: number; apiHash: string } | null {
  const { 'telegram.api_id': apiId, 'telegram.api_hash': apiHash } = settings.values()
  return apiId !== null && apiHash !== null ? { apiId, apiHash } : null
}
