export { startMtProxy, type MtProxy, type MtProxyOptions } from './mtproxy.ts'
export type { Place } from './serve.ts'
export { startSocks5, type Socks5Options, type Socks5Proxy } from './socks5.ts'
