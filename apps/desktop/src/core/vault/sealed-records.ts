import { CallFailure } from '../failure.ts'
import type { Log } from '../ports.ts'
import type { Database } from '../storage/index.ts'
import type { Sealer } from './sealer.ts'

/** Small JSON values kept encrypted in the database under a kind and an id. */
export type SealedRecords = {
  /** Null when there is none, or one that was altered: one broken row must not close the whole application. */
  read(kind: string, id: string): unknown
  /** Everything of a kind, in order of id, without what was altered. */
  all(kind: string): readonly { readonly id: string; readonly value: unknown }[]
  write(kind: string, id: string, value: unknown): void
  remove(kind: string, id: string): void
}

export function createSealedRecords(database: Database, sealer: Sealer, log: Log): SealedRecords {
  const open = (kind: string, id: string, sealed: unknown): unknown => {
    try {
      return JSON.parse(sealer.openText(kind, id, sealed as Uint8Array))
    } catch (error) {
      if (!(error instanceof CallFailure) || error.error.code !== 'vault/damaged') throw error
      log('error', 'vault.record-damaged', { kind, id })
      return null
    }
  }

  return {
    read: (kind, id) => {
      const row = database.get('SELECT sealed FROM sealed_record WHERE kind = ? AND id = ?', kind, id)
      return row ? open(kind, id, row['sealed']) : null
    },
    all: kind =>
      database
        .all('SELECT id, sealed FROM sealed_record WHERE kind = ? ORDER BY id', kind)
        .map(row => ({ id: String(row['id']), value: open(kind, String(row['id']), row['sealed']) }))
        .filter(({ value }) => value !== null),
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
  }
}
