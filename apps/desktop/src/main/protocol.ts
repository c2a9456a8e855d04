import { protocol, type Session } from 'electron'
import { securityHeaders } from '../host/security-headers.ts'
import type { StaticFile } from '../host/static-files.ts'

export const INTERFACE_URL = 'app://bundle/'

/** Before `ready`. A standard, secure scheme of its own: no `file://` and its privileges, nothing that bypasses the policy. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Serves the built interface to `session`, from an exact map of its files. */
export function serveInterface(session: Session, files: ReadonlyMap<string, StaticFile>): void {
  session.protocol.handle('app', request => answer(request, files))
}

const headers = securityHeaders("'none'")

function answer(request: Request, files: ReadonlyMap<string, StaticFile>): Response {
  const { host, pathname } = new URL(request.url)
  if (host !== 'bundle') return new Response(null, { status: 404, headers })
  if (request.method !== 'GET') return new Response(null, { status: 405, headers })
  const file = files.get(pathname)
  if (file === undefined) return new Response(null, { status: 404, headers })
  return new Response(file.body, { status: 200, headers: { ...headers, 'Content-Type': file.type } })
}

/** Is this the address of our own page? Origins cannot be compared: Node's is the text "null" for schemes of our own. */
export function isInterface(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol: scheme, host } = new URL(url)
  return scheme === 'app:' && host === 'bundle'
}
