import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../core/ports.ts'
import { writeFileAtomic } from '../core/storage/files.ts'

// A host without a terminal cannot be asked for another link. Whoever may read its data folder may make one: the link
// is signed with the secret that lies there, for this run of the host alone, and the host takes each once.

/** `config/.web-host.json`, there while a host runs: where it listens, and which run it is. */
const Running = z.object({ port: z.int().min(1).max(65_535), run: z.string().min(16) })
type Running = z.infer<typeof Running>

const LIFE_SECONDS = 600
const file = (dataFolder: string): string => join(dataFolder, 'config', '.web-host.json')

/** Says that a host runs; the function returned takes that back, unless another one has said so since. */
export async function announceHost(dataFolder: string, running: Running): Promise<() => Promise<void>> {
  await writeFileAtomic(file(dataFolder), JSON.stringify(running))
  return async () => {
    const present = await announced(dataFolder)
    if (present?.run === running.run) await rm(file(dataFolder), { force: true })
  }
}

const announced = async (dataFolder: string): Promise<Running | null> => {
  try {
    return Running.parse(JSON.parse(await readFile(file(dataFolder), 'utf8')))
  } catch {
    return null
  }
}

export const newRun = (): string => randomBytes(16).toString('base64url')

/** An address for the host that runs over this folder, good for ten minutes and once; null when none runs. */
export async function linkFromOutside(dataFolder: string, clock: Clock): Promise<string | null> {
  const running = await announced(dataFolder)
  if (running === null) return null
  try {
    const { port, run } = running
    const secret = await readFile(join(dataFolder, 'config', '.web-secret'))
    const payload = `${Math.floor(clock.now() / 1000) + LIFE_SECONDS}.${randomBytes(16).toString('base64url')}`
    return `http://127.0.0.1:${port}/?token=${payload}.${sign(secret, run, payload)}`
  } catch {
    return null
  }
}

/** Tells, once for each, whether a token was made by `linkFromOutside` for this run of the host. */
export function outsideLinks(
  secret: Uint8Array,
  run: string,
  clock: Clock,
): { take(token: string): boolean } {
  /** Used ones with their expiry; forgotten once that has passed, for then they are refused by it. */
  const used = new Map<string, number>()
  return {
    take(token) {
      const [expiry = '', nonce = '', mac = '', ...rest] = token.split('.')
      if (rest.length > 0 || !isSame(mac, sign(secret, run, `${expiry}.${nonce}`))) return false
      const now = clock.now() / 1000
      for (const [known, until] of used) if (until <= now) used.delete(known)
      // A clock set back must not make an old one last.
      if (Number(expiry) <= now || Number(expiry) > now + LIFE_SECONDS || used.has(mac)) return false
      used.set(mac, Number(expiry))
      return true
    },
  }
}

const sign = (secret: Uint8Array, run: string, payload: string): string =>
  createHmac('sha256', secret).update(`link.${run}.${payload}`).digest('base64url')

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
