import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

export type StaticFile = { readonly body: Uint8Array<ArrayBuffer>; readonly type: string }

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/**
 * The built interface, read once into an exact map from URL path to contents (`/` is `index.html`). What is asked for
 * later is looked up, never joined to a folder, so that no spelling of a path leaves it; files of a type we do not
 * know (source maps among them) are not served. Throws when the interface has not been built.
 */
export function readStaticFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  const collect = (directory: string, prefix: string): void => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      const type = TYPES[extname(entry.name)]
      if (entry.isDirectory()) collect(path, `${prefix}${entry.name}/`)
      else if (entry.isFile() && type !== undefined) {
        files.set(`${prefix}${entry.name}`, { body: new Uint8Array(readFileSync(path)), type })
      }
    }
  }
  collect(folder, '/')
  const index = files.get('/index.html')
  if (index === undefined) throw new Error(`no index.html in ${folder}: the interface has not been built`)
  files.delete('/index.html')
  return files.set('/', index)
}
