// After the build: what a package holds besides the built files. `out/package.json` tells Electron where to begin and
// names no dependency, so that none can be packed; the licences of everything that was bundled stand in one text, and in
// one module that the About page shows. A package whose licence is not on the list ends the build.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAllowed } from './licenses.mjs'

const app = join(import.meta.dirname, '..')
const out = join(app, 'out')
const read = path => JSON.parse(readFileSync(path, 'utf8'))

const { version, description } = read(join(app, 'package.json'))
const manifest = {
  name: 'autotele',
  productName: 'AutoTele',
  version,
  description,
  type: 'module',
  main: './main/index.js',
}
writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)

const shipped = new Map()
for (const part of ['main', 'preload', 'renderer']) {
  for (const found of read(join(out, 'shipped', `${part}.json`)))
    shipped.set(`${found.name}@${found.version}`, found)
}
const packages = [...shipped.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
const refused = packages.filter(({ license }) => typeof license !== 'string' || !isAllowed(license))
if (refused.length > 0) {
  const names = refused.map(({ name, version, license }) => `${name}@${version} (${license})`).join(', ')
  console.error(`not to be shipped, by its licence: ${names}; the list is in scripts/licenses.mjs`)
  process.exit(1)
}

const parts = packages.map(({ name, version, license, folder }) => {
  const files = existsSync(folder)
    ? readdirSync(folder).filter(file => /^(?:licen[cs]e|notice|copying)/i.test(file))
    : []
  const text = files.map(file => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  return { name, version, license: license.replace(/^\((.*)\)$/, '$1'), text }
})
// A module: in Electron the page may load the program's scripts and fetch nothing.
writeFileSync(join(out, 'renderer', 'third-party.js'), `export default ${JSON.stringify(parts)}\n`)

const texts = parts.map(
  ({ name, version, license, text }) =>
    `${name} ${version}\n${license}\n\n${text || 'The package brings no text of its own.'}\n`,
)
const head =
  'AutoTele contains these packages, each under its own licence. Electron and Chromium bring theirs beside this file.\n'
writeFileSync(join(out, 'THIRD-PARTY-LICENSES.txt'), [head, ...texts].join(`\n${'-'.repeat(80)}\n\n`))
