import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RestorePreview, Snapshot } from '../../apps/desktop/src/contract/index.ts'
import {
  draftOf,
  fillProfile,
  PHONE,
  profileIn,
  setDraft,
  TITLE,
  type RunningProfile,
} from '../../apps/desktop/src/core/testing/profile.ts'
import { guardWrites, withFault, type Fault } from './failing-disk.ts'

// Each change of a profile is made to fail at each of its writes, once as a full disk does (the process goes on) and once
// as a kill does (nothing is written any more). `AUTOTELE_FAULTS=all` tries every write of the long ones too.

const PASSPHRASE = 'un bateau traverse la nuit'
const NEXT = 'sept chats sur le toit rouge'
const OF_BACKUP = 'neuf cerises noires au soleil'
const MOST_POINTS = process.env['AUTOTELE_FAULTS'] === 'all' ? Infinity : 10

// What counts is which writes there are, not how long a real disk takes for each.
const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'autotele-writes-'))
const base = join(root, 'base')
const backup = join(root, 'mine.autotele-backup')

beforeAll(async () => {
  await guardWrites()
  const running = await profileIn(base)
  await running.call('vault.create', { passphrase: PASSPHRASE })
  fillProfile(running)
  await running.call('backup.takeSnapshot')
  await running.call('backup.create', { passphrase: OF_BACKUP, path: backup })
  setDraft(running, 'since the backup')
  await running.close()
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Opens what the fault left, with whichever of the passphrases; everything sealed must open. */
async function whatIsLeft(folder: string, { copies = false }: Pick<Change, 'copies'>) {
  const running = await profileIn(folder)
  const opened: string[] = []
  for (const passphrase of [PASSPHRASE, NEXT, OF_BACKUP])
    if ((await running.profile().call('vault.unlock', { passphrase })).ok) {
      opened.push(passphrase)
      break
    }
  expect(opened, 'no passphrase opens the vault').toHaveLength(1)
  const { database, vault, paths } = running.data()
  const open = (kind: string, id: string, sql: string): string =>
    vault.sealer.openText(kind, id, database.get(sql)!['sealed'] as Uint8Array)
  expect(open('chat', 'a1/-1001', 'SELECT sealed FROM chat')).toContain(TITLE)
  expect(open('account', 'a2', `SELECT sealed FROM account WHERE id = 'a2'`)).toContain(PHONE)
  expect(open('plan', 'p1', 'SELECT sealed FROM plan')).toBe('words')
  expect(open('series', 's1', 'SELECT sealed FROM series')).toBe('{}')
  for (const id of ['a1', 'a2'])
    expect(vault.sealer.openText('session', id, readFileSync(join(paths.sessions, `${id}.session`)))).toBe(
      '{"key":"secret"}',
    )
  expect(vault.keyChanging()).toBe(false)
  const snapshots = copies ? await running.call<Snapshot[]>('backup.snapshots') : []
  for (const { name } of snapshots)
    await running.call('backup.inspect', {
      source: { kind: 'snapshot', name },
      passphrase: opened[0] ?? null,
    })
  const draft = (draftOf(running) as { text: string } | null)?.text ?? null
  await running.close()
  return { passphrase: opened[0] ?? '', draft }
}

const inspectBackup = (running: RunningProfile): Promise<RestorePreview> =>
  running.call('backup.inspect', { source: { kind: 'path', path: backup }, passphrase: OF_BACKUP })

type Left = { readonly passphrase: string; readonly draft: string | null }
type Change = {
  readonly name: string
  readonly prepare?: (running: RunningProfile) => Promise<unknown>
  readonly work: (running: RunningProfile, prepared: unknown) => Promise<unknown>
  readonly before: Left
  readonly after: Left
  /** It touches the copies: each that is there must be one to go back to. */
  readonly copies?: boolean
}

const unchanged: Left = { passphrase: PASSPHRASE, draft: 'since the backup' }
const CHANGES: readonly Change[] = [
  {
    name: 'a draft is saved',
    work: running => Promise.resolve(setDraft(running, 'new')),
    before: unchanged,
    after: { ...unchanged, draft: 'new' },
  },
  {
    name: 'the passphrase is changed',
    work: running => running.call('vault.changePassphrase', { current: PASSPHRASE, next: NEXT }),
    before: unchanged,
    after: { ...unchanged, passphrase: NEXT },
  },
  {
    name: 'the data key is changed',
    copies: true,
    work: running => running.call('vault.changeDataKey', { current: PASSPHRASE }),
    before: unchanged,
    after: unchanged,
  },
  {
    name: 'a passphrase is required',
    work: running => running.call('vault.setRequirePassword', { required: true, current: PASSPHRASE }),
    before: unchanged,
    after: unchanged,
  },
  {
    name: 'a copy is made',
    copies: true,
    work: running => running.call('backup.takeSnapshot'),
    before: unchanged,
    after: unchanged,
  },
  {
    name: 'a backup is made',
    work: running => running.call('backup.create', { passphrase: OF_BACKUP, path: null }),
    before: unchanged,
    after: unchanged,
  },
  { name: 'a backup is inspected', work: inspectBackup, before: unchanged, after: unchanged },
  {
    name: 'a backup is restored',
    copies: true,
    prepare: inspectBackup,
    work: (running, prepared) =>
      running.call('backup.restore', { restoreId: (prepared as RestorePreview).restoreId, parts: null }),
    before: unchanged,
    after: { passphrase: OF_BACKUP, draft: 'Bonjour' },
  },
]

let made = 0
async function attempt(change: Change, fault: Fault | null) {
  const folder = join(root, `try-${String(made++)}`)
  cpSync(base, folder, { recursive: true })
  const running = await profileIn(folder)
  await running.call('vault.unlock', { passphrase: PASSPHRASE })
  const prepared = await change.prepare?.(running)
  const outcome = await withFault(fault, () => change.work(running, prepared))
  await running.close()
  const left = await whatIsLeft(folder, change)
  rmSync(folder, { recursive: true, force: true })
  return { ...outcome, left }
}

/** All of them, or as many as there is time for, the first and the last among them. */
function points(writes: number): number[] {
  const step = Math.max(1, (writes - 1) / (MOST_POINTS - 1))
  const chosen = new Set<number>()
  for (let at = 1; at <= writes; at += step) chosen.add(Math.floor(at))
  return [...chosen.add(writes)]
}

test.each(CHANGES)(
  '$name: at whichever write it fails, the profile opens and nothing acknowledged is lost',
  { timeout: 900_000 },
  async change => {
    const whole = await attempt(change, null)
    expect(whole).toMatchObject({ failed: false, left: change.after })
    expect(whole.writes).toBeGreaterThan(0)
    for (const how of ['once', 'dead'] as const)
      for (const at of points(whole.writes)) {
        const { failed, left } = await attempt(change, { at, how })
        const where = `${how} at write ${String(at)} of ${String(whole.writes)}`
        if (!failed) expect(left, where).toEqual(change.after)
        else expect([change.before, change.after], where).toContainEqual(left)
      }
  },
)
