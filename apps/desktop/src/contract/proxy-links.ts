// What people paste when they set a proxy up. Plain functions, without the validation library, for both sides.

export type ProxyLink =
  | {
      readonly kind: 'socks5'
      readonly host: string
      readonly port: string
      readonly username: string
      readonly password: string
    }
  | { readonly kind: 'mtproxy'; readonly host: string; readonly port: string; readonly secret: string }

const LINK = /^(?:tg:\/\/|(?:https?:\/\/)?(?:t|telegram)\.me\/)(proxy|socks)\/?\?([^#]*)/i

/** Reads `tg://proxy?…`, `tg://socks?…` and the same on `t.me` (core.telegram.org/api/links); null for anything else. */
export function readProxyLink(text: string): ProxyLink | null {
  const [, type, query] = LINK.exec(text.trim()) ?? []
  if (type === undefined || query === undefined) return null
  const values = new Map(
    query.split('&').map(pair => {
      const [name = '', ...rest] = pair.split('=')
      return [name.toLowerCase(), decoded(rest.join('='))]
    }),
  )
  const value = (name: string): string => values.get(name) ?? ''
  const place = { host: value('server'), port: value('port') }
  return type.toLowerCase() === 'proxy'
    ? { kind: 'mtproxy', ...place, secret: value('secret') }
    : { kind: 'socks5', ...place, username: value('user'), password: value('pass') }
}

/** `+` stays: it is a letter of base64, and links are not forms. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** 16 bytes; or why they are not there. `fake-tls`: the proxy pretends to be a web site, which we do not do. */
export type ProxySecret = { readonly bytes: readonly number[] } | { readonly problem: 'invalid' | 'fake-tls' }

const SECRET_BYTES = 16

/**
 * The secret of an MTProxy in any of its forms: 32 hexadecimal digits, the same after `dd` (random padding asked for), or
 * either in base64 or base64url. `ee` introduces a web site's name after the secret.
 */
export function readProxySecret(text: string): ProxySecret {
  const bytes = bytesOf(text.trim())
  if (bytes === null) return { problem: 'invalid' }
  if (bytes.length > SECRET_BYTES && bytes[0] === 0xee) return { problem: 'fake-tls' }
  if (bytes.length === SECRET_BYTES) return { bytes }
  if (bytes.length === SECRET_BYTES + 1 && bytes[0] === 0xdd) return { bytes: bytes.slice(1) }
  return { problem: 'invalid' }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function bytesOf(text: string): readonly number[] | null {
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) return (text.match(/../g) ?? []).map(pair => parseInt(pair, 16))
  const letters = text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')
  if (!/^[\w-]+$/.test(letters) || letters.length % 4 === 1) return null
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const letter of letters) {
    value = ((value << 6) | ALPHABET.indexOf(letter)) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes.push((value >> bits) & 0xff)
    }
  }
  return bytes
}
