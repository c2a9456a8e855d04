import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Log } from '../core/ports.ts'
import { fakeTime, tempFolder } from '../core/testing/index.ts'
import { openLog } from './log-file.ts'

const linesOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter(name => name.endsWith('.log'))
    .flatMap(name => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))

function opened(level?: string): { log: Log; logs: string; time: ReturnType<typeof fakeTime>; root: string } {
  const root = tempFolder()
  const time = fakeTime('2027-03-10T12:00:00Z')
  const log = openLog({ dataFolder: root, source: 'core', level, clock: time.clock })
  return { log, logs: join(root, 'logs'), time, root }
}

test('one line per entry: time with offset, level, source, event, fields', () => {
  const { log, logs } = opened()
  log('warning', 'telegram.wait', { seconds: 30 })
  expect(readdirSync(logs)).toEqual(['autotele_20270310.log'])
  expect(linesOf(logs)).toHaveLength(1)
  expect(linesOf(logs)[0]).toMatch(
    /^2027-03-10T\d\d:\d\d:00\.000[+-]\d\d:\d\d WARNING \[core\] telegram\.wait \{"seconds":30\}$/,
  )
})

test.each([
  [undefined, ['info', 'warning', 'error']],
  ['DEBUG', ['debug', 'info', 'warning', 'error']],
  ['WARNING', ['warning', 'error']],
  ['ERROR', ['error']],
  ['nonsense', ['info', 'warning', 'error']],
] as const)('AUTOTELE_LOG_LEVEL=%s writes %j', (level, expected) => {
  const { log, logs } = opened(level)
  for (const each of ['debug', 'info', 'warning', 'error'] as const) log(each, each)
  expect(linesOf(logs).map(line => line.split(' ')[1]?.toLowerCase())).toEqual(expected)
})

test('no value forges a line', () => {
  const { log, logs } = opened()
  log('info', 'x', { from: 'a\n2027-01-01 INFO forged\r\nb' })
  expect(linesOf(logs)).toHaveLength(1)
})

test('a new day begins a new file, and files older than 90 days are removed, other files never', async () => {
  const { log, logs, time } = opened()
  mkdirSync(logs)
  for (const name of ['autotele_20261201.log', 'autotele_20261231.log', 'notes.txt', 'autotele_x.log']) {
    writeFileSync(join(logs, name), 'kept\n')
  }
  log('info', 'one')
  await time.advance(86_400_000)
  log('info', 'two')
  expect(readdirSync(logs).sort()).toEqual([
    'autotele_20261231.log',
    'autotele_20270310.log',
    'autotele_20270311.log',
    'autotele_x.log',
    'notes.txt',
  ])
})

test('a clock that is a year ahead for a moment costs no line', () => {
  const { log, logs, time } = opened()
  log('info', 'before')
  const right = time.clock.now()
  time.setWall(right + 365 * 86_400_000)
  log('info', 'ahead')
  time.setWall(right)
  log('info', 'after')
  expect(linesOf(logs).map(line => line.split(' ').at(-2))).toEqual(['before', 'after', 'ahead'])
})

test.each(['', '\uFEFF'])('the folder of the configuration file is used (%j before it)', mark => {
  const { root, time } = opened()
  mkdirSync(join(root, 'config'))
  writeFileSync(join(root, 'config', 'app_config.json'), `${mark}{"paths":{"logs_dir":"elsewhere"}}`)
  openLog({ dataFolder: root, source: 'main', level: 'INFO', clock: time.clock })('info', 'x')
  expect(linesOf(join(root, 'elsewhere'))).toHaveLength(1)
})

test('a log that cannot be written never stops the program', () => {
  const { log, logs } = opened()
  writeFileSync(logs, 'a file where the folder should be')
  expect(() => {
    log('error', 'x')
  }).not.toThrow()
})
