import { CallFailure } from '../failure.ts'
import type { Log } from '../ports.ts'
import type { Database } from '../storage/index.ts'
import type { Sealer } from './sealer.ts'

/** Small JSON values kept encrypted in the database under a kind and an id. */
export type SealedRecords = {
  /** Null when there is none, or one that was altered: one broken row must not close the whole application. */
  read(kind: string, id: string): unknown
  write(kind: string, id: string, value: unknown): void
  remove(kind: string, id: string): void
}

export const createSealedRecords = (database: Database, sealer: Sealer, log: Log): SealedRecords => ({
  read: (kind, id) => {
    const row = database.get('SELECT sealed FROM sealed_record WHERE kind = ? AND id = ?', kind, id)
    if (!row) return null
    try {
      return JSON.parse(sealer.openText(kind, id, row['sealed'] as Uint8Array))
    } catch (error) {
      if (!(error instanceof CallFailure) || error.error.code !== 'vault/damaged') throw error
      log('error', 'vault.record-damaged', { kind, id })
      return null
    }
  },
  write: (kind, id, value) => {
    database.run(
      `INSERT INTO sealed_record (kind, id, sealed) VALUES (?, ?, ?)
       ON CONFLICT (kind, id) DO UPDATE SET sealed = excluded.sealed`,
      kind,
      id,
      sealer.sealText(kind, id, JSON.stringify(value)),
    )
  },
  remove: (kind, id) => {
    database.run('DELETE FROM sealed_record WHERE kind = ? AND id = ?', kind, id)
  },
})
