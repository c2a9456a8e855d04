/** A field of this name is never written, whatever it holds. */
const SECRET_FIELD =
  /pass(?:word|phrase)|secret|token|cookie|authorization|phone|e?mail|api_?(?:id|hash)|^(?:session|(?:auth_?)?key|text|body|title|caption|draft|user_?name|(?:first|last)_?name|hint|code|hash|licen[cs]e_?key|invoice)$/i

/**
 * Names of ours may stand in a field called `code` or `key`: an error's (`telegram/wait`, `PEER_FLOOD`), a finding's
 * (`disk-full`), a setting's (`app.theme`). A login code is none of them.
 */
const NAME_OF_OURS = /^[a-z]+\/[a-z-]+$|^[A-Z][A-Z_]*$|^[a-z]+(?:-[a-z]+)+$|^[a-z]+\.[a-z_]+$/

/** Order matters: an address is cut before what is in it is looked at. */
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  // Compact JWS: licence tokens, key sets, device proofs.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]'],
  [/\b(Bearer|Basic|token)\s+[\w.+/=~-]+/gi, '$1 [secret]'],
  // Private invitations, and links that carry what they give access to (core.telegram.org/api/links).
  [/\b((?:t|telegram)\.(?:me|dog)\/)(?:\+|joinchat\/|login\/)[\w-]+/gi, '$1[secret]'],
  // Who knows the number of an invoice sees who paid it.
  [/(https?:\/\/[^\s/]+\/(?:i|invoices?)\/)[\w-]+/gi, '$1[invoice]'],
  // The query and the credentials of an address of any kind (`tg://proxy?secret=…`); its host and path say enough.
  [/\b([a-z][a-z\d+.-]*:\/\/)(?:[^\s/@]*@)?([^\s?#"']*)(?:[?#][^\s"']*)?/gi, '$1$2'],
  [
    /\b(secret|password|passphrase|token|hash|auth_?key|api_?hash|code)\s*[=:]\s*[^\s,;&"']+/gi,
    '$1=[secret]',
  ],
  // A robot's token: its number and 35 characters.
  [/\b\d{6,12}:[\w-]{30,}/g, '[secret]'],
  // Hexadecimal and base64 of 32 characters or more: keys, hashes, auth keys, string sessions.
  [/[A-Za-z0-9+/_-]{32,}={0,2}/g, '[secret]'],
  // Licence keys as shown: groups of Crockford's base32.
  [/\b(?:[0-9A-HJKMNP-TV-Z]{4,7}-){3,}[0-9A-HJKMNP-TV-Z]{2,7}\b/gi, '[license key]'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '[address]'],
  [/(?:\+|\b00)\d[\d ().-]{6,}\d/g, '[phone]'],
  // Written for one country (`06.12.34.56.78`, `(212) 555-0100`, `0171 123 45 67`), or as Telegram keeps it: digits alone.
  [/(?<![\w.:-])0\d(?:[ .-]\d{2}){4}(?![\w:-])/g, '[phone]'],
  [/(?<![\w.:-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w:-])/g, '[phone]'],
  [/(?<![\w.:-])\d{2,4}(?: \d{2,4}){2,5}(?![\w:-])/g, '[phone]'],
  [/(?<![\w.:-])\d{9,15}(?![\w:-])/g, '[number]'],
]

const LONGEST_TEXT = 2000
/** What is looked at of a longer one: a secret that the cut goes through has to be seen whole. */
const LONGEST_READ = 10 * LONGEST_TEXT

/** One value as a log may hold it: secrets by shape and by field name replaced, length bounded. */
export function redactField(
  name: string,
  value: string | number | boolean | null,
): string | number | boolean | null {
  if (value === null || typeof value === 'boolean') return value
  if (SECRET_FIELD.test(name) && !(typeof value === 'string' && NAME_OF_OURS.test(value))) return '[redacted]'
  return typeof value === 'number' ? value : redactText(value)
}

/** Free text (an error's message, a stack) without what looks like a secret. */
export function redactText(text: string): string {
  let redacted = text.slice(0, LONGEST_READ)
  for (const [shape, replacement] of SECRET_SHAPES) redacted = redacted.replace(shape, replacement)
  return redacted.length > LONGEST_TEXT || text.length > LONGEST_READ
    ? `${redacted.slice(0, LONGEST_TEXT)}…`
    : redacted
}
