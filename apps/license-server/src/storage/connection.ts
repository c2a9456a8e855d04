import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import { parse, toClientConfig } from 'pg-connection-string'

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

type Connection =
  | { readonly connectionString: string }
  | {
      readonly host: string
      readonly port: number
      readonly user: string
      readonly database: string
      readonly ssl?: boolean | ConnectionOptions
      readonly password: () => Promise<string>
    }

/**
 * How to connect. With a file, the password may change while the server runs: who connects in the very moment of the
 * change waits for its end instead of being refused.
 */
export function connectionOf({ url, file }: DatabaseAddress): Connection {
  if (file === undefined) return { connectionString: url }
  const { host = 'localhost', port = 5432, user = '', database = user, ssl } = toClientConfig(parse(url))
  const at = { host, port: Number(port), user, database, ...(ssl === undefined ? {} : { ssl }) }
  return { ...at, password: () => readPassword(file) }
}

async function readPassword(file: string): Promise<string> {
  const until = performance.now() + CHANGE_MS
  while (existsSync(successorOf(file)) && performance.now() < until) await delay(LOOK_MS)
  return decodeURIComponent(new URL((await readFile(file, 'utf8')).trim()).password)
}
