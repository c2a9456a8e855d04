import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { BackupFile, Handlers } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Emit, Random } from '../ports.ts'
import { storageFailure, type Database, type DataPaths } from '../storage/index.ts'
import { instantOf } from '../time.ts'
import { passphraseSlot, refuseWeak, type Vault } from '../vault/index.ts'
import { writeBackup, type BackupContents } from './file.ts'
import { CONFIG_FILE, copySmallFiles, DATABASE, filesIn, MEDIA, MEDIA_FILE, SESSIONS } from './layout.ts'
import { stampOf } from './snapshots.ts'

/** Bytes in one answer of `backup.read`; base64 makes it a third longer. */
const READ_BYTES = 512 * 1024
export const BACKUP_EXTENSION = '.autotele-backup'

type Outgoing = Pick<Handlers, 'backup.create' | 'backup.read' | 'backup.discard'>

/** Makes backups and hands them out. */
export function createOutgoing(deps: {
  readonly paths: DataPaths
  readonly random: Random
  readonly now: () => number
  readonly version: string
  readonly rounds: number
  readonly emit: Emit
  /** Of the open profile; throws `vault/locked`. */
  readonly open: () => { readonly database: Database; readonly vault: Vault }
}): Outgoing {
  const { paths, random, emit } = deps
  const made = new Map<string, BackupFile & { readonly at: string }>()

  const create: Outgoing['backup.create'] = async ({ passphrase, path }) => {
    const { database, vault } = deps.open()
    refuseWeak(passphrase)
    const backupId = Buffer.from(random.bytes(12)).toString('hex')
    const fileName = `autotele-${stampOf(deps.now())}${BACKUP_EXTENSION}`
    const target = path === null ? join(paths.temp, `${backupId}${BACKUP_EXTENSION}`) : aimAt(path, fileName)
    const work = join(paths.temp, `backup-${backupId}`)
    const unfinished = `${target}.unfinished`
    const vaultKey = vault.key()
    try {
      await mkdir(work, { recursive: true, mode: 0o700 })
      database.run('VACUUM INTO ?', join(work, DATABASE))
      copySmallFiles(paths, work)
      const contents = {
        createdAt: instantOf(deps.now()),
        appVersion: deps.version,
        files: listed(paths, work),
      }
      const { id, salt, check } = vault.file()
      const slot = await passphraseSlot(id, vaultKey, passphrase, { rounds: deps.rounds, random })
      const seal = {
        vault: { id, salt, check, slots: [slot], previous: null },
        vaultKey,
        salt: random.bytes(32),
      }
      const bytes = await writeWhole(unfinished, contents, seal, (done, total) =>
        emit('backup.progressed', { doing: 'create', done, total }),
      )
      if (existsSync(target)) throw new CallFailure('backup/file-exists')
      await rename(unfinished, target)
      const file = {
        backupId,
        path: path === null ? null : target,
        fileName: basename(path === null ? fileName : target),
        bytes,
      }
      if (path === null) made.set(backupId, { ...file, at: target })
      return file
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined)
      throw storageFailure(error)
    } finally {
      vaultKey.fill(0)
      await rm(work, { recursive: true, force: true }).catch(() => undefined)
    }
  }

  return {
    'backup.create': create,
    'backup.read': async ({ backupId, offset }) => {
      const backup = made.get(backupId)
      if (!backup) throw new CallFailure('backup/over')
      const piece = Buffer.alloc(READ_BYTES)
      const file = await open(backup.at, 'r')
      try {
        const { bytesRead } = await file.read(piece, 0, piece.length, offset)
        const next = offset + bytesRead
        return {
          base64: piece.subarray(0, bytesRead).toString('base64'),
          next: next < backup.bytes && bytesRead > 0 ? next : null,
        }
      } finally {
        await file.close()
      }
    },
    'backup.discard': async ({ backupId }) => {
      const backup = made.get(backupId)
      made.delete(backupId)
      if (backup) await rm(backup.at, { force: true })
      return {}
    },
  }
}

/** Where a person wants the file: a new one in a folder that is there, or such a folder. */
function aimAt(path: string, fileName: string): string {
  if (!isAbsolute(path)) throw new CallFailure('backup/path-unusable')
  const target = existsSync(path) && statSync(path).isDirectory() ? join(path, fileName) : path
  if (!existsSync(dirname(target)) || !statSync(dirname(target)).isDirectory())
    throw new CallFailure('backup/path-unusable')
  if (existsSync(target)) throw new CallFailure('backup/file-exists')
  return target
}

async function writeWhole(
  path: string,
  contents: BackupContents,
  seal: Parameters<typeof writeBackup>[2],
  onProgress: Parameters<typeof writeBackup>[3],
): Promise<number> {
  const file = await open(path, 'wx', 0o600)
  try {
    const bytes = await writeBackup(file, contents, seal, onProgress)
    await file.sync()
    return bytes
  } finally {
    await file.close()
  }
}

/** Copies for what changes meanwhile; media never do, and are read where they are. */
function listed(paths: DataPaths, work: string): BackupContents['files'] {
  const media = join(paths.root, MEDIA)
  const places = [
    { path: DATABASE, from: join(work, DATABASE) },
    { path: CONFIG_FILE, from: join(work, ...CONFIG_FILE.split('/')) },
    ...filesIn(join(work, SESSIONS)).map(name => ({
      path: `${SESSIONS}/${name}`,
      from: join(work, SESSIONS, name),
    })),
    ...filesIn(media)
      .filter(name => MEDIA_FILE.test(name))
      .map(name => ({ path: `${MEDIA}/${name}`, from: join(media, name) })),
  ]
  return places
    .filter(({ from }) => existsSync(from))
    .map(place => ({ ...place, bytes: statSync(place.from).size }))
}

/** What a life before left unfinished: backups nobody fetched, uploads nobody completed. */
export async function clearTemporary(folder: string): Promise<void> {
  if (!existsSync(folder)) return
  const ours = /^(?:[0-9a-f]{24}\.autotele-backup(?:\.unfinished)?|upload-[0-9a-f]{24}|backup-[0-9a-f]{24})$/
  for (const name of readdirSync(folder).filter(name => ours.test(name)))
    await rm(join(folder, name), { recursive: true, force: true })
}
