import { MIN_PASSPHRASE_LENGTH } from '../../../contract/limits.ts'

export type Strength = 'weak' | 'fair' | 'good'

/**
 * A hint, not a verdict: length and variety, with little credit for repetition. The core decides what is accepted.
 * The sum is roughly bits: four per new character of a phrase, one per repeated one.
 */
export function strengthOf(passphrase: string): Strength {
  const characters = [...passphrase]
  if (characters.length < MIN_PASSPHRASE_LENGTH) return 'weak'
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter(kind =>
    kind.test(passphrase),
  ).length
  const fresh = new Set(characters).size
  const bits = fresh * 4 + (characters.length - fresh) + (kinds - 1) * 4
  if (bits < 44) return 'weak'
  return bits < 64 ? 'fair' : 'good'
}
