import { pointGramjsAt } from '@autotele/sandbox/telegram'
import { createRequire } from 'node:module'

type Keys = { readonly _serverKeys: Map<string, unknown> }

const desktop = createRequire(new URL('../../apps/desktop/package.json', import.meta.url))

/** Which library stands behind the gateway in this run; see `imports` in apps/desktop/package.json. */
export const LIBRARY = process.env['LIBRARY'] === 'teleproto' ? 'teleproto' : 'telegram'

/** Makes that library trust a local data centre, and gives the address to dial. */
export function pointAt(dc: Parameters<typeof pointGramjsAt>[0]): ReturnType<typeof pointGramjsAt> {
  const pointed = pointGramjsAt(dc)
  const known = (desktop('telegram/crypto/RSA.js') as Keys)._serverKeys
  if (LIBRARY === 'teleproto')
    for (const [fingerprint, key] of known)
      (desktop('teleproto/crypto/RSA.js') as Keys)._serverKeys.set(fingerprint, key)
  return pointed
}
