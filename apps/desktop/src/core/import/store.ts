import type { z } from 'zod'
import { ImportedDraft, ImportedEntry } from '../../contract/index.ts'
import type { Log } from '../ports.ts'
import type { Database } from '../storage/index.ts'
import type { Sealer } from '../vault/sealer.ts'

const DRAFT = 'imported-draft'
const ENTRY = 'imported-entry'
const PAGE = 100

/** Drafts and history of an older program, sealed, one record each. Their ids are in order of time. */
export function createImportStore(database: Database, sealer: Sealer, log: Log) {
  const add = (kind: string, id: string, value: unknown): boolean =>
    database.run(
      'INSERT INTO sealed_record (kind, id, sealed) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO NOTHING',
      kind,
      id,
      sealer.sealText(kind, id, JSON.stringify(value)),
    ) > 0

  const read = <S extends z.ZodType>(
    schema: S,
    kind: string,
    rows: readonly Record<string, unknown>[],
  ): z.output<S>[] =>
    rows.flatMap(row => {
      const id = String(row['id'])
      try {
        return [schema.parse(JSON.parse(sealer.openText(kind, id, row['sealed'] as Uint8Array)))]
      } catch {
        // One that was altered hides itself and no other.
        log('error', 'import.record-damaged', { kind })
        return []
      }
    })

  return {
    has: (id: string): boolean =>
      database.get('SELECT 1 AS one FROM sealed_record WHERE kind = ? AND id = ?', DRAFT, id) !== undefined,
    /** False when it is there already; that one stays as it is. */
    addDraft: (draft: ImportedDraft): boolean => add(DRAFT, draft.id, draft),
    drafts: (): ImportedDraft[] =>
      read(
        ImportedDraft,
        DRAFT,
        database.all('SELECT id, sealed FROM sealed_record WHERE kind = ? ORDER BY id LIMIT 1000', DRAFT),
      ),
    removeDraft: (id: string): void => {
      database.run('DELETE FROM sealed_record WHERE kind = ? AND id = ?', DRAFT, id)
    },
    /** How many were new. */
    addEntries: (entries: readonly ImportedEntry[]): number =>
      database.transaction(() => entries.filter(entry => add(ENTRY, entry.id, entry)).length),
    hasEntry: (id: string): boolean =>
      database.get('SELECT 1 AS one FROM sealed_record WHERE kind = ? AND id = ?', ENTRY, id) !== undefined,
    entries: (before: string | null): ImportedEntry[] =>
      read(
        ImportedEntry,
        ENTRY,
        database.all(
          'SELECT id, sealed FROM sealed_record WHERE kind = ? AND id < ? ORDER BY id DESC LIMIT ?',
          ENTRY,
          before ?? '~',
          PAGE,
        ),
      ),
  }
}
