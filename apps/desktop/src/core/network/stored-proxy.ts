import { z } from 'zod'
import { readProxySecret, type ProxyChange, type ProxyView } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Proxy } from '../telegram/gateway.ts'

/** As it is kept, sealed; the secret as it was typed. */
export const StoredProxy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({
    kind: z.literal('socks5'),
    host: z.string(),
    port: z.int(),
    username: z.string(),
    password: z.string(),
  }),
  z.object({ kind: z.literal('mtproxy'), host: z.string(), port: z.int(), secret: z.string() }),
])
export type StoredProxy = z.infer<typeof StoredProxy>

/** What may be shown of it. */
export function viewOf(stored: StoredProxy): ProxyView {
  switch (stored.kind) {
    case 'none':
      return { kind: 'none' }
    case 'socks5': {
      const { kind, host, port, username, password } = stored
      return { kind, host, port, username, hasPassword: password !== '' }
    }
    case 'mtproxy': {
      const { kind, host, port, secret } = stored
      return { kind, host, port, hasSecret: secret !== '' }
    }
  }
}

/** The change with what was kept and not typed again. A secret never follows to another host or port. */
export function withKept(change: ProxyChange, kept: StoredProxy): StoredProxy {
  if (change.kind === 'none') return change
  const same =
    kept.kind === change.kind && kept.host === change.host && kept.port === change.port ? kept : null
  if (change.kind === 'socks5') {
    const { kind, host, port, username } = change
    const known = same?.kind === 'socks5' && same.username === username ? same.password : ''
    return { kind, host, port, username, password: change.password ?? known }
  }
  const { kind, host, port } = change
  return { kind, host, port, secret: change.secret ?? (same?.kind === 'mtproxy' ? same.secret : '') }
}

/** Ready to be dialled; null without a proxy. Throws `proxy/secret-invalid` or `proxy/secret-fake-tls`. */
export function dialable(stored: StoredProxy): Proxy | null {
  if (stored.kind === 'none') return null
  if (stored.kind === 'socks5') return stored
  const { kind, host, port } = stored
  const secret = readProxySecret(stored.secret)
  if ('problem' in secret) throw new CallFailure(`proxy/secret-${secret.problem}`)
  return { kind, host, port, secret: Uint8Array.from(secret.bytes) }
}
