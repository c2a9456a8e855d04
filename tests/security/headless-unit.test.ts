import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const root = dirname(dirname(import.meta.dirname))
const file = join(root, 'deploy', 'headless', 'autotele.service')
const unit = readFileSync(file, 'utf8')
const program = 'systemd-analyze'
const analyze = (...args: string[]) => spawnSync(program, args, { encoding: 'utf8' })
const there = analyze('--version').status === 0
if (!there)
  process.stderr.write('The systemd unit was not checked by systemd-analyze: it is not on this machine.\n')

/** Where the unit expects the program, as a path of this repository. */
const installed = (path: string): string => join(root, path.replace('/opt/autotele', ''))

test('the unit starts what the repository holds, over a folder that is its own', () => {
  const [node = '', ...args] = (/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '').split(' ')
  const entry = args.find(argument => argument.endsWith('.ts')) ?? ''
  expect(existsSync(installed(entry))).toBe(true)
  if (process.platform !== 'win32') expect(existsSync(installed(node))).toBe(true)
  expect(args).toContain('/var/lib/autotele')
  expect(unit).toMatch(/^StateDirectory=autotele$/m)
})

test('the program listens where the unit lets it, and nowhere else', () => {
  const [, port] = /--port (\d+)/.exec(unit) ?? []
  expect(unit).toMatch(/^SocketBindDeny=any$/m)
  expect(unit).toMatch(new RegExp(`^SocketBindAllow=ipv4:tcp:${port ?? '?'}$`, 'm'))
})

test.skipIf(!there)('systemd understands every line of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-unit-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const copy = join(folder, 'autotele.service')
  // The program is not installed here, and the folder of its manual neither.
  const local = unit.replaceAll('/opt/autotele/node_modules/node/bin/node', process.execPath)
  writeFileSync(copy, local.replace(/^(?:Documentation|WorkingDirectory)=.*$/gm, ''))
  const { stderr, status } = analyze('verify', '--man=no', copy)
  expect([status, stderr.split('\n').filter(line => line.includes('autotele.service'))]).toEqual([0, []])
})

test.skipIf(!there)('systemd counts what is left open as little: 1.5 of 10 at most', () => {
  const { stdout, status } = analyze('security', '--offline=true', '--no-pager', '--threshold=15', file)
  expect(status, stdout.trim().split('\n').at(-1)).toBe(0)
})
