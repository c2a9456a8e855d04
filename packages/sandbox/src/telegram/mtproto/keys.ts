import { randomBytes } from 'node:crypto'
import { sha1 } from '../crypto/hash.ts'

/** An authorisation key and what the server remembers with it. */
export type AuthKey = {
  readonly id: bigint
  readonly bytes: Buffer
  salt: bigint
  /** The last layer the client named. Kept here because some clients do not repeat it after a reconnection. */
  layer: number | null
  userId: number | null
  /** Gave the right code and still owes the password. */
  pendingUserId: number | null
  /** For a temporary key: the transport second in which it ends. */
  readonly expiresAt: number | null
  boundTo: bigint | null
}

export type AuthKeys = {
  readonly add: (bytes: Buffer, salt: bigint, expiresAt: number | null) => AuthKey
  readonly get: (id: bigint) => AuthKey | undefined
  /** The key that carries the authorisation: itself, or the permanent one it is bound to. */
  readonly authority: (key: AuthKey) => AuthKey | undefined
  readonly all: () => IterableIterator<AuthKey>
  readonly remove: (id: bigint) => void
  readonly clear: () => void
  /** Signs out whoever uses these keys. */
  readonly signOut: (userId: number) => void
  readonly dump: () => KeyRecord[]
  readonly restore: (records: readonly KeyRecord[]) => void
}

/** A permanent key as it is written to the state file. */
export type KeyRecord = {
  bytes: string
  salt: string
  layer: number | null
  userId: number | null
  /** The data centre it was agreed upon with; absent for the first. */
  dcId?: number | undefined
}

export const keyIdOf = (bytes: Uint8Array): bigint => sha1(bytes).readBigInt64LE(12)

export const randomLong = (): bigint => randomBytes(8).readBigInt64LE()

export const createAuthKeys = (): AuthKeys => {
  const keys = new Map<bigint, AuthKey>()
  const put = (bytes: Buffer, salt: bigint, expiresAt: number | null): AuthKey => {
    const id = keyIdOf(bytes)
    const key: AuthKey = {
      id,
      bytes,
      salt,
      layer: null,
      userId: null,
      pendingUserId: null,
      expiresAt,
      boundTo: null,
    }
    keys.set(id, key)
    return key
  }
  return {
    add: put,
    get: id => keys.get(id),
    authority: key => {
      if (key.expiresAt === null) return key
      return key.boundTo === null ? undefined : keys.get(key.boundTo)
    },
    all: () => keys.values(),
    remove: id => {
      keys.delete(id)
    },
    clear: () => {
      keys.clear()
    },
    signOut: userId => {
      for (const key of keys.values()) {
        if (key.userId === userId) key.userId = null
        if (key.pendingUserId === userId) key.pendingUserId = null
      }
    },
    dump: () =>
      [...keys.values()]
        .filter(key => key.expiresAt === null)
        .map(key => ({
          bytes: key.bytes.toString('base64'),
          salt: key.salt.toString(),
          layer: key.layer,
          userId: key.userId,
        })),
    restore: records => {
      for (const record of records) {
        const key = put(Buffer.from(record.bytes, 'base64'), BigInt(record.salt), null)
        key.layer = record.layer
        key.userId = record.userId
      }
    },
  }
}
