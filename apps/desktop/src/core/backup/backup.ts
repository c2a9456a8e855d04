import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Handlers, MethodName, ParsedInput, RestorePart, RestorePreview } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import type { Clock, Emit, Random } from '../ports.ts'
import { storageFailure, writeFileAtomic, type Database, type DataPaths } from '../storage/index.ts'
import {
  openWithPassphrase,
  opensCheck,
  parseVaultFile,
  vaultFileText,
  type Vault,
  type VaultFile,
} from '../vault/index.ts'
import { instantOf } from '../time.ts'
import { readBackup } from './file.ts'
import {
  ALL_PARTS,
  copySmallFiles,
  DATABASE,
  filesIn,
  MEDIA,
  placeOf,
  SALT_FILE,
  VAULT_FILE,
} from './layout.ts'
import { createOutgoing } from './outgoing.ts'
import { readAbout, type Snapshots } from './snapshots.ts'
import { countsOf, keepPaths, prepareStaged, type Staged } from './staging.ts'
import { clearStaging, decideRestore, STAGING } from './swap.ts'

type BackupMethod = Extract<MethodName, `backup.${string}`>
type Inspected = {
  readonly restoreId: string
  readonly folder: string
  readonly preview: RestorePreview
  readonly vault: VaultFile
}

/** What is open of the data, and what is wrong with the rest. */
export type Profile = {
  readonly database: Database | null
  readonly vault: Vault
  /** Parts that cannot be read. */
  readonly damaged: () => readonly RestorePart[]
}

/** Backups, snapshots, and putting them in the place of the data. Also answers where the data cannot be opened. */
export function createBackup(deps: {
  readonly paths: DataPaths
  readonly clock: Clock
  readonly random: Random
  readonly version: string
  /** Rounds of a backup's passphrase. */
  readonly rounds: number
  readonly emit: Emit
  readonly snapshots: Snapshots
  readonly profile: () => Profile
  /** Closes everything, does what `decideRestore` has written down, and opens everything again. */
  readonly restart: () => Promise<void>
}): Pick<Handlers, BackupMethod> {
  const { paths, random, snapshots, emit, clock } = deps
  const newId = (): string => Buffer.from(random.bytes(12)).toString('hex')
  const inTurn = oneAtATime()
  const uploads = new Map<string, { readonly path: string; bytes: number }>()
  let inspected: Inspected | null = null

  const openProfile = (): { database: Database; vault: Vault } => {
    const { database, vault } = deps.profile()
    if (!database || vault.state() !== 'open') throw new CallFailure('vault/locked')
    return { database, vault }
  }
  const outgoing = createOutgoing({ ...deps, now: clock.now, open: openProfile })

  const forget = (): void => {
    inspected = null
    clearStaging(paths.root)
  }

  /** Fills `folder` from the source; tells whose it is, and the key where it is known. The caller zeroes it. */
  const stage = async (
    source: ParsedInput<'backup.inspect'>['source'],
    passphrase: string | null,
    folder: string,
  ): Promise<{ createdAt: string; appVersion: string; bytes: number; key: Uint8Array | null }> => {
    if (source.kind === 'snapshot') return stageSnapshot(source.name, passphrase, folder)
    const upload = source.kind === 'upload' ? uploads.get(source.uploadId) : undefined
    if (source.kind === 'upload' && !upload) throw new CallFailure('backup/over')
    const path = source.kind === 'path' ? source.path : (upload?.path ?? '')
    if (!isAbsolute(path) || !existsSync(path)) throw new CallFailure('backup/path-unusable')
    let bytes = 0
    const { manifest, vault, vaultKey } = await readBackup(path, passphrase ?? '', folder, (done, total) => {
      bytes = total
      emit('backup.progressed', { doing: 'inspect', done, total })
    })
    await writeFileAtomic(join(folder, ...VAULT_FILE.split('/')), vaultFileText(vault))
    await writeFileAtomic(join(folder, ...SALT_FILE.split('/')), vault.salt)
    return { createdAt: manifest.createdAt, appVersion: manifest.appVersion, bytes, key: vaultKey }
  }

  const stageSnapshot = async (name: string, passphrase: string | null, folder: string) => {
    const from = snapshots.folderOf(name)
    const about = from === null ? null : readAbout(from)
    if (from === null || about === null) throw new CallFailure('backup/path-unusable')
    for (const file of [DATABASE, `${DATABASE}-wal`].filter(file => existsSync(join(from, file))))
      copyFileSync(join(from, file), join(folder, file))
    copySmallFiles({ ...paths, root: from, sessions: join(from, 'sessions') }, folder)
    await copyFolder(join(from, MEDIA), join(folder, MEDIA))
    const vaultFile = join(folder, ...VAULT_FILE.split('/'))
    const vault = existsSync(vaultFile) ? parseVaultFile(readFileSync(vaultFile, 'utf8')) : null
    return { ...about, bytes: snapshots.sizeOf(from), key: vault && (await keyOf(vault, passphrase)) }
  }

  const keyOf = async (vault: VaultFile, passphrase: string | null): Promise<Uint8Array | null> => {
    const present = deps.profile().vault
    if (present.state() === 'open') {
      const key = present.key()
      if (opensCheck(vault, key)) return key
      key.fill(0)
    }
    return passphrase === null ? null : openWithPassphrase(vault, passphrase)
  }

  const inspect = async ({ source, passphrase }: ParsedInput<'backup.inspect'>): Promise<RestorePreview> => {
    forget()
    const restoreId = newId()
    const folder = join(paths.root, STAGING)
    let key: Uint8Array | null = null
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const staged = await stage(source, passphrase, folder)
      key = staged.key
      const found = prepareStaged(folder, key, random)
      keepPaths(folder, paths.configFile)
      const { createdAt, appVersion, bytes } = staged
      const { database, damaged } = deps.profile()
      const preview: RestorePreview = {
        ...{ restoreId, createdAt, appVersion, bytes },
        accounts: found.accounts,
        counts: found.counts,
        here: database && countsOf(database),
        parts: [...found.parts],
        damagedHere: [...damaged()],
        warnings: warningsOf(source.kind, found, database !== null && isNewer(database, createdAt)),
      }
      inspected = { restoreId, folder, preview, vault: found.vault }
      return preview
    } catch (error) {
      forget()
      throw storageFailure(error)
    } finally {
      key?.fill(0)
    }
  }

  /** What is sealed goes with the key that seals it. */
  const together = (
    { vault, preview }: Inspected,
    wanted: readonly RestorePart[],
  ): readonly RestorePart[] => {
    const here = placeOf(paths, VAULT_FILE)
    const present = existsSync(here) ? parseVaultFile(readFileSync(here, 'utf8')) : null
    const sameKey = present !== null && Buffer.from(present.check).equals(vault.check)
    const sealed: readonly RestorePart[] = ['database', 'sessions', 'vault']
    const owner = deps.profile().database?.get('SELECT vault_id FROM installation')?.['vault_id']
    const vaultAlone = wanted.every(part => part === 'vault' || part === 'settings') && owner === vault.id
    const all = sameKey || vaultAlone || !wanted.some(part => sealed.includes(part))
    const parts = all ? wanted : [...wanted, ...sealed]
    return preview.parts.filter(part => parts.includes(part))
  }

  const restore = async ({
    restoreId,
    parts,
  }: ParsedInput<'backup.restore'>): Promise<{ keptAs: string }> => {
    if (inspected?.restoreId !== restoreId) throw new CallFailure('backup/over')
    const chosen = together(inspected, parts ?? ALL_PARTS)
    const about = { createdAt: instantOf(clock.now()), appVersion: deps.version }
    const keptAs = decideRestore(paths, inspected.folder, chosen, about, clock.now())
    inspected = null
    await deps.restart()
    return { keptAs }
  }

  return {
    ...outgoing,
    'backup.create': input => inTurn(async () => outgoing['backup.create'](input)),
    'backup.beginUpload': async () => {
      const uploadId = newId()
      const path = join(paths.temp, `upload-${uploadId}`)
      await writeFileAtomic(path, new Uint8Array())
      uploads.set(uploadId, { path, bytes: 0 })
      return { uploadId }
    },
    'backup.upload': ({ uploadId, offset, base64 }) =>
      inTurn(async () => {
        const upload = uploads.get(uploadId)
        if (upload?.bytes !== offset) throw new CallFailure('backup/over')
        const piece = Buffer.from(base64, 'base64')
        const file = await open(upload.path, 'r+')
        try {
          await file.write(piece, 0, piece.length, offset)
        } catch (error) {
          throw storageFailure(error)
        } finally {
          await file.close()
        }
        upload.bytes += piece.length
        return { bytes: upload.bytes }
      }),
    'backup.inspect': input => inTurn(() => inspect(input)),
    'backup.restore': input => inTurn(() => restore(input)),
    'backup.forget': ({ restoreId }) =>
      inTurn(async () => {
        if (inspected?.restoreId === restoreId) forget()
        for (const [id, { path }] of uploads) {
          uploads.delete(id)
          await rm(path, { force: true })
        }
        return {}
      }),
    'backup.snapshots': () => snapshots.list(),
    'backup.takeSnapshot': () => {
      const { database } = openProfile()
      return snapshots.take('asked', to => database.run('VACUUM INTO ?', to))
    },
    'backup.removeKept': ({ name }) => {
      openProfile()
      if (snapshots.list().find(one => one.name === name)?.reason === 'restore') snapshots.remove(name)
      return {}
    },
  }
}

function isNewer(database: Database, createdAt: string): boolean {
  const row = database.get(
    'SELECT max(created_at) AS plans, (SELECT max(added_at) FROM account) AS accounts FROM plan',
  )
  return Math.max(Number(row?.['plans'] ?? 0), Number(row?.['accounts'] ?? 0)) > Date.parse(createdAt)
}

function warningsOf(
  kind: 'path' | 'upload' | 'snapshot',
  staged: Staged,
  newerHere: boolean,
): RestorePreview['warnings'] {
  const { counts, migrated, sessionMissing } = staged
  return [
    ...(kind !== 'snapshot' && counts.accounts > 0 ? (['session-on-two-computers'] as const) : []),
    ...(counts.waiting > 0 || counts.series > 0 ? (['waiting-is-paused'] as const) : []),
    ...(newerHere ? (['newer-here'] as const) : []),
    ...(migrated ? (['older-version'] as const) : []),
    ...(sessionMissing ? (['session-missing'] as const) : []),
  ]
}

async function copyFolder(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return
  await mkdir(to, { recursive: true, mode: 0o700 })
  for (const name of filesIn(from)) copyFileSync(join(from, name), join(to, name))
}
