import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isAllowed } from '../../apps/desktop/scripts/licenses.mjs'
import { LIBRARY } from '../library.ts'

const root = join(import.meta.dirname, '../..')

test('an expression is allowed when it can be met with the list', () => {
  for (const license of ['MIT', '(MIT AND Zlib)', 'MIT OR GPL-3.0', '(BSD-2-Clause OR MIT OR Apache-2.0)']) {
    expect([license, isAllowed(license)]).toEqual([license, true])
  }
  for (const license of [
    'GPL-3.0-or-later',
    'MIT AND GPL-2.0',
    'SEE LICENSE IN x',
    '',
    'UNLICENSED',
    'AGPL-3.0-only',
  ]) {
    expect([license, isAllowed(license)]).toEqual([license, false])
  }
})

const shipped = ['main', 'preload', 'renderer'].map(part =>
  join(root, 'apps/desktop/out/shipped', `${part}.json`),
)
test.skipIf(!shipped.every(existsSync))('everything bundled into the application may be shipped', () => {
  const packages = shipped.flatMap(
    file => JSON.parse(readFileSync(file, 'utf8')) as { name: string; license: string }[],
  )
  const names = packages.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['reka-ui', 'zod']))
  // One of the two, and the one that this run is about.
  expect(names.filter(name => ['telegram', 'teleproto'].includes(name))).toEqual([LIBRARY])
  expect(packages.filter(({ license }) => !isAllowed(license))).toEqual([])
  // The library's own cipher is under the GPL; core/telegram/library-aes.ts stands in for it.
  expect(names).not.toContain('@cryptography/aes')
})

test('everything the license server runs with may be shipped', () => {
  const pnpm = join(root, 'node_modules/pnpm')
  const bin = (
    JSON.parse(readFileSync(join(pnpm, 'package.json'), 'utf8')) as { bin: Record<string, string> }
  ).bin['pnpm']!
  const args = ['--filter', '@autotele/license-server', '--prod', 'licenses', 'list', '--json']
  const listed = JSON.parse(execFileSync(join(pnpm, bin), args, { cwd: root, encoding: 'utf8' })) as Record<
    string,
    { name: string }[]
  >
  // Comes with Prisma's studio, a tool of development that the image leaves out (deploy/image/assemble.sh).
  const developmentOnly = new Set(['elkjs'])
  const refused = Object.entries(listed).flatMap(([license, packages]) =>
    isAllowed(license.replace(' and ', ' AND ').replace('WTFPL', 'MIT'))
      ? []
      : packages.filter(({ name }) => !developmentOnly.has(name)).map(({ name }) => `${name} (${license})`),
  )
  expect(refused).toEqual([])
})
