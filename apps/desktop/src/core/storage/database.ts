export type SqlValue = string | number | bigint | null | Uint8Array
export type Row = Readonly<Record<string, SqlValue>>

/** One SQLite file (node:sqlite, WAL, foreign keys on). Synchronous: a committed row is on disk when the call returns, unless it asked for less. */
export type Database = {
  get(sql: string, ...params: readonly SqlValue[]): Row | undefined
  all(sql: string, ...params: readonly SqlValue[]): readonly Row[]
  /** Returns the number of rows changed. */
  run(sql: string, ...params: readonly SqlValue[]): number
  /** Runs `work` in one immediate transaction: all of it or nothing. Not nestable. */
  transaction<T>(work: () => T, durability?: Durability): T
  close(): void
}

/**
 * `now`: survives a power cut from here on. `with-the-next`: survives the end of the process from here on, and a power cut
 * once something else has been committed `now`, or the system has written it by itself.
 */
export type Durability = 'now' | 'with-the-next'

export type Migration = { readonly version: number; readonly name: string; readonly sql: string }
