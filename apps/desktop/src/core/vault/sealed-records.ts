import type { Database } from '../storage/index.ts'
import type { Sealer } from './sealer.ts'

/** Small JSON values kept encrypted in the database under a kind and an id. */
export type SealedRecords = {
  /** Null when there is none; throws as `Sealer.open` does. */
  read(kind: string, id: string): unknown
  write(kind: string, id: string, value: unknown): void
  remove(kind: string, id: string): void
}

export const createSealedRecords = (database: Database, sealer: Sealer): SealedRecords => ({
  read: (kind, id) => {
    const row = database.get('SELECT sealed FROM sealed_record WHERE kind = ? AND id = ?', kind, id)
    return row ? JSON.parse(sealer.openText(kind, id, row['sealed'] as Uint8Array)) : null
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
