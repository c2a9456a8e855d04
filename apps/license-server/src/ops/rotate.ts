import { randomBytes } from 'node:crypto'
import { readFile, rename, rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { totpContext } from '../admin/index.ts'
import { createSealing } from '../config/sealing.ts'
import { signingKeyContext } from '../licensing/index.ts'
import { successorOf } from '../storage/connection.ts'
import type { Database } from '../storage/database.ts'
import { replaceSecret } from './secret-files.ts'

const read = async (file: string): Promise<string> => (await readFile(file, 'utf8')).trim()
const readIfThere = (file: string): Promise<string | undefined> => read(file).catch(() => undefined)

/** A step of a rotation came out of turn; the message says which one is next. */
export class OutOfTurnError extends Error {}

/**
 * The steps of a secret that the servers may know twice, `"<first>,<second>"`: they take either, and use the first.
 * Between two steps every server is restarted, one after another, so at no time does one use what another does not take.
 */
export const pairs = {
  /** Adds a new secret, in the place where servers only take it (`last`) or already use it (`first`). */
  async begin(file: string, make: () => string, place: 'first' | 'last'): Promise<void> {
    const values = (await read(file)).split(',')
    const [current] = values
    if (values.length !== 1 || current === undefined)
      throw new OutOfTurnError('a rotation is under way: switch or finish it')
    await replaceSecret(file, place === 'first' ? `${make()},${current}` : `${current},${make()}`)
  },
  /** Servers use the other one from their next start on. */
  async switch(file: string): Promise<void> {
    const [first, second] = (await read(file)).split(',')
    if (first === undefined || second === undefined)
      throw new OutOfTurnError('no rotation is under way: begin one')
    await replaceSecret(file, `${second},${first}`)
  },
  /** Forgets the old one. */
  async finish(file: string): Promise<void> {
    const [first, second] = (await read(file)).split(',')
    if (first === undefined || second === undefined)
      throw new OutOfTurnError('no rotation is under way: begin one')
    await replaceSecret(file, first)
  },
}

/**
 * Seals everything in the database under the first of the two keys. Throws when something is sealed under neither. Gives
 * how many rows were sealed again. A row that changes meanwhile is left to the next round, so that nothing new is undone.
 */
export async function reseal(db: Database, keys: readonly [Uint8Array, ...Uint8Array[]]): Promise<number> {
  const sealing = createSealing(keys)
  let count = 0
  for (let round = 0; ; round++) {
    let left = 0
    for (const { kid, sealedPrivate } of await db.signingKey.findMany()) {
      const context = signingKeyContext(kid)
      if (sealing.isCurrent(sealedPrivate, context)) continue
      left++
      const fresh = sealing.seal(sealing.open(sealedPrivate, context), context)
      count += (
        await db.signingKey.updateMany({ where: { kid, sealedPrivate }, data: { sealedPrivate: fresh } })
      ).count
    }
    for (const { id, sealedTotp } of await db.administrator.findMany()) {
      const context = totpContext(id)
      if (sealing.isCurrent(sealedTotp, context)) continue
      left++
      const fresh = sealing.seal(sealing.open(sealedTotp, context), context)
      count += (await db.administrator.updateMany({ where: { id, sealedTotp }, data: { sealedTotp: fresh } }))
        .count
    }
    if (left === 0) return count
    if (round > 10) throw new Error('rows keep being sealed under the old key: was every server restarted?')
  }
}

/** Time for a connection that had read the old password before the change began to be through with it. */
const SETTLE_MS = 1000

/**
 * Changes the password of the database user whose URL is in `file`, with the servers running: they read the file for each
 * new connection and wait while its successor lies beside it (storage/connection.ts). What an interrupted run left behind is
 * taken up by the next.
 */
export async function changeDatabasePassword(file: string): Promise<void> {
  const successor = successorOf(file)
  const current = new URL(await read(file))
  const interrupted = await readIfThere(successor)
  const next = new URL(interrupted ?? current.href)
  if (interrupted === undefined) {
    next.password = randomBytes(32).toString('hex')
    await replaceSecret(successor, next.href)
  }
  try {
    await delay(SETTLE_MS)
    const client = (await connect(next.href)) ?? (await connect(current.href))
    if (!client) throw new Error('the database takes neither the old password nor the new one')
    try {
      // Ours are hexadecimal; the statement takes no parameter.
      await client.query(
        `ALTER ROLE CURRENT_USER PASSWORD ${pg.escapeLiteral(decodeURIComponent(next.password))}`,
      )
    } finally {
      await client.end()
    }
  } catch (error) {
    // Only while the old one is known to hold: then there is nothing to take up.
    const client = await connect(current.href)
    if (client) {
      await client.end()
      await rm(successor, { force: true })
    }
    throw error
  }
  await rename(successor, file)
}

async function connect(url: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  try {
    await client.connect()
    return client
  } catch {
    return undefined
  }
}
