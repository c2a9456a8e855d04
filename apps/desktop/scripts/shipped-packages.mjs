import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Writes which packages a part of the application is really made of, as `<folder>/<part>.json`: the licences and the
 * bill of materials of a release are made from that, and not from what happens to be installed.
 */
export function shippedPackages(part, folder) {
  return {
    name: 'autotele-shipped-packages',
    generateBundle(_options, bundle) {
      const packages = new Map()
      for (const output of Object.values(bundle)) {
        for (const id of output.type === 'chunk' ? output.moduleIds : []) {
          const found = packageOf(id)
          if (found) packages.set(`${found.name}@${found.version}`, found)
        }
      }
      mkdirSync(folder, { recursive: true })
      const sorted = [...packages.keys()].sort().map(key => packages.get(key))
      writeFileSync(join(folder, `${part}.json`), `${JSON.stringify(sorted, null, 2)}\n`)
    },
  }
}

/** The package a module belongs to; undefined for our own. */
function packageOf(id) {
  const path = id.replace(/^\0/, '').replace(/\?.*$/, '').replaceAll('\\', '/')
  const root = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]
  if (root === undefined) return undefined
  const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return { name, version, license: license ?? null, folder: dirname(join(root, 'package.json')) }
}
