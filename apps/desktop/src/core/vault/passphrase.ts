import { MIN_PASSPHRASE_LENGTH } from '../../contract/index.ts'

/** What a person under time pressure types to get past a length rule; compared without case, spaces and punctuation. */
const COMMON = [
  'password',
  'motdepasse',
  'passphrase',
  'autotele',
  'telegram',
  'azertyuiop',
  'qwertyuiop',
  'bitcoin',
]

/** Long enough to be worth guessing at, and not one of the first things anyone would guess. */
export function isWeakPassphrase(passphrase: string): boolean {
  const characters = [...passphrase.normalize('NFKC')]
  if (characters.length < MIN_PASSPHRASE_LENGTH) return true
  if (new Set(characters).size < 4) return true
  if (isSequence(characters)) return true
  const rest = COMMON.reduce(
    (text, word) => text.replaceAll(word, ''),
    characters
      .join('')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, ''),
  )
  return rest.replace(/\d/g, '').length === 0
}

/** `1234567890`, `9876543210`, `abcdefghij`: every character next to the one before. */
function isSequence(characters: readonly string[]): boolean {
  const codes = characters.map(character => character.codePointAt(0) ?? 0)
  return [1, -1].some(step =>
    codes.every((code, at) => {
      const before = codes[at - 1]
      const wraps = code === 48 || code === 57
      return before === undefined || code - before === step || wraps
    }),
  )
}
