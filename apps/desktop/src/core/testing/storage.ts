import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { migrations } from '../storage/migrations/index.ts'
import type { Database } from '../storage/database.ts'
import { openDatabase } from '../storage/sqlite.ts'
import { createKeyHolder } from '../vault/key-holder.ts'
import type { Sealer } from '../vault/sealer.ts'
import { seededRandom } from './ports.ts'

/** A new empty folder, removed when the test has ended. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

/** A database in memory with the whole schema, closed when the test has ended. */
export function memoryDatabase(): Database {
  const database = openDatabase(':memory:', migrations)
  onTestFinished(() => database.close())
  return database
}

/** The sealer of an open vault. */
export function openSealer(seed = 'vault'): Sealer {
  const random = seededRandom(seed)
  const holder = createKeyHolder(random)
  holder.take({ vaultId: 'test-vault', salt: random.bytes(32), key: random.bytes(32), previous: null })
  return holder.sealer
}
