import { createHash } from 'node:crypto'
import type { Keyring, Log, LogLevel, Ports, Random } from '../ports.ts'
import { fakeTime, type FakeTime } from './time.ts'

/** Different bytes at every call, the same in every run. */
export function seededRandom(seed = 'seed'): Random {
  let count = 0
  const block = (): Buffer => createHash('sha256').update(`${seed}/${count++}`).digest()
  return {
    bytes: length => {
      const blocks: Buffer[] = []
      for (let have = 0; have < length; have += 32) blocks.push(block())
      return new Uint8Array(Buffer.concat(blocks).subarray(0, length))
    },
  }
}

export type MemoryKeyring = Keyring & {
  /** What the host would still hold after a crash of the core. */
  inMemory: Uint8Array | null
  strengthNow: 'available' | 'weak' | 'missing'
  /** Makes the next calls of `unwrap` fail, as after a change of the system's keyring. */
  broken: boolean
  /** The system has changed the key that it wraps with. */
  renewing: boolean
}

/** A keyring in memory: `wrap` hides the key behind a mask of its own, so that a search in files would find a real leak. */
export function memoryKeyring(strength: MemoryKeyring['strengthNow'] = 'available'): MemoryKeyring {
  const mask = (bytes: Uint8Array): Uint8Array => bytes.map(byte => byte ^ 0x5a)
  const ring: MemoryKeyring = {
    inMemory: null,
    strengthNow: strength,
    broken: false,
    renewing: false,
    strength: () => Promise.resolve(ring.strengthNow),
    backend: () => Promise.resolve('memory'),
    wrap: key => Promise.resolve(mask(key)),
    unwrap: wrapped =>
      ring.broken
        ? Promise.reject(new Error('keyring unavailable'))
        : Promise.resolve({ key: mask(wrapped), renew: ring.renewing }),
    hold: key => {
      ring.inMemory = key && key.slice()
      return Promise.resolve()
    },
    held: () => Promise.resolve(ring.inMemory && ring.inMemory.slice()),
  }
  return ring
}

export type LogLine = { readonly level: LogLevel; readonly event: string; readonly fields: object }

/** A log that keeps its lines. */
export function memoryLog(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = []
  return { lines, log: (level, event, fields = {}) => void lines.push({ level, event, fields }) }
}

export type TestPorts = Ports & {
  readonly time: FakeTime
  readonly keyring: MemoryKeyring
  readonly lines: readonly LogLine[]
  /** Addresses handed to the system's browser. */
  readonly opened: readonly string[]
}

/** Everything a core needs, in memory; the network does not answer unless `http` is given. */
export function testPorts(
  over: Partial<Ports> & { time?: FakeTime; keyring?: MemoryKeyring } = {},
): TestPorts {
  const time = over.time ?? fakeTime()
  const { log, lines } = memoryLog()
  const opened: string[] = []
  return {
    clock: time.clock,
    timers: time.timers,
    random: seededRandom(),
    log,
    http: () => Promise.reject(new Error('offline')),
    openExternal: url => {
      opened.push(url)
      return Promise.resolve(true)
    },
    ...over,
    keyring: over.keyring ?? memoryKeyring(),
    time,
    lines,
    opened,
  }
}
