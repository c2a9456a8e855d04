import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { BackupFile, RestorePreview, Snapshot } from '../../contract/index.ts'
import { tempFolder } from '../testing/index.ts'
import { writeBackup } from './file.ts'
import { draftOf, fillProfile, profileIn, setDraft, TITLE, type RunningProfile } from '../testing/profile.ts'

const PASSPHRASE = 'un bateau traverse la nuit'
const OF_BACKUP = 'sept chats sur le toit rouge'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

async function filled(passphrase: string | null = PASSPHRASE) {
  const running = await profileIn(tempFolder())
  await running.call('vault.create', { passphrase })
  fillProfile(running)
  mkdirSync(join(running.folder, 'media'))
  writeFileSync(join(running.folder, 'media', 'abc.bin'), new Uint8Array(200_000).fill(7))
  return running
}

/** Fetches a backup as the interface does. */
async function fetched(running: RunningProfile, { backupId }: BackupFile): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let offset: number | null = 0; offset !== null;) {
    const piece: { base64: string; next: number | null } = await running.call('backup.read', {
      backupId,
      offset,
    })
    parts.push(Buffer.from(piece.base64, 'base64'))
    offset = piece.next
  }
  await running.call('backup.discard', { backupId })
  return Buffer.concat(parts)
}

/** Sends a backup as the interface does. */
async function sent(running: RunningProfile, bytes: Buffer): Promise<{ kind: 'upload'; uploadId: string }> {
  const { uploadId } = await running.call<{ uploadId: string }>('backup.beginUpload')
  for (let offset = 0; offset < bytes.length; offset += 600_000) {
    const base64 = bytes.subarray(offset, offset + 600_000).toString('base64')
    await running.call('backup.upload', { uploadId, offset, base64 })
  }
  return { kind: 'upload', uploadId }
}

const listing = (folder: string): Record<string, number> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .map(path => [path, statSync(path).size]),
  )
const failing = (code: string) => expect.objectContaining({ message: code })

describe('a backup', () => {
  test('brought to a new computer has everything, opens by its own passphrase, and what waited is paused', async () => {
    const old = await filled(null)
    const file = await old.call<BackupFile>('backup.create', { passphrase: OF_BACKUP, path: null })
    const bytes = await fetched(old, file)
    expect(bytes.length).toBe(file.bytes)
    expect(readdirSync(join(old.folder, 'temp'))).toEqual([])
    for (const clear of [TITLE, '33612345678', 'Bonjour', 'a1.session', 'SQLite'])
      expect([clear, bytes.includes(clear)]).toEqual([clear, false])
    await old.close()

    const fresh = await profileIn(tempFolder())
    const source = await sent(fresh, bytes)
    const preview = await fresh.call<RestorePreview>('backup.inspect', { source, passphrase: OF_BACKUP })
    expect(preview).toMatchObject({
      appVersion: '1.2.3',
      createdAt: '2027-01-04T09:00:00Z',
      accounts: [
        { name: 'a1', phone: '33612345678', session: true },
        { name: 'a2', session: true },
      ],
      counts: { accounts: 2, chats: 1, waiting: 1, messages: 1, series: 1 },
      parts: ['database', 'sessions', 'vault', 'settings'],
      warnings: ['session-on-two-computers', 'waiting-is-paused'],
    })
    const { restoreId } = preview
    const { keptAs } = await fresh.call<{ keptAs: string }>('backup.restore', { restoreId, parts: null })
    expect(existsSync(join(fresh.folder, keptAs, 'autotele.db'))).toBe(true)
    expect(await fresh.call('app.state')).toMatchObject({ vault: 'locked' })
    await fresh.call('vault.unlock', { passphrase: OF_BACKUP })
    expect(draftOf(fresh)).toEqual({ text: 'Bonjour' })
    const { database, vault, paths } = fresh.data()
    expect(database.all('SELECT account_id, paused FROM lane ORDER BY account_id')).toEqual([
      { account_id: 'a1', paused: 1 },
      { account_id: 'a2', paused: 1 },
    ])
    expect(database.get('SELECT state FROM series')).toEqual({ state: 'paused' })
    expect(
      vault.sealer.openText('session', 'a1', readFileSync(join(paths.sessions, 'a1.session'))),
    ).toContain('secret')
    expect(readFileSync(join(fresh.folder, 'media', 'abc.bin')).length).toBe(200_000)
    expect(existsSync(join(fresh.folder, 'restoring'))).toBe(false)
    await fresh.close()
  })

  test('written to a path never replaces a file, and the path must lead somewhere', async () => {
    const running = await filled()
    const path = join(tempFolder(), 'mine.autotele-backup')
    const create = (to: string) =>
      running.call<BackupFile>('backup.create', { passphrase: OF_BACKUP, path: to })
    expect(await create(path)).toMatchObject({ path, fileName: 'mine.autotele-backup' })
    await expect(create(path)).rejects.toEqual(failing('backup/file-exists'))
    await expect(create('relative')).rejects.toEqual(failing('backup/path-unusable'))
    await expect(create(join(path, 'below-a-file'))).rejects.toEqual(failing('backup/path-unusable'))
    await expect(running.call('backup.create', { passphrase: 'short', path: null })).rejects.toEqual(
      failing('vault/passphrase-too-weak'),
    )
    await running.close()
  })

  test('cut, altered, foreign, newer or under another passphrase is refused by name, and nothing here changes', async () => {
    const running = await filled()
    const path = join(tempFolder(), 'b')
    await running.call('backup.create', { passphrase: OF_BACKUP, path })
    const good = readFileSync(path)
    const before = listing(running.folder)
    const inspect = async (bytes: Buffer, passphrase = OF_BACKUP) => {
      writeFileSync(path, bytes)
      await running.call('backup.inspect', { source: { kind: 'path', path }, passphrase })
    }
    const flipped = (at: number) => Buffer.from(good).fill(good[at]! ^ 1, at, at + 1)
    for (const [bytes, code] of [
      [good.subarray(0, good.length - 1), 'backup/damaged'],
      [good.subarray(0, good.length - (good.length % 1000)), 'backup/damaged'],
      [Buffer.concat([good, Buffer.from('more')]), 'backup/damaged'],
      [flipped(good.length - 20), 'backup/damaged'],
      [flipped(good.length >> 1), 'backup/damaged'],
      [Buffer.from('SQLite format 3 and much else'), 'backup/not-a-backup'],
      [Buffer.alloc(0), 'backup/not-a-backup'],
      [
        Buffer.from(good.toString('latin1').replace('"version":1', '"version":2'), 'latin1'),
        'storage/newer-version',
      ],
    ] as const) {
      await expect(inspect(Buffer.from(bytes)), String(bytes.length)).rejects.toEqual(failing(code))
    }
    await expect(inspect(good, PASSPHRASE)).rejects.toEqual(failing('vault/wrong-passphrase'))
    expect(listing(running.folder)).toEqual(before)
    expect(draftOf(running)).toEqual({ text: 'Bonjour' })
    await running.close()
  })

  test('outlives a change of the data key', async () => {
    const running = await filled()
    const path = join(tempFolder(), 'b')
    await running.call('backup.create', { passphrase: OF_BACKUP, path })
    await running.call('vault.changeDataKey', { current: PASSPHRASE })
    setDraft(running, 'later')
    const source = { kind: 'path', path }
    const { restoreId } = await running.call<RestorePreview>('backup.inspect', {
      source,
      passphrase: OF_BACKUP,
    })
    await running.call('backup.restore', { restoreId, parts: ['database'] })
    await running.call('vault.unlock', { passphrase: OF_BACKUP })
    expect(draftOf(running)).toEqual({ text: 'Bonjour' })
    await running.close()
  })
})

describe('a restore', () => {
  test('keeps what was here under a name, from where it can be taken back', async () => {
    const running = await filled()
    const path = join(tempFolder(), 'b')
    await running.call('backup.create', { passphrase: OF_BACKUP, path })
    setDraft(running, 'written since')
    const { restoreId } = await running.call<RestorePreview>('backup.inspect', {
      source: { kind: 'path', path },
      passphrase: OF_BACKUP,
    })
    const { keptAs } = await running.call<{ keptAs: string }>('backup.restore', { restoreId, parts: null })
    await running.call('vault.unlock', { passphrase: OF_BACKUP })
    expect(draftOf(running)).toEqual({ text: 'Bonjour' })
    const [kept] = await running.call<Snapshot[]>('backup.snapshots')
    expect(kept).toMatchObject({ name: keptAs, reason: 'restore' })
    const back = await running.call<RestorePreview>('backup.inspect', {
      source: { kind: 'snapshot', name: keptAs },
      passphrase: null,
    })
    await running.call('backup.restore', { restoreId: back.restoreId, parts: null })
    await running.call('vault.unlock', { passphrase: PASSPHRASE })
    expect(draftOf(running)).toEqual({ text: 'written since' })
    await running.close()
  })

  test('asked for twice, or after it was forgotten, is over', async () => {
    const running = await filled()
    await running.call('backup.takeSnapshot')
    const [snapshot] = await running.call<Snapshot[]>('backup.snapshots')
    const inspect = () =>
      running.call<RestorePreview>('backup.inspect', {
        source: { kind: 'snapshot', name: snapshot!.name },
        passphrase: null,
      })
    const first = await inspect()
    await running.call('backup.forget', { restoreId: first.restoreId })
    await expect(running.call('backup.restore', { restoreId: first.restoreId, parts: null })).rejects.toEqual(
      failing('backup/over'),
    )
    expect(existsSync(join(running.folder, 'restoring'))).toBe(false)
    await running.close()
  })
})

test('a restore leaves the folders of this computer where they are, whatever an editor put before the settings', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'config'))
  writeFileSync(join(folder, 'config', 'app_config.json'), '\uFEFF{"paths":{"sessions_dir":"accounts"}}')
  const running = await profileIn(folder)
  await running.call('vault.create', { passphrase: PASSPHRASE })
  fillProfile(running)
  const path = join(tempFolder(), 'b')
  await running.call('backup.create', { passphrase: OF_BACKUP, path })
  const { restoreId } = await running.call<RestorePreview>('backup.inspect', {
    source: { kind: 'path', path },
    passphrase: OF_BACKUP,
  })
  await running.call('backup.restore', { restoreId, parts: null })
  await running.call('vault.unlock', { passphrase: OF_BACKUP })
  const { sessions } = running.data().paths
  expect(sessions).toBe(join(folder, 'accounts'))
  expect(readdirSync(sessions)).toEqual(['a1.session', 'a2.session'])
  await running.close()
})

describe('a backup made to do harm', () => {
  const inspecting = (running: RunningProfile, path: string) =>
    running.call('backup.inspect', { source: { kind: 'path', path }, passphrase: OF_BACKUP })

  test.each([
    [
      'has orders of its own in its database',
      `CREATE TRIGGER t AFTER INSERT ON delivery BEGIN UPDATE delivery SET chat_id = '-1'; END`,
    ],
    ['shows something else in the place of a table', 'CREATE VIEW v AS SELECT * FROM plan'],
    [
      'names an account as a path',
      `INSERT INTO account (id, tg_user_id, sealed, premium, standing, added_at)
       VALUES ('../../a9', '9', ?, 0, 'signed-in', 1)`,
    ],
    [
      'names a file to be put away as a path',
      `INSERT INTO media VALUES ('m', '../../../letter.txt', x'00', 1)`,
    ],
    ['lacks a table', 'DROP TABLE lane'],
  ])('%s is refused', async (_how, sql) => {
    const running = await filled()
    const { database, vault } = running.data()
    const person = vault.sealer.sealText('account', '../../a9', '{"name":"a9","phone":"9"}')
    database.run(sql, ...(sql.includes('?') ? [person] : []))
    const path = join(tempFolder(), 'b')
    await running.call('backup.create', { passphrase: OF_BACKUP, path })
    await expect(inspecting(running, path)).rejects.toEqual(failing('backup/damaged'))
    await running.close()
  })

  test('names one file twice is refused', async () => {
    const running = await filled(OF_BACKUP)
    const { vault, paths } = running.data()
    const path = join(tempFolder(), 'b')
    const bytes = statSync(paths.configFile).size
    const twice = { path: 'config/app_config.json', from: paths.configFile, bytes }
    const file = await open(path, 'wx')
    await writeBackup(
      file,
      { createdAt: '2027-01-04T09:00:00Z', appVersion: '1', files: [twice, twice] },
      { vault: vault.file(), vaultKey: vault.key(), salt: new Uint8Array(32) },
      () => undefined,
    )
    await file.close()
    await expect(inspecting(running, path)).rejects.toEqual(failing('backup/damaged'))
    await running.close()
  })
})

describe('data that cannot be opened', () => {
  test('a damaged database is named, left as it is, and mended from yesterday’s copy', async () => {
    const running = await filled(null)
    await running.ports.time.advance(61_000)
    expect(await running.call<Snapshot[]>('backup.snapshots')).toMatchObject([{ reason: 'daily' }])
    await running.close()
    const path = join(running.folder, 'autotele.db')
    writeFileSync(path, Buffer.from(readFileSync(path)).fill(0x41, 4096))
    const broken = readFileSync(path)

    const next = await profileIn(running.folder, running.ports)
    for (const name of ['app.state', 'vault.unlock', 'accounts.list'])
      await expect(next.call(name)).rejects.toEqual(failing('storage/damaged'))
    expect(readFileSync(path)).toEqual(broken)
    const [snapshot] = await next.call<Snapshot[]>('backup.snapshots')
    const preview = await next.call<RestorePreview>('backup.inspect', {
      source: { kind: 'snapshot', name: snapshot!.name },
      passphrase: null,
    })
    expect(preview).toMatchObject({ damagedHere: ['database'], here: null, accounts: null })
    const { keptAs } = await next.call<{ keptAs: string }>('backup.restore', {
      restoreId: preview.restoreId,
      parts: ['database'],
    })
    expect(readFileSync(join(running.folder, keptAs, 'autotele.db'))).toEqual(broken)
    expect(await next.call('app.state')).toMatchObject({ vault: 'open' })
    expect(draftOf(next)).toEqual({ text: 'Bonjour' })
    await next.close()
  })

  test.each(['truncated', 'gone'])(
    'a vault file that is %s is mended alone, and not one record is lost',
    async how => {
      const running = await filled()
      await running.call('backup.takeSnapshot')
      setDraft(running, 'written since')
      await running.close()
      const path = join(running.folder, 'config', 'vault.json')
      if (how === 'gone') rmSync(path)
      else writeFileSync(path, readFileSync(path).subarray(0, 100))
      running.ports.keyring.inMemory = null

      const next = await profileIn(running.folder, running.ports)
      const answer =
        how === 'gone'
          ? next.call('vault.create', { passphrase: PASSPHRASE })
          : next.call('vault.unlock', { passphrase: PASSPHRASE })
      await expect(answer).rejects.toEqual(failing('vault/damaged'))
      const [snapshot] = await next.call<Snapshot[]>('backup.snapshots')
      const preview = await next.call<RestorePreview>('backup.inspect', {
        source: { kind: 'snapshot', name: snapshot!.name },
        passphrase: PASSPHRASE,
      })
      expect(preview).toMatchObject({ damagedHere: ['vault'], accounts: [{ name: 'a1' }, { name: 'a2' }] })
      await next.call('backup.restore', { restoreId: preview.restoreId, parts: ['vault'] })
      await next.call('vault.unlock', { passphrase: PASSPHRASE })
      expect(draftOf(next)).toEqual({ text: 'written since' })
      await next.close()
    },
  )
})

describe('snapshots', () => {
  test('are made once a day, and no more than seven stay', async () => {
    const running = await filled(null)
    for (let day = 0; day < 10; day++) await running.ports.time.advance(86_400_000)
    const snapshots = await running.call<Snapshot[]>('backup.snapshots')
    expect(snapshots.map(({ createdAt }) => createdAt.slice(0, 10))).toEqual([
      ...new Set(snapshots.map(({ createdAt }) => createdAt.slice(0, 10))),
    ])
    expect(snapshots).toHaveLength(7)
    await running.close()
  })

  test('are not made by the hour because the clock was ahead for a moment', async () => {
    const running = await filled(null)
    const { time } = running.ports
    await time.advance(3 * DAY_MS)
    const right = time.clock.now()
    time.setWall(right + 365 * DAY_MS)
    await time.advance(HOUR_MS)
    time.setWall(right + HOUR_MS)
    await time.advance(12 * HOUR_MS)
    // One for each of the four days that have begun, and the one of next year.
    expect(await running.call<Snapshot[]>('backup.snapshots')).toHaveLength(5)
    await running.close()
  })

  test('asked for under a clock that was set back are not the ones to go', async () => {
    const running = await filled(null)
    const { time } = running.ports
    for (let count = 0; count < 3; count++) {
      await running.call('backup.takeSnapshot')
      await time.advance(1000)
    }
    time.setWall(time.clock.now() - 365 * DAY_MS)
    const { name } = await running.call<Snapshot>('backup.takeSnapshot')
    const names = (await running.call<Snapshot[]>('backup.snapshots')).map(one => one.name)
    expect(names).toContain(name)
    expect(names).toHaveLength(3)
    await running.close()
  })

  test('do not keep a passphrase alive that was taken back', async () => {
    const running = await filled()
    const { name } = await running.call<Snapshot>('backup.takeSnapshot')
    await running.call('vault.changePassphrase', { current: PASSPHRASE, next: OF_BACKUP })
    const file = (path: string) => readFileSync(join(path, 'config', 'vault.json'), 'utf8')
    expect(file(join(running.folder, 'snapshots', name))).toBe(file(running.folder))
    await running.close()
  })

  test('do not keep it alive either when the power was cut before they had changed', async () => {
    const running = await filled()
    const { name } = await running.call<Snapshot>('backup.takeSnapshot')
    const copy = join(running.folder, 'snapshots', name, 'config', 'vault.json')
    const old = readFileSync(copy)
    await running.call('vault.changePassphrase', { current: PASSPHRASE, next: OF_BACKUP })
    await running.close()
    writeFileSync(copy, old)
    const next = await profileIn(running.folder, running.ports)
    expect(readFileSync(copy)).toEqual(readFileSync(join(running.folder, 'config', 'vault.json')))
    await next.close()
  })

  test('that cannot be changed do not undo the change of the passphrase', async () => {
    const running = await filled()
    const { name } = await running.call<Snapshot>('backup.takeSnapshot')
    const copy = join(running.folder, 'snapshots', name, 'config', 'vault.json')
    mkdirSync(`${copy}.next`)
    await running.call('vault.changePassphrase', { current: PASSPHRASE, next: OF_BACKUP })
    await running.call('vault.lock')
    await running.call('vault.unlock', { passphrase: OF_BACKUP })
    expect(running.ports.lines.map(({ event }) => event)).toContain('vault.copies-not-changed')
    await running.close()
  })

  test('of the old data key are gone once it was changed, and there is one of the new', async () => {
    const running = await filled()
    const { name } = await running.call<Snapshot>('backup.takeSnapshot')
    await running.ports.time.advance(1000)
    await running.call('vault.changeDataKey', { current: PASSPHRASE })
    const after = await running.call<Snapshot[]>('backup.snapshots')
    expect(after).toHaveLength(1)
    expect(after[0]!.name).not.toBe(name)
    expect(draftOf(running)).toEqual({ text: 'Bonjour' })
    const { database, vault, paths } = running.data()
    expect(
      vault.sealer.openText(
        'chat',
        'a1/-1001',
        database.get('SELECT sealed FROM chat')!['sealed'] as Uint8Array,
      ),
    ).toContain(TITLE)
    expect(
      vault.sealer.openText('session', 'a2', readFileSync(join(paths.sessions, 'a2.session'))),
    ).toContain('secret')
    expect(running.events).toContain('vault.progressed')
    await running.close()
  })
})
