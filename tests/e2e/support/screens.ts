import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'

const desktop = join(import.meta.dirname, '../../../apps/desktop')
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
/** As in renderer/index.html; in Electron nothing may be fetched, which is the stricter of the two. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; font-src 'self'; connect-src 'none'; " +
  "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types vue"

export type Screens = {
  /** Ends in a slash. */
  readonly origin: string
  /** The first parts of the interface, as a browser would load them: bytes by file name. */
  readonly folder: string
  end(): Promise<void>
}

/** The real interface over a core that exists only in memory: built, and served under the product's own policy. */
export async function serveScreens(): Promise<Screens> {
  const folder = await mkdtemp(join(tmpdir(), 'autotele-screens-'))
  const require = createRequire(join(desktop, 'package.json'))
  const vite = join(require.resolve('vite/package.json'), '../bin/vite.js')
  const config = join(desktop, 'src/renderer/testing/vite.screens.config.ts')
  await promisify(execFile)(process.execPath, [vite, 'build', '-c', config, '--outDir', folder], {
    cwd: desktop,
  })
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = join(folder, pathname)
    if (!file.startsWith(folder)) {
      response.writeHead(404).end()
      return
    }
    readFile(file).then(
      content => {
        response.writeHead(200, {
          'content-type': types[extname(file)] ?? 'application/octet-stream',
          'content-security-policy': POLICY,
          // Those have their contents in their names: they are compiled once, however often the page is opened.
          ...(pathname.includes('/assets/') && { 'cache-control': 'max-age=3600, immutable' }),
        })
        response.end(content)
      },
      () => response.writeHead(404).end(),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${String(port)}/`,
    folder,
    end: async () => {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
