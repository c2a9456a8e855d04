import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import type { RestorePreview, SettingsView, Snapshot } from '../../apps/desktop/src/contract/index.ts'
import { draftOf, fillProfile, profileIn, setDraft } from '../../apps/desktop/src/core/testing/profile.ts'

const PASSPHRASE = 'un bateau traverse la nuit'

function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-damage-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

/** A profile that was used and closed, with one copy of it. */
async function used() {
  const folder = folderForTest()
  const running = await profileIn(folder)
  await running.call('vault.create', { passphrase: PASSPHRASE })
  fillProfile(running)
  await running.call('backup.takeSnapshot')
  await running.close()
  return folder
}
const failing = (code: string) => expect.objectContaining({ message: code })

/** Restores the newest copy, or some parts of it. */
async function repair(
  running: Awaited<ReturnType<typeof profileIn>>,
  parts: string[] | null,
): Promise<string> {
  const [snapshot] = await running.call<Snapshot[]>('backup.snapshots')
  const { restoreId } = await running.call<RestorePreview>('backup.inspect', {
    source: { kind: 'snapshot', name: snapshot!.name },
    passphrase: PASSPHRASE,
  })
  return (await running.call<{ keptAs: string }>('backup.restore', { restoreId, parts })).keptAs
}

const canMount =
  process.platform === 'linux' &&
  spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' }).status === 0
if (!canMount)
  process.stderr.write('A disk that is really full was not tried: this needs Linux and the right to mount.\n')

test.runIf(canMount)(
  'a disk that is full, then read-only, is named at every step, loses nothing, and is got over',
  () => {
    const child = join(import.meta.dirname, 'full-disk-child.ts')
    const { stdout, stderr } = spawnSync('unshare', ['-m', process.execPath, child, folderForTest()], {
      encoding: 'utf8',
    })
    expect(JSON.parse(stdout || JSON.stringify(stderr))).toEqual({
      'full: draft': 'storage/disk-full',
      'full: settings': 'storage/disk-full',
      'full: passphrase': 'storage/disk-full',
      'full: snapshot': 'storage/disk-full',
      'full: backup': 'storage/disk-full',
      'full: file': 'storage/disk-full',
      'full: nothing of the file is left': 'done',
      'full: reading': 'done',
      'room: draft': 'done',
      'room: snapshot': 'done',
      'room: passphrase': 'done',
      'read-only: lock': 'storage/read-only',
      'read-only: open': 'storage/read-only',
      'writable: open': 'done',
    })
  },
)

test.runIf(process.platform !== 'win32' && process.getuid?.() !== 0)(
  'a folder that may not be written in is named, and works again once it may',
  async () => {
    const folder = await used()
    chmodSync(join(folder, 'autotele.db'), 0o400)
    await expect(profileIn(folder)).rejects.toEqual(failing('storage/read-only'))
    chmodSync(join(folder, 'autotele.db'), 0o600)
    await (await profileIn(folder)).close()
  },
)

test.each([0.1, 0.6])(
  'a database cut at %f of its length is named, kept aside, and mended from a copy',
  async share => {
    const folder = await used()
    const path = join(folder, 'autotele.db')
    truncateSync(path, Math.floor(readFileSync(path).length * share))
    const cut = readFileSync(path)
    const running = await profileIn(folder)
    await expect(running.call('app.state')).rejects.toEqual(failing('storage/damaged'))
    expect(readFileSync(path)).toEqual(cut)
    const keptAs = await repair(running, ['database'])
    expect(readFileSync(join(folder, keptAs, 'autotele.db'))).toEqual(cut)
    await running.call('vault.unlock', { passphrase: PASSPHRASE })
    expect(draftOf(running)).toEqual({ text: 'Bonjour' })
    await running.close()
  },
)

test('a session that was cut opens as none, is left as it is, and comes back from a copy without the rest going back', async () => {
  const folder = await used()
  const path = join(folder, 'sessions', 'a1.session')
  truncateSync(path, 20)
  const running = await profileIn(folder)
  await running.call('vault.unlock', { passphrase: PASSPHRASE })
  setDraft(running, 'since then')
  const open = () => running.data().vault.sealer.openText('session', 'a1', readFileSync(path))
  expect(open).toThrow(failing('vault/damaged'))
  expect(readFileSync(path).length).toBe(20)
  await repair(running, ['sessions'])
  await running.call('vault.unlock', { passphrase: PASSPHRASE })
  expect(open()).toBe('{"key":"secret"}')
  expect(draftOf(running)).toEqual({ text: 'since then' })
  await running.close()
})

test.each([
  ['cut', (text: string) => text.slice(0, 40), 'settings/invalid'],
  [
    'with the server’s API key',
    (text: string) => text.replace('{', '{"BTCPAY_API_KEY":"k",'),
    'settings/server-secret-in-client-file',
  ],
  [
    'with the server’s database',
    (text: string) => text.replace('"app": {', '"app": {"DATABASE_URL":"postgres://u:p@h/d",'),
    'settings/server-secret-in-client-file',
  ],
  [
    'with the store’s secret',
    (text: string) => text.replace('"btcpay": {', '"btcpay": {"webhook_secret":"s",'),
    'settings/server-secret-in-client-file',
  ],
  [
    'with a value that cannot be',
    (text: string) => text.replace('"rate_limit_delay": 3', '"rate_limit_delay": 0'),
    'settings/invalid',
  ],
])(
  'a settings file %s is named, untouched until a person has it mended, and mended then',
  async (name, spoil, code) => {
    const folder = await used()
    const path = join(folder, 'config', 'app_config.json')
    const spoilt = spoil(readFileSync(path, 'utf8').replace('{', '{"mine": {"kept": 1},'))
    writeFileSync(path, spoilt)
    const running = await profileIn(folder)
    const answer = await running.profile().call('settings.get', {})
    const told = answer.ok ? (answer.data as SettingsView).problem?.code : answer.error.code
    expect(told).toBe(code)
    // It does not stand in the way of the data.
    await running.call('vault.unlock', { passphrase: PASSPHRASE })
    expect(readFileSync(path, 'utf8')).toBe(spoilt)

    expect(await running.call<SettingsView>('settings.repair')).not.toHaveProperty('problem')
    const mended = readFileSync(path, 'utf8')
    expect(mended).not.toMatch(/BTCPAY_API_KEY|DATABASE_URL|webhook_secret/)
    const readable = name !== 'cut'
    expect(mended.includes('"kept": 1')).toBe(readable)
    expect(existsSync(`${path}.damaged`)).toBe(!readable)
    if (!readable) expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(spoilt)
    await running.call('settings.update', { theme: 'dark' })
    await running.close()
  },
)

test('a copy of newer data is refused by name and nothing of it is kept', async () => {
  const folder = await used()
  const running = await profileIn(folder)
  const [snapshot] = await running.call<Snapshot[]>('backup.snapshots')
  const database = new DatabaseSync(join(folder, 'snapshots', snapshot!.name, 'autotele.db'))
  database.exec('PRAGMA user_version = 999')
  database.close()
  await expect(repair(running, null)).rejects.toEqual(failing('storage/newer-version'))
  expect(readdirSync(folder)).not.toContain('restoring')
  await running.close()
})
