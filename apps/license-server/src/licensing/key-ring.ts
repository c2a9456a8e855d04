import { readFile } from 'node:fs/promises'
import { decodeJwt } from 'jose'
import { z } from 'zod'
import {
  generatePrivateJwk,
  importSigningKey,
  privateJwkSchema,
  signKeySet,
  thumbprint,
  toKeySetKey,
  verifyKeySet,
  type SigningKey,
} from '@autotele/crypto'
import { keySetClaimsSchema, type KeySetClaims, type KeySetKey } from '@autotele/shared'
import { toDate, toUnix, type Clock } from '../clock.ts'
import type { Sealing } from '../config/sealing.ts'
import type { Database, Tx } from '../storage/database.ts'

/** How long a replica may go on with what it has read, after a rotation elsewhere. */
const CACHE_SECONDS = 30
const PUBLISHED = ['next', 'active', 'retiring']

export type KeyRing = {
  /** The active key and the key set that contains it. Throws when there is none: nothing can be signed then. */
  readonly current: () => Promise<{ signing: SigningKey; keySet: string; version: number; keys: KeySetKey[] }>
  /** Has the keys read again at the next call: what is held may be out of date. */
  readonly forget: () => void
}

/** What a signing key's private half is sealed for. */
export const signingKeyContext = (kid: string): string => `signing-key:${kid}`
const rowSchema = z.object({ kid: z.string(), sealedPrivate: z.instanceof(Uint8Array) })

/** Makes a signing key, its private half sealed under the server's key; returns the public one for a key set. */
export async function createSigningKey(
  db: Tx,
  sealing: Sealing,
  state: 'next' | 'active',
  clock: Clock,
): Promise<KeySetKey> {
  const jwk = generatePrivateJwk()
  const kid = thumbprint(jwk)
  const sealedPrivate = sealing.seal(Buffer.from(JSON.stringify(jwk)), signingKeyContext(kid))
  await db.signingKey.create({
    data: { kid, publicX: jwk.x, sealedPrivate, state, createdAt: toDate(clock()) },
  })
  return toKeySetKey(jwk)
}

function unseal(row: { kid: string; sealedPrivate: Uint8Array }, sealing: Sealing): SigningKey {
  const { kid, sealedPrivate } = rowSchema.parse(row)
  const plain = Buffer.from(sealing.open(sealedPrivate, signingKeyContext(kid))).toString()
  return importSigningKey(privateJwkSchema.parse(JSON.parse(plain)))
}

/**
 * The keys this server signs with. With `rootKey` (outside production) the first signing key and every key set are made
 * here; else the key set is the root-signed file, read again as it changes, so that a rotation needs no restart.
 */
export function createKeyRing(options: {
  readonly db: Database
  readonly clock: Clock
  readonly sealing: Sealing
  readonly rootKey: SigningKey | undefined
  readonly keySetFile: string | undefined
}): KeyRing {
  const { db, clock, sealing, rootKey, keySetFile } = options
  let cached: { until: number; value: ReturnType<KeyRing['current']> } | undefined

  async function load() {
    const { jws, claims } = rootKey ? await ownKeySet(rootKey) : await keySetFromFile()
    const active = await db.signingKey.findFirst({ where: { state: 'active' } })
    if (!active) throw new Error('there is no active signing key')
    if (!claims.keys.some(key => key.kid === active.kid) || claims.revoked_kids.includes(active.kid)) {
      throw new Error(`the key set does not publish the active signing key ${active.kid}`)
    }
    return {
      signing: unseal(active, sealing),
      keySet: jws,
      version: claims.version,
      keys: claims.keys,
    }
  }

  async function keySetFromFile(): Promise<{ jws: string; claims: KeySetClaims }> {
    if (!keySetFile) throw new Error('AUTOTELE_KEYSET_FILE is missing')
    const jws = (await readFile(keySetFile, 'utf8')).trim()
    // The clients verify it against the root key; this server holds no root key to do so.
    return { jws, claims: keySetClaimsSchema.parse(decodeJwt(jws)) }
  }

  async function ownKeySet(root: SigningKey): Promise<{ jws: string; claims: KeySetClaims }> {
    return await db.$transaction(async tx => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(7214511)`
      if ((await tx.signingKey.count({ where: { state: 'active' } })) === 0) {
        await createSigningKey(tx, sealing, 'active', clock)
      }
      const rows = await tx.signingKey.findMany({ orderBy: { kid: 'asc' } })
      const keys = rows
        .filter(row => PUBLISHED.includes(row.state))
        .map(row => toKeySetKey({ kty: 'OKP', crv: 'Ed25519', x: row.publicX }))
      const revoked_kids = rows.filter(row => row.state === 'revoked').map(row => row.kid)
      const latest = await tx.keySet.findFirst({ orderBy: { version: 'desc' } })
      if (latest) {
        const known = await verifyKeySet(latest.jws, root.publicJwk)
        if (known.ok && sameKeys(known.claims, keys, revoked_kids))
          return { jws: latest.jws, claims: known.claims }
      }
      const version = (latest?.version ?? 0) + 1
      const claims = { version, keys, revoked_kids, iat: toUnix(clock()) }
      const jws = await signKeySet(claims, root)
      await tx.keySet.create({ data: { version, jws, createdAt: toDate(clock()) } })
      return { jws, claims }
    })
  }

  return {
    current() {
      const now = toUnix(clock())
      if (!cached || cached.until <= now) {
        const value = load()
        cached = { until: now + CACHE_SECONDS, value }
        // A failure is not kept: the next request tries again.
        value.catch(() => (cached = undefined))
      }
      return cached.value
    },
    forget: () => (cached = undefined),
  }
}

const sameKeys = (claims: KeySetClaims, keys: readonly KeySetKey[], revoked: readonly string[]): boolean =>
  JSON.stringify([claims.keys.map(key => key.kid), claims.revoked_kids]) ===
  JSON.stringify([keys.map(key => key.kid), revoked])
