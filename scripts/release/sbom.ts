// `pnpm release:sbom <folder>`: the bill of materials of what is shipped, in CycloneDX: of the application (what the build
// bundled, and Electron) and of the licence server (what it installs). pnpm writes it from the lockfile, offline.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const pnpm = join(root, 'node_modules/pnpm', process.platform === 'win32' ? 'pnpm.exe' : 'pnpm')

type Component = { name: string; group?: string; version: string; purl?: string; 'bom-ref'?: string }
type Bom = {
  components: Component[]
  dependencies?: { ref: string; dependsOn?: string[] }[]
}
const nameOf = ({ group, name, version }: Component): string =>
  `${group ? `${group}/` : ''}${name}@${version}`

function bomOf(workspace: string, ...options: string[]): Bom {
  const args = [
    '--filter',
    workspace,
    'sbom',
    '--sbom-format',
    'cyclonedx',
    '--sbom-type',
    'application',
    ...options,
  ]
  return JSON.parse(execFileSync(pnpm, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 })) as Bom
}

const shipped = new Set(
  ['main', 'preload', 'renderer'].flatMap(part => {
    const file = join(root, 'apps/desktop/out/shipped', `${part}.json`)
    const packages = JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string }[]
    return packages.map(({ name, version }) => `${name}@${version}`)
  }),
)

/** Only what the build bundled, and Electron around it; relations to what was left out go with it. */
function bundledOnly(bom: Bom): Bom {
  const left = (component: Component): boolean => {
    const name = nameOf(component)
    return !shipped.has(name) && !name.startsWith('electron@')
  }
  const gone = new Set(bom.components.filter(left).map(component => component['bom-ref'] ?? component.purl))
  return {
    ...bom,
    components: bom.components.filter(component => !left(component)),
    dependencies: (bom.dependencies ?? [])
      .filter(({ ref }) => !gone.has(ref))
      .map(entry => ({ ...entry, dependsOn: (entry.dependsOn ?? []).filter(ref => !gone.has(ref)) })),
  }
}

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: release:sbom <folder>')
  process.exit(1)
}
mkdirSync(folder, { recursive: true })
const desktop = bundledOnly(bomOf('@autotele/desktop'))
const known = new Set(desktop.components.map(nameOf))
const missing = [...shipped].filter(name => !known.has(name))
if (missing.length > 0) {
  console.error(`bundled, but not in the lockfile's list: ${missing.join(', ')}`)
  process.exit(1)
}
for (const [name, bom] of [
  ['desktop', desktop],
  ['license-server', bomOf('@autotele/license-server', '--prod')],
] as const) {
  writeFileSync(join(folder, `${name}.cdx.json`), `${JSON.stringify(bom, null, 2)}\n`)
  console.log(`${name}: ${bom.components.length} components`)
}
