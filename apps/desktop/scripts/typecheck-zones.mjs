// One compiler run per zone: what a zone may see (Node, the DOM, Electron) is decided by its own tsconfig.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const root = dirname(import.meta.dirname)
const require = createRequire(import.meta.url)
const tsc = require.resolve('typescript/bin/tsc')
const vueTsc = require.resolve('vue-tsc/bin/vue-tsc.js')

const zones = { contract: tsc, core: tsc, main: tsc, preload: tsc, renderer: vueTsc }
const failed = Object.entries(zones).filter(([zone, compiler]) => {
  const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, `tsconfig.${zone}.json`)], {
    stdio: 'inherit',
  })
  if (status !== 0) process.stderr.write(`types: zone ${zone} failed\n`)
  return status !== 0
})
process.exit(failed.length === 0 ? 0 : 1)
