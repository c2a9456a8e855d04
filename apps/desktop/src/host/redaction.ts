/** A field of this name is never written, whatever it holds. */
const SECRET_FIELD =
  /pass(?:word|phrase)|secret|token|cookie|authorization|phone|api_?(?:id|hash)|^(?:session|key|text|body|title|code|licen[cs]e_?key|invoice)$/i

/** An error code of ours (`telegram/wait`) or an RPC error's name may stand in a field called `code`; a login code may not. */
const ERROR_CODE = /^[a-z]+\/[a-z-]+$|^[A-Z][A-Z_]*$/

const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  // Compact JWS: licence tokens, key sets, device proofs.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]'],
  [/\b(Bearer|Basic|token)\s+[\w.+/=~-]+/gi, '$1 [secret]'],
  // The query and the credentials of an address; its host and path say enough.
  [/(https?:\/\/)(?:[^\s/@]*@)?([^\s?#"']*)(?:[?#][^\s"']*)?/gi, '$1$2'],
  // Hexadecimal and base64 of 32 characters or more: keys, hashes, auth keys, string sessions.
  [/[A-Za-z0-9+/_-]{32,}={0,2}/g, '[secret]'],
  // Licence keys as shown: groups of Crockford's base32.
  [/\b(?:[0-9A-HJKMNP-TV-Z]{4,7}-){3,}[0-9A-HJKMNP-TV-Z]{2,7}\b/gi, '[license key]'],
  [/\+\d[\d ().-]{6,}\d/g, '[phone]'],
]

const LONGEST_TEXT = 2000

/** One value as a log may hold it: secrets by shape and by field name replaced, length bounded. */
export function redactField(
  name: string,
  value: string | number | boolean | null,
): string | number | boolean | null {
  if (value === null || typeof value === 'boolean') return value
  if (SECRET_FIELD.test(name) && !(typeof value === 'string' && ERROR_CODE.test(value))) return '[redacted]'
  return typeof value === 'number' ? value : redactText(value)
}

/** Free text (an error's message, a stack) without what looks like a secret. */
export function redactText(text: string): string {
  let redacted = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
  for (const [shape, replacement] of SECRET_SHAPES) redacted = redacted.replace(shape, replacement)
  return redacted
}
