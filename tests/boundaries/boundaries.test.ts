import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = dirname(dirname(import.meta.dirname))
const depcruise = join(root, 'tests', 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs')

function cruise(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [depcruise, '--config', '.dependency-cruiser.cjs', ...args],
    { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 },
  )
  return { output: stdout + stderr, status }
}

test('nobody imports what the house forbids', () => {
  const { output, status } = cruise('--output-type', 'err', 'apps', 'packages')
  expect(status, output).toBe(0)
})

test('the check sees the files it is about, single-file components included', () => {
  const { output } = cruise('--output-type', 'json', 'apps', 'packages')
  const { modules } = JSON.parse(output) as {
    modules: { source: string; dependencies: { resolved: string }[] }[]
  }
  const importsOf = (part: string) =>
    modules.filter(m => m.source.includes(part)).flatMap(m => m.dependencies.map(d => d.resolved))
  expect(importsOf('apps/desktop/src/renderer/App.vue').length).toBeGreaterThan(0)
  expect(importsOf('apps/desktop/src/core/')).toContainEqual(
    expect.stringContaining('packages/crypto/src/index.ts'),
  )
  expect(importsOf('apps/license-server/src/')).toContainEqual(
    expect.stringContaining('packages/shared/src/index.ts'),
  )
})
