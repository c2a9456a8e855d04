import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'

/** What the machine itself is asked. Nothing here throws: what cannot be found out is a value, too. */
export type Probe = {
  /** Whether the name leads to any address. */
  resolve(name: string): Promise<boolean>
  /** Whether a TCP connection comes about; it is closed at once. */
  connect(place: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<boolean>
  /** Bytes free for this user where `folder` is; null when it cannot be told. */
  freeBytes(folder: string): Promise<number | null>
  /** Whether a file can be written there and removed again. */
  canWrite(folder: string): Promise<boolean>
}

export const systemProbe: Probe = {
  resolve: name =>
    lookup(name).then(
      () => true,
      () => false,
    ),
  connect: ({ host, port }, signal) =>
    new Promise(resolve => {
      if (signal.aborted) return resolve(false)
      const socket = createConnection({ host, port })
      const end = (reached: boolean) => (): void => {
        signal.removeEventListener('abort', giveUp)
        socket.destroy()
        resolve(reached)
      }
      const giveUp = end(false)
      socket.on('error', end(false)).once('connect', end(true))
      signal.addEventListener('abort', giveUp)
    }),
  freeBytes: folder =>
    statfs(folder).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => null,
    ),
  canWrite: async folder => {
    const file = join(folder, `.write-test.${randomBytes(6).toString('hex')}.tmp`)
    try {
      await writeFile(file, 'x', { flag: 'wx', mode: 0o600 })
      await rm(file)
      return true
    } catch {
      return false
    }
  },
}
