import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

/** While the file's successor lies beside it, the password is being changed: for so long at most. */
const CHANGE_MS = 5000
const LOOK_MS = 25

/** The successor of a secret's file while the secret is being changed. */
export const successorOf = (file: string): string => `${file}.next`

/** Where the database is. */
export type DatabaseAddress = {
  readonly url: string
  /** The file that the URL came from. Its password is read again for every new connection. */
  readonly file: string | undefined
}

/**
 * How a pool connects. With a file, the password may change while the server runs: who would connect in the very moment of
 * the change waits for its end instead of being refused.
 */
export const connectionOf = ({ url, file }: DatabaseAddress) => ({
  connectionString: url,
  ...(file === undefined ? {} : { Client: clientReading(file) }),
})

type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void)

/**
 * pg's own `password` function is called when PostgreSQL has already looked up the password it will compare with, which is
 * too late to wait for a new one: so it is read before the connection is opened.
 */
function clientReading(file: string): typeof pg.Client {
  return class extends pg.Client {
    override connect(): Promise<pg.Client>
    override connect(callback: Connected): void
    override connect(callback?: Connected): Promise<pg.Client> | undefined {
      const connecting = readPassword(file).then(async password => {
        Object.assign(this, { password })
        return await super.connect()
      })
      if (!callback) return connecting
      const done = callback as (error: Error | null, client?: pg.Client) => void
      void connecting.then(
        client => done(null, client),
        (error: Error) => done(error),
      )
      return undefined
    }
  }
}

async function readPassword(file: string): Promise<string> {
  const until = performance.now() + CHANGE_MS
  while (existsSync(successorOf(file)) && performance.now() < until) await delay(LOOK_MS)
  return decodeURIComponent(new URL((await readFile(file, 'utf8')).trim()).password)
}
