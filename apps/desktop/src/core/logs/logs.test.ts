import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { logs as contract, type LogLine } from '../../contract/index.ts'
import { eventually, fakeTime, settle, tempFolder } from '../testing/index.ts'
import { logFileName } from './file-name.ts'
import { createLogs } from './index.ts'

const line = (event: string, level = 'INFO', day = '2027-03-10') =>
  `${day}T12:00:00.000+01:00 ${level.padEnd(7)} [core] ${event} {"n":1}\n`

function setup() {
  const folder = join(tempFolder(), 'logs')
  mkdirSync(folder)
  const time = fakeTime()
  const told: LogLine[] = []
  const logs = createLogs({
    folder,
    level: 'info',
    timers: time.timers,
    emit: (name, payload) => {
      if (name === 'logs.appended') told.push(...(payload as { lines: LogLine[] }).lines)
    },
  })
  const read = async (over: object = {}) =>
    contract.read.output.parse(await logs.handlers['logs.read'](contract.read.input.parse(over)))
  const file = (day: string) => join(folder, logFileName(day))
  return { folder, time, told, logs, read, file }
}
const eventsOf = (lines: readonly LogLine[]) => lines.map(({ event }) => event)

test('the last lines of a level are read over the days, oldest first, and nothing that our log did not write', async () => {
  const { read, file, folder } = setup()
  writeFileSync(file('20270309'), line('old', 'ERROR', '2027-03-09') + line('quiet'))
  writeFileSync(
    file('20270310'),
    `${line('a', 'WARNING')}a stack\n{"half": \n${line('b')}${line('c', 'ERROR')}`,
  )
  writeFileSync(join(folder, 'notes.log'), line('foreign', 'ERROR'))
  const all = await read({ level: 'warning' })
  expect(eventsOf(all.lines)).toEqual(['old', 'a', 'c'])
  expect(all).toMatchObject({ days: ['20270310', '20270309'], folder, level: 'info' })
  expect(all.lines[2]).toEqual({
    at: '2027-03-10T12:00:00.000+01:00',
    level: 'error',
    source: 'core',
    event: 'c',
    fields: { n: 1 },
  })
  expect(eventsOf((await read({ lines: 2 })).lines)).toEqual(['b', 'c'])
  expect(eventsOf((await read({ day: '20270309' })).lines)).toEqual(['old', 'quiet'])
})

test('without any log there are no lines', async () => {
  const { logs } = setup()
  const none = createLogs({
    folder: '/nowhere/at/all',
    level: 'info',
    timers: fakeTime().timers,
    emit: () => undefined,
  })
  expect(await none.handlers['logs.read'](contract.read.input.parse({}))).toMatchObject({
    lines: [],
    days: [],
  })
  logs.stop()
})

test('a huge day is read from its end, at a whole line', async () => {
  const { logs, file } = setup()
  writeFileSync(file('20270310'), line('first') + line('x').repeat(20_000) + line('last'))
  const tail = await logs.tail('20270310', 1000)
  expect(tail.length).toBeLessThanOrEqual(1000)
  expect(tail.startsWith('2027-')).toBe(true)
  expect(tail.endsWith(line('last'))).toBe(true)
})

test('who follows is told what is written from then on, over midnight too, and for a minute after asking', async () => {
  const { logs, time, told, file } = setup()
  writeFileSync(file('20270310'), line('before'))
  logs.handlers['logs.follow']({ on: true })
  await settle()
  appendFileSync(file('20270310'), `${line('one')}${line('half').slice(0, 20)}`)
  await time.advance(1000)
  await eventually(() => expect(eventsOf(told)).toEqual(['one']))
  appendFileSync(file('20270310'), line('half').slice(20))
  await time.advance(1000)
  await eventually(() => expect(eventsOf(told)).toEqual(['one', 'half']))
  appendFileSync(file('20270310'), line('midnight'))
  writeFileSync(file('20270311'), line('tomorrow'))
  await time.advance(1000)
  await eventually(() => expect(eventsOf(told)).toEqual(['one', 'half', 'midnight', 'tomorrow']))
  for (let second = 0; second < 70; second++) {
    await time.advance(1000)
    await settle()
  }
  expect(time.next()).toBeNull()
  logs.handlers['logs.follow']({ on: true })
  await settle()
  logs.handlers['logs.follow']({ on: false })
  expect(time.next()).toBeNull()
})
