import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CallFailure } from '../failure.ts'
import { readFileIfThere, writeFileAtomic } from '../storage/index.ts'
import type { StoredSession } from '../telegram/gateway.ts'
import type { Sealer } from '../vault/sealer.ts'

const Session = z.object({
  dcId: z.int().positive(),
  host: z.string(),
  port: z.int().positive(),
  key: z.base64(),
})

/** One sealed file per account, `<accountId>.session`. Who could read it would be the account. */
export function createSessions(folder: string, sealer: Sealer) {
  const pathOf = (id: string): string => join(folder, `${id}.session`)
  return {
    /** Null when there is none; throws `vault/damaged` when it is not ours or was altered. */
    read: async (id: string): Promise<StoredSession | null> => {
      const sealed = await readFileIfThere(pathOf(id))
      if (sealed === null) return null
      const parsed = Session.safeParse(JSON.parse(sealer.openText('session', id, sealed)))
      if (!parsed.success) throw new CallFailure('vault/damaged')
      return { ...parsed.data, key: new Uint8Array(Buffer.from(parsed.data.key, 'base64')) }
    },
    write: async (id: string, { dcId, host, port, key }: StoredSession): Promise<void> => {
      const text = JSON.stringify({ dcId, host, port, key: Buffer.from(key).toString('base64') })
      await writeFileAtomic(pathOf(id), sealer.sealText('session', id, text))
    },
    remove: (id: string): Promise<void> => rm(pathOf(id), { force: true }),
  }
}

export type Sessions = ReturnType<typeof createSessions>
