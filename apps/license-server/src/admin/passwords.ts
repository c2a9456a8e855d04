import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** Three times what OWASP asks for at least (Password Storage Cheat Sheet); memory in KiB. */
const MEMORY = 65_536
const PASSES = 3
const SALT_BYTES = 16
const HASH_BYTES = 32
/** How many are computed at once: a flood of sign-ins waits instead of eating the machine's memory. */
const AT_ONCE = 2

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/
const unpadded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64').replace(/=+$/, '')

export type Passwords = {
  /** A PHC string: parameters, salt and hash. */
  readonly hash: (password: string) => Promise<string>
  /** Without a hash to compare with, the same work is done and the answer is no. */
  readonly verify: (password: string, stored: string | null) => Promise<boolean>
  /** Whether it was made with other parameters than today's. */
  readonly isOutdated: (stored: string) => boolean
}

/** argon2id, a few at a time. The parameters are for tests of ageing; leave them out. */
export function createPasswords({ memory = MEMORY, passes = PASSES } = {}): Passwords {
  const atMost = createSemaphore(AT_ONCE)
  const compute = (password: string, nonce: Uint8Array, m: number, t: number): Promise<Uint8Array> =>
    atMost(() =>
      derive('argon2id', {
        message: password.normalize('NFC'),
        nonce,
        memory: m,
        passes: t,
        parallelism: 1,
        tagLength: HASH_BYTES,
      }),
    )
  const nobody = { m: memory, t: passes, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) }

  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES)
      const hash = await compute(password, salt, memory, passes)
      return `$argon2id$v=19$m=${String(memory)},t=${String(passes)},p=1$${unpadded(salt)}$${unpadded(hash)}`
    },
    async verify(password, stored) {
      const { m, t, salt, hash } = (stored === null ? undefined : parse(stored)) ?? nobody
      const given = await compute(password, salt, m, t)
      return given.length === hash.length && timingSafeEqual(given, hash) && stored !== null
    },
    isOutdated(stored) {
      const known = parse(stored)
      return known?.m !== memory || known.t !== passes
    },
  }
}

function parse(stored: string) {
  const [, m, t, salt, hash] = PHC.exec(stored) ?? []
  if (m === undefined || t === undefined || salt === undefined || hash === undefined) return undefined
  return { m: Number(m), t: Number(t), salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

/** Runs at most `n` pieces of work at a time, in the order they came. */
function createSemaphore(n: number) {
  let free = n
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free--
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
