import { openSealed, sealBytes } from '@autotele/crypto'

/** Seals what the database holds of keys and authenticators. */
export type Sealing = {
  /** Under the first key. */
  readonly seal: (plain: Uint8Array, context: string) => Uint8Array<ArrayBuffer>
  /** With whichever key it was sealed under. Throws when that is none of them. */
  readonly open: (sealed: Uint8Array, context: string) => Uint8Array
  /** Whether it is sealed under the first key, and not under one that is on its way out. */
  readonly isCurrent: (sealed: Uint8Array, context: string) => boolean
}

/** `keys`: the one in use, and during a rotation the one before or after it, 32 bytes each. */
export function createSealing(keys: readonly [Uint8Array, ...Uint8Array[]]): Sealing {
  const opens = (sealed: Uint8Array, key: Uint8Array, context: string): Uint8Array | undefined => {
    try {
      return openSealed(sealed, key, context)
    } catch {
      return undefined
    }
  }
  return {
    seal: (plain, context) => sealBytes(plain, keys[0], context),
    isCurrent: (sealed, context) => opens(sealed, keys[0], context) !== undefined,
    open(sealed, context) {
      for (const key of keys) {
        const plain = opens(sealed, key, context)
        if (plain) return plain
      }
      throw new Error(`${context} is sealed under a key that this server does not have`)
    },
  }
}
