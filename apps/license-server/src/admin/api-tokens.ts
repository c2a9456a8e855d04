import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { deriveSealingKey } from '@autotele/crypto'
import { roleSchema, scopeSchema, type Role, type Scope } from '@autotele/shared'
import { fromDate, isBefore, plusSeconds, toDate, type Clock } from '../clock.ts'
import type { Database, Tx } from '../storage/database.ts'
import type { ApiToken } from '../storage/generated/client.ts'

/** What a scanner of leaked secrets looks for; the last eight characters are a CRC-32 of what is before them. */
export const TOKEN_PATTERN = /^atl_(live|test)_([0-9a-f]{16})_([0-9a-f]{64})([0-9a-f]{8})$/
/** The last use is written at most this often. */
const SEEN_EVERY_SECONDS = 60

export type TokenUser = {
  readonly administratorId: string
  readonly tokenId: string
  readonly role: Role
  readonly scopes: readonly Scope[]
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0')

/** Tokens for programs. Only an HMAC of the secret is stored; 256 random bits need no slow hash (ASVS 5.0, 11.4). */
export function createApiTokens(options: {
  readonly db: Database
  readonly clock: Clock
  readonly pepper: Uint8Array
  readonly environment: 'live' | 'test'
}) {
  const { db, clock, pepper, environment } = options
  const key = deriveSealingKey(pepper, 'api token')
  const hash = (secret: string) => createHmac('sha256', key).update(secret).digest('hex')

  return {
    /** Makes a token; its text is given here and never again. */
    async create(
      tx: Tx,
      owner: string,
      { name, scopes, days }: { name: string; scopes: readonly Scope[]; days: number },
    ): Promise<{ token: string; row: ApiToken }> {
      const id = randomBytes(8).toString('hex')
      const secret = randomBytes(32).toString('hex')
      const text = `atl_${environment}_${id}_${secret}`
      const now = clock()
      const row = await tx.apiToken.create({
        data: {
          id,
          secretHash: hash(secret),
          administratorId: owner,
          name,
          scopes: [...new Set(scopes)],
          createdAt: toDate(now),
          expiresAt: toDate(plusSeconds(now, days * 86_400)),
        },
      })
      return { token: text + checksum(text), row }
    },

    /** Whom a token acts for; `null` when it is no token of ours, or no longer one, or its owner was shut out. */
    async authenticate(text: string): Promise<TokenUser | null> {
      const [, prefix, id, secret, sum] = TOKEN_PATTERN.exec(text) ?? []
      if (id === undefined || secret === undefined || prefix !== environment) return null
      if (checksum(text.slice(0, -8)) !== sum) return null
      const row = await db.apiToken.findUnique({ where: { id }, include: { administrator: true } })
      const stored = Buffer.from(row?.secretHash ?? '0'.repeat(64))
      if (!timingSafeEqual(Buffer.from(hash(secret)), stored) || !row) return null
      const { administrator } = row
      const now = clock()
      if (row.revokedAt || administrator.disabledAt || !isBefore(now, fromDate(row.expiresAt))) return null
      const seenBefore = toDate(plusSeconds(now, -SEEN_EVERY_SECONDS))
      await db.apiToken.updateMany({
        where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: seenBefore } }] },
        data: { lastUsedAt: toDate(now) },
      })
      return {
        administratorId: row.administratorId,
        tokenId: id,
        role: roleSchema.parse(administrator.role),
        scopes: row.scopes.flatMap(scope => scopeSchema.safeParse(scope).data ?? []),
      }
    },
  }
}
export type ApiTokens = ReturnType<typeof createApiTokens>
