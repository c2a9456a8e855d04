import type { Proxy } from '../gateway.ts'
import { directRoute } from './direct.ts'
import { mtproxyRoute } from './mtproxy.ts'
import type { Address, Route } from './route.ts'
import { socks5Route } from './socks5.ts'

export { RouteError, type Address, type Opened, type Route } from './route.ts'
export { createPorts, type Ports } from './ports.ts'
export { directRoute } from './direct.ts'

/** The way to a data centre. An MTProxy finds it by its number; anything else needs its addresses. */
export function routeTo(
  { dcId, addresses }: { readonly dcId: number; readonly addresses: readonly Address[] },
  proxy: Proxy | null,
): Route {
  switch (proxy?.kind) {
    case undefined:
      return directRoute(addresses)
    case 'socks5':
      return socks5Route(proxy, addresses)
    case 'mtproxy':
      return mtproxyRoute(proxy, dcId)
  }
}
