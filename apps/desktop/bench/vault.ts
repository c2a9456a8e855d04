// `pnpm bench:vault`: what the vault costs, against the same work without it, in one run.
import { pbkdf2 } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { migrations, openDatabase } from '../src/core/storage/index.ts'
import { createVault } from '../src/core/vault/index.ts'
import { systemRandom } from '../src/host/node-ports.ts'
import { noKeyring } from '../src/host/supervisor.ts'

const PASSPHRASE = 'un bateau traverse la nuit'
const ROUNDS = 600_000
const UNLOCKS = 15
const ROWS = 20_000
const READS = 9

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const timed = async (work: () => unknown): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Both sides in turn, so that both meet the same machine; milliseconds. */
async function inTurn(times: number, ours: () => unknown, bare: () => unknown) {
  const each = { ours: [] as number[], bare: [] as number[] }
  for (let round = -1; round < times; round++) {
    const [a, b] = [await timed(ours), await timed(bare)]
    if (round < 0) continue
    each.ours.push(a)
    each.bare.push(b)
  }
  const [ours_, bare_] = [median(each.ours), median(each.bare)]
  return { ours: ours_.toFixed(1), bare: bare_.toFixed(1), ratio: (ours_ / bare_).toFixed(3) }
}

const folder = mkdtempSync(join(tmpdir(), 'autotele-bench-'))
const vault = createVault({
  files: { vault: join(folder, 'vault.json'), salt: join(folder, '.salt') },
  keyring: {
    ...noKeyring,
    backend: () => Promise.resolve('none'),
    hold: () => Promise.resolve(),
    held: () => Promise.resolve(null),
  },
  random: systemRandom,
  log: () => undefined,
})
await vault.create(PASSPHRASE)

const salt = systemRandom.bytes(16)
const unlock = await inTurn(
  UNLOCKS,
  async () => {
    await vault.lock()
    await vault.unlock(PASSPHRASE)
  },
  () => promisify(pbkdf2)(PASSPHRASE.normalize('NFKC'), salt, ROUNDS, 32, 'sha256'),
)

const database = openDatabase(join(folder, 'bench.db'), [
  ...migrations,
  {
    version: migrations.length + 1,
    name: 'bench',
    sql: 'CREATE TABLE bench (id TEXT PRIMARY KEY, plain TEXT NOT NULL, sealed BLOB NOT NULL) STRICT',
  },
])
const text = JSON.stringify({ text: 'Réunion ce soir à 20 h, salle des fêtes. '.repeat(10), entities: [] })
database.transaction(() => {
  for (let row = 0; row < ROWS; row++)
    database.run(
      'INSERT INTO bench VALUES (?, ?, ?)',
      `p${String(row)}`,
      text,
      vault.sealer.sealText('plan', `p${String(row)}`, text),
    )
})

const reads = await inTurn(
  READS,
  () => {
    for (const row of database.all('SELECT id, sealed FROM bench'))
      JSON.parse(vault.sealer.openText('plan', String(row['id']), row['sealed'] as Uint8Array))
  },
  () => {
    for (const row of database.all('SELECT id, plain FROM bench')) JSON.parse(String(row['plain']))
  },
)
database.close()
rmSync(folder, { recursive: true, force: true })

process.stdout.write(
  [
    'milliseconds, medians',
    `unlock ${unlock.ours}, PBKDF2 of ${String(ROUNDS)} rounds alone ${unlock.bare}, ratio ${unlock.ratio}`,
    `${String(ROWS)} sealed texts of ${String(text.length)} characters ${reads.ours}, plain ones ${reads.bare}, ratio ${reads.ratio}`,
    '',
  ].join('\n'),
)
