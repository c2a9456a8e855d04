import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { KeyRecord } from './mtproto/keys.ts'
import { worldStateSchema } from './world/state.ts'
import type { WorldState } from './world/state.ts'

const WRITE_AFTER_MS = 200

const fileSchema = z.object({
  version: z.literal(1),
  world: worldStateSchema,
  /** How far world time was moved, ms. */
  worldOffset: z.number(),
  keys: z.array(
    z.object({
      bytes: z.string(),
      salt: z.string(),
      layer: z.number().nullable(),
      userId: z.number().nullable(),
      dcId: z.number().optional(),
    }),
  ),
})

export type Saved = { world: WorldState; worldOffset: number; keys: KeyRecord[] }

// JSON knows neither 64-bit numbers nor bytes, which entities may hold. A buffer writes itself as { type, data }.
const replacer = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? { $long: value.toString() } : value

const reviver = (_key: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if ('$long' in value) return BigInt(String(value.$long))
  const { type, data } = value as { type?: unknown; data?: unknown }
  return type === 'Buffer' && Array.isArray(data) ? Buffer.from(data as number[]) : value
}

type StateFile = {
  /** Writes soon; several changes in a row become one write. */
  readonly changed: () => void
  /** Writes now, if something has changed. */
  readonly flush: () => void
}

/** Reads what was saved, or undefined. A file that is not ours is set aside, not overwritten. */
export const loadState = (path: string, log: (line: string) => void): Saved | undefined => {
  if (!existsSync(path)) return undefined
  try {
    const { world, worldOffset, keys } = fileSchema.parse(JSON.parse(readFileSync(path, 'utf8'), reviver))
    return { world, worldOffset, keys }
  } catch {
    const aside = `${path}.unreadable`
    renameSync(path, aside)
    log(`the state file could not be read and was moved to ${aside}`)
    return undefined
  }
}

// Temporary file, fsync, rename: a power cut leaves the old state or the new one.
const writeAtomically = (path: string, content: string): void => {
  const temporary = `${path}.tmp`
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(temporary, 'w', 0o600)
  try {
    writeFileSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
}

/** Keeps a file in step with `read`; without a path nothing is written. */
export const createStateFile = (
  path: string | undefined,
  read: () => Saved,
  log: (line: string) => void,
): StateFile => {
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    if (timer === undefined || path === undefined) return
    clearTimeout(timer)
    timer = undefined
    try {
      writeAtomically(path, JSON.stringify({ version: 1, ...read() }, replacer))
    } catch (error) {
      log(`the state file could not be written: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return {
    changed: () => {
      if (path !== undefined) timer ??= setTimeout(flush, WRITE_AFTER_MS)
    },
    flush,
  }
}
