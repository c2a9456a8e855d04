import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PASSPHRASE_ROUNDS } from '@autotele/crypto'
import type { AppState, Envelope, Handlers, HostHandlers, RestorePart } from '../contract/index.ts'
import { clearStaging, clearTemporary, createBackup, createSnapshots, finishRestore } from './backup/index.ts'
import { CallFailure } from './failure.ts'
import { oneAtATime } from './one-at-a-time.ts'
import type { Emit, Log, Ports } from './ports.ts'
import { createRouter } from './router.ts'
import { openSettings, type Settings } from './settings/index.ts'
import {
  claimDatabase,
  dataPaths,
  migrations,
  openDatabase,
  vaultOf,
  type Database,
  type DataPaths,
} from './storage/index.ts'
import { protectionHandlers, refreshCopies } from './protection.ts'
import { createAutoLock, createVault, resealAll, type Vault } from './vault/index.ts'

/** Everything that needs the open vault. */
export type Features = {
  readonly handlers: Partial<Handlers & HostHandlers>
  stop(): Promise<void>
  resume(): void
}

export type OpenData = {
  readonly settings: Settings
  readonly paths: DataPaths
  readonly database: Database
  readonly vault: Vault
}

type ProfileDeps = {
  readonly ports: Ports
  readonly log: Log
  readonly emit: Emit
  readonly dataFolder: string
  readonly version: string
  readonly hosted: AppState['hosted']
  /** Rounds of new passphrase slots. */
  readonly rounds?: number
  readonly openFeatures: (data: OpenData) => Promise<Features>
  /** What answers whether the vault is open or not, beside what the profile has itself. */
  readonly always: (data: Omit<OpenData, 'database'> & { readonly database: Database | null }) => {
    readonly handlers: Partial<Handlers>
    stop(): void
  }
  /** Closes this profile, finishes a restore, and opens what is there then. */
  readonly restart: () => Promise<void>
}

export type Profile = {
  /** What keeps the data from being opened, while a repair may be asked for; null when all is well. */
  trouble(): CallFailure | null
  call(name: unknown, input: unknown): Promise<Envelope<unknown>>
  start(): Promise<void>
  close(): Promise<void>
  resume(): void
}

/** What restoring a copy may mend. Anything else that opening meets is thrown. */
const REPAIRABLE = new Set(['storage/damaged', 'storage/newer-version', 'vault/damaged'])
const isRepairable = (error: unknown): error is CallFailure =>
  error instanceof CallFailure && REPAIRABLE.has(error.error.code)

/** A copy is looked for this long after opening, then every hour. */
const FIRST_SNAPSHOT_AFTER_MS = 60_000
const SNAPSHOT_EVERY_MS = 3_600_000

/** Opens one data folder, which is locked by the caller. Throws `CallFailure` `storage/*` where nothing can be done here. */
export async function openProfile(deps: ProfileDeps): Promise<Profile> {
  const { ports, log, emit } = deps
  finishRestore(deps.dataFolder)
  const root = dataPaths(deps.dataFolder)
  const settings = await openSettings({ file: root.configFile, version: deps.version, emit, log })
  const { values } = settings
  const paths = dataPaths(deps.dataFolder, {
    sessions_dir: values()['paths.sessions_dir'],
    logs_dir: values()['paths.logs_dir'],
    temp_dir: values()['paths.temp_dir'],
  })
  await mkdir(paths.sessions, { recursive: true, mode: 0o700 })
  clearStaging(paths.root)
  await clearTemporary(paths.temp)

  const snapshots = createSnapshots({ paths, now: ports.clock.now, version: deps.version, log })
  let trouble: CallFailure | null = null
  const openOrTrouble = (): Database | null => {
    try {
      return openDatabase(paths.database, migrations, {
        beforeMigration: copyTo => snapshots.take('migration', copyTo),
      })
    } catch (error) {
      if (!isRepairable(error)) throw error
      trouble = error
      log('error', 'storage.trouble', { code: error.error.code })
      return null
    }
  }
  const database = openOrTrouble()
  const rounds = deps.rounds ?? PASSPHRASE_ROUNDS
  const vault = createVault({
    files: { vault: join(paths.config, 'vault.json'), salt: paths.salt },
    keyring: ports.keyring,
    random: ports.random,
    log,
    rounds,
    passphraseRequired: () => values()['security.require_password'],
  })

  const state = async (): Promise<AppState> => ({
    version: deps.version,
    hosted: deps.hosted,
    vault: vault.state(),
    keyring: await vault.keyring(),
  })

  let features: Features | null = null
  let cancelSnapshot = (): void => undefined
  const closeFeatures = async (): Promise<void> => {
    cancelSnapshot()
    const closing = features
    features = null
    await closing?.stop()
  }
  /** Whatever they could not store any more: what comes after them is not to wait for a disk with room. */
  const endFeatures = (): Promise<void> =>
    closeFeatures().catch((error: unknown) => {
      log('error', 'core.features-stop', { error: error instanceof Error ? error.message : 'unknown' })
    })
  const copyDatabase = (to: string): void => void database?.run('VACUUM INTO ?', to)
  const snapshotAfter = (ms: number): void => {
    cancelSnapshot = ports.timers.after(ms, () => {
      snapshots.takeDaily(copyDatabase)
      snapshotAfter(SNAPSHOT_EVERY_MS)
    })
  }

  /** What was sealed under the data key before is sealed again; cut short, it goes on at the next opening. */
  const finishKeyChange = async (open: Database): Promise<void> => {
    await resealAll({
      ...{ vault, log, database: open, sessionsFolder: paths.sessions },
      onProgress: (done, total) => emit('vault.progressed', { done, total }),
    })
    await vault.finishKeyChange()
    // The old ciphertexts are in free pages and in older copies; neither is worth failing for.
    try {
      open.run('VACUUM')
      open.get('PRAGMA wal_checkpoint(TRUNCATE)')
      const { name } = snapshots.take('asked', copyDatabase)
      for (const old of snapshots.list())
        if (old.name !== name && old.reason !== 'restore') snapshots.remove(old.name)
    } catch (error) {
      log('warning', 'vault.key-change-copies', { error: error instanceof Error ? error.message : 'unknown' })
    }
  }
  const openWhatIsOpen = async (): Promise<void> => {
    const vaultId = vault.id()
    if (vaultId === null || features || !database) return
    try {
      claimDatabase(database, vaultId)
      if (vault.keyChanging()) await finishKeyChange(database)
      refreshCopies(vault, snapshots)
      features = await deps.openFeatures({ settings, paths, database, vault })
      autoLock.touch()
      snapshotAfter(FIRST_SNAPSHOT_AFTER_MS)
    } catch (error) {
      vault.close()
      throw error
    }
  }

  /** Vault changes one after another: opening while locking would leave features over a zeroed key. */
  const inTurn = oneAtATime()
  const changeVault = (change: () => Promise<void>): Promise<AppState> =>
    inTurn(async () => {
      try {
        await change()
      } finally {
        await openWhatIsOpen()
      }
      const now = await state()
      emit('app.changed', now)
      return now
    })

  const lock = (): Promise<AppState> =>
    changeVault(async () => {
      if (!vault.canLock()) return
      // First what works with the key, then the key: also when the former cannot end in good order.
      await endFeatures()
      await vault.lock()
    })
  const autoLock = createAutoLock({
    clock: ports.clock,
    timers: ports.timers,
    minutes: () => values()['security.auto_logout_minutes'],
    lock: () => void lock().catch(() => log('error', 'vault.auto-lock')),
  })

  const damaged = (): readonly RestorePart[] => [
    ...(database === null ? (['database'] as const) : []),
    ...(vault.isDamaged() || (vault.state() === 'new' && database !== null && vaultOf(database) !== null)
      ? (['vault'] as const)
      : []),
    ...(settings.isDamaged() ? (['settings'] as const) : []),
  ]
  const always = deps.always({ settings, paths, database, vault })
  const base: Partial<Handlers> = {
    // In turn: who asks while the vault is locking is told what comes of it.
    'app.state': () => inTurn(state),
    'vault.create': ({ passphrase }) =>
      changeVault(async () => {
        // The vault file is gone but not what it sealed: a new vault could read none of it. Put the file back.
        if (vault.state() === 'new' && database && vaultOf(database) !== null)
          throw new CallFailure('vault/damaged')
        await vault.create(passphrase)
      }),
    'vault.unlock': ({ passphrase }) => changeVault(() => vault.unlock(passphrase)),
    'vault.lock': lock,
    ...settings.handlers,
    ...always.handlers,
    ...createBackup({
      ...{ paths, emit, snapshots, rounds, version: deps.version, restart: deps.restart },
      clock: ports.clock,
      random: ports.random,
      profile: () => ({ database, vault, damaged }),
    }),
  }
  const protection = protectionHandlers({ vault, settings, snapshots, changeVault, inTurn, closeFeatures })
  const whileOpen: Partial<Handlers> = {
    ...protection,
    'vault.stay': () => {
      autoLock.touch()
      return {}
    },
  }
  const router = createRouter(() => ({ ...base, ...(features && { ...whileOpen, ...features.handlers }) }), {
    log,
  })

  /** With trouble only what may end it answers, and what says what it is. */
  const answersInTrouble = (name: unknown): boolean =>
    typeof name === 'string' && name in base && !/^(?:app|vault)\./.test(name)

  return {
    trouble: () => trouble,
    call: async (name, input) => {
      if (trouble && !answersInTrouble(name)) return { ok: false, error: trouble.error }
      const answer = await router.call(name, input)
      // How long the wait is may just have been changed.
      if (name === 'settings.update') autoLock.touch()
      return answer
    },
    start: async () => {
      if (trouble) return
      try {
        await changeVault(() => vault.load())
      } catch (error) {
        if (!isRepairable(error)) throw error
        trouble = error
      }
    },
    close: () =>
      inTurn(async () => {
        autoLock.stop()
        always.stop()
        await endFeatures()
        vault.close()
        database?.close()
      }),
    resume: () => {
      autoLock.woke()
      features?.resume()
    },
  }
}
