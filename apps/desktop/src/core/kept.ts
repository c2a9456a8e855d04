import type { z } from 'zod'
import type { Log } from './ports.ts'
import type { SealedRecords } from './vault/index.ts'

/** Sealed records of one kind, held open as long as the vault is: reading them costs nothing. */
export type Kept<T extends { readonly id: string }> = {
  all(): readonly T[]
  one(id: string): T | undefined
  save(value: T): void
  remove(id: string): void
}

/** Reads them all. One that cannot be read is left as it is, and hides itself and no other. */
export function openKept<S extends z.ZodType<{ readonly id: string }>>(
  records: SealedRecords,
  kind: string,
  schema: S,
  log: Log,
): Kept<z.output<S>> {
  const values = new Map<string, z.output<S>>()
  for (const { id, value } of records.all(kind)) {
    const parsed = schema.safeParse(value)
    if (parsed.success) values.set(id, parsed.data)
    else log('warning', 'kept.unreadable', { kind, id })
  }
  return {
    all: () => [...values.values()],
    one: id => values.get(id),
    save: value => {
      records.write(kind, value.id, value)
      values.set(value.id, value)
    },
    remove: id => {
      records.remove(kind, id)
      values.delete(id)
    },
  }
}
