import { createHmac } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { CallFailure } from '../failure.ts'
import { MAX_FILE_BYTES } from '../messages/index.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import type { Clock, Random } from '../ports.ts'
import { storageFailure } from '../storage/errors.ts'
import { createFilmReader } from './film.ts'
import { HEAD_BYTES, recognise, type Recognised } from './recognise.ts'
import { createPieceWriter, newFileKey } from './vault-file.ts'

/** A file that has come in whole. `digest` names its contents. */
export type TakenIn = Recognised & {
  readonly digest: string
  readonly file: string
  readonly key: Uint8Array
  readonly name: string
  readonly size: number
}

type Coming = {
  readonly write: (bytes: Uint8Array) => Promise<void>
  readonly end: () => Promise<TakenIn>
  readonly abort: () => Promise<void>
  touchedAt: number
}

const MOST_AT_ONCE = 8
/** A host that says nothing for so long has gone. */
const SILENT_MS = 10 * 60_000

/** Files on their way into the profile. `digestKey` keeps their names from telling what they are. */
export function createIntake(deps: {
  readonly folder: string
  readonly digestKey: () => Uint8Array
  readonly random: Random
  readonly clock: Clock
}) {
  const coming = new Map<string, Coming>()

  const drop = async (id: string): Promise<void> => {
    const one = coming.get(id)
    coming.delete(id)
    await one?.abort().catch(() => undefined)
  }
  const known = (id: string): Coming => {
    const one = coming.get(id)
    if (one === undefined) throw new CallFailure('media/intake-over', undefined, true)
    one.touchedAt = deps.clock.monotonic()
    return one
  }
  const guarded = async <T>(id: string, work: (one: Coming) => Promise<T>): Promise<T> => {
    try {
      return await work(known(id))
    } catch (error) {
      await drop(id)
      throw storageFailure(error)
    }
  }

  return {
    begin: async (name: string, size: number | null): Promise<string> => {
      if (size !== null && size > MAX_FILE_BYTES) throw tooLarge(name)
      for (const [id, { touchedAt }] of coming)
        if (deps.clock.monotonic() - touchedAt > SILENT_MS) await drop(id)
      if (coming.size >= MOST_AT_ONCE) throw new CallFailure('media/intake-over', undefined, true)
      const id = Buffer.from(deps.random.bytes(12)).toString('hex')
      coming.set(id, { ...(await open(deps, id, cleanName(name))), touchedAt: deps.clock.monotonic() })
      return id
    },
    write: (id: string, bytes: Uint8Array): Promise<void> => guarded(id, one => one.write(bytes)),
    end: (id: string): Promise<TakenIn> =>
      guarded(id, async one => {
        const taken = await one.end()
        coming.delete(id)
        return taken
      }),
    abort: drop,
    stop: async (): Promise<void> => {
      await Promise.all([...coming.keys()].map(drop))
    },
  }
}

async function open(
  { folder, digestKey }: { readonly folder: string; readonly digestKey: () => Uint8Array },
  file: string,
  name: string,
): Promise<Omit<Coming, 'touchedAt'>> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw storageFailure(error)
  })
  const [part, whole] = [join(folder, `${file}.part`), join(folder, file)]
  const key = newFileKey()
  const writer = await createPieceWriter(part, file, key)
  const hash = createHmac('sha256', digestKey())
  const inTurn = oneAtATime()
  const film = createFilmReader()
  let head = Buffer.alloc(0)
  let size = 0
  return {
    write: bytes =>
      inTurn(async () => {
        size += bytes.length
        if (size > MAX_FILE_BYTES) throw tooLarge(name)
        if (head.length < HEAD_BYTES) head = Buffer.concat([head, bytes]).subarray(0, HEAD_BYTES)
        hash.update(bytes)
        film.write(bytes)
        await writer.write(bytes)
      }),
    end: () =>
      inTurn(async () => {
        if (size === 0) throw new CallFailure('media/empty')
        await writer.end()
        await rename(part, whole)
        return {
          ...recognise(head, name, film.end()),
          digest: hash.digest('hex').slice(0, 32),
          ...{ file, key, name, size },
        }
      }),
    abort: async () => {
      await writer.abort().catch(() => undefined)
      await rm(part, { force: true })
    },
  }
}

const tooLarge = (name: string): CallFailure =>
  new CallFailure('media/too-large', {
    name: cleanName(name),
    limit: Math.floor(MAX_FILE_BYTES / 1024 / 1024),
  })

/** Without a path, control characters or marks that turn the reading direction (`U+202E`), and not endless. */
function cleanName(given: string): string {
  const name = basename(given.replaceAll('\\', '/'))
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
  if (name.length === 0) return 'file'
  const extension = /\.[^.]{1,10}$/.exec(name)?.[0] ?? ''
  return name.length <= 255 ? name : `${name.slice(0, 255 - extension.length)}${extension}`
}
