import { expect, test } from 'vitest'
import type { EventMessage } from '../contract/index.ts'
import { fakeTime, memoryLog } from '../core/testing/index.ts'
import { noKeyring, superviseCore, type CoreChild } from './supervisor.ts'
import type { FromCore, ToCore } from './wire.ts'

class FakeChild {
  readonly posted: ToCore[] = []
  killed = false
  pid = 100
  #message: (message: unknown) => void = () => undefined
  #exit: () => void = () => undefined

  postMessage(message: unknown): void {
    this.posted.push(message as ToCore)
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#message = listener
  }
  onExit(listener: () => void): void {
    this.#exit = listener
  }
  kill(): void {
    this.killed = true
    this.#exit()
  }
  says(message: FromCore): void {
    this.#message(message)
  }
  dies(): void {
    this.#exit()
  }
}

function supervised(over: { openExternal?: (url: string) => Promise<boolean> } = {}) {
  const crashes: string[] = []
  const time = fakeTime()
  const children: FakeChild[] = []
  const troubles: number[] = []
  const { log } = memoryLog()
  const supervisor = superviseCore({
    fork: (): CoreChild => {
      const child = new FakeChild()
      children.push(child)
      return child
    },
    init: { dataFolder: '/data', version: '1', hosted: 'web', args: null },
    clock: time.clock,
    timers: time.timers,
    keyring: noKeyring,
    openExternal: over.openExternal ?? (() => Promise.resolve(false)),
    log,
    onTrouble: () => troubles.push(children.length),
    onCrash: how => crashes.push(how),
  })
  supervisor.start()
  const current = (): FakeChild => children.at(-1)!
  const answered = (child: FakeChild) => child.posted.filter(message => message.type === 'answer')
  return { supervisor, time, children, current, troubles, crashes, answered }
}

const UNAVAILABLE = { ok: false, error: { code: 'call/core-unavailable', retryable: true } }
const event = (revision: number): FromCore => ({
  type: 'event',
  message: { name: 'app.changed', revision, payload: {} } as EventMessage,
})

test('a call is answered by the core, whatever the order of answers', async () => {
  const { supervisor, current } = supervised()
  const first = supervisor.call('app.state', { a: 1 })
  const second = supervisor.call('settings.get', {})
  const [, one, two] = current().posted as [ToCore, ToCore & { id: number }, ToCore & { id: number }]
  expect(one).toMatchObject({ type: 'call', name: 'app.state', input: { a: 1 } })
  current().says({ type: 'result', id: two.id, envelope: { ok: true, data: 'two' } })
  current().says({ type: 'result', id: one.id, envelope: { ok: true, data: 'one' } })
  expect([await first, await second]).toEqual([
    { ok: true, data: 'one' },
    { ok: true, data: 'two' },
  ])
})

test('when the core dies, calls under way and calls that follow answer core-unavailable, retryable', async () => {
  const { supervisor, current } = supervised()
  const underWay = supervisor.call('plans.confirm', {})
  current().dies()
  expect(await underWay).toEqual(UNAVAILABLE)
  expect(await supervisor.call('app.state', {})).toEqual(UNAVAILABLE)
})

test('a core that keeps dying is started again after 1, 2, 4 … 60 seconds, and said once after five times', async () => {
  const { time, children, current, troubles } = supervised()
  const delays: (number | null)[] = []
  for (let round = 0; round < 8; round++) {
    current().dies()
    delays.push(time.next())
    await time.advance(time.next() ?? 0)
  }
  expect(delays.map(ms => (ms ?? 0) / 1000)).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  expect(children).toHaveLength(9)
  expect(troubles).toEqual([5])
})

test('after a stable minute the back-off begins anew', async () => {
  const { time, current } = supervised()
  for (let round = 0; round < 3; round++) {
    current().dies()
    await time.advance(time.next() ?? 0)
  }
  await time.advance(60_000)
  current().dies()
  expect(time.next()).toBe(1000)
})

test('the interface is told when the core is ready and when it is gone', async () => {
  const { supervisor, time, current } = supervised()
  const seen: boolean[] = []
  supervisor.onConnection(connected => seen.push(connected))
  current().says({ type: 'ready' })
  current().dies()
  await time.advance(1000)
  current().says({ type: 'ready' })
  expect(seen).toEqual([false, true, false, true])
})

test('revisions never fall and skip one at a restart, so that whoever missed it fetches again', async () => {
  const { supervisor, time, current } = supervised()
  const revisions: number[] = []
  supervisor.subscribe(message => revisions.push(message.revision))
  current().says(event(1))
  current().says(event(2))
  current().dies()
  await time.advance(1000)
  current().says(event(1))
  current().says(event(2))
  expect(revisions).toEqual([1, 2, 4, 5])
})

test('the key held for a core that crashed is given to the next one, and to nobody after the end', async () => {
  const { supervisor, time, current, answered } = supervised()
  const key = Uint8Array.of(1, 2, 3)
  current().says({ type: 'ask', id: 1, what: 'hold', value: key })
  await time.advance(0)
  key.fill(0)
  current().dies()
  await time.advance(1000)
  current().says({ type: 'ask', id: 9, what: 'held', value: null })
  await time.advance(0)
  const held = answered(current())[0] as ToCore & { value: Uint8Array }
  expect(held).toMatchObject({ id: 9, ok: true, value: Uint8Array.of(1, 2, 3) })
  const stopped = supervisor.stop()
  current().dies()
  await stopped
  expect([...held.value]).toEqual([0, 0, 0])
})

test('a forgotten key is not held', async () => {
  const { time, current, answered } = supervised()
  current().says({ type: 'ask', id: 1, what: 'hold', value: Uint8Array.of(1) })
  current().says({ type: 'ask', id: 2, what: 'hold', value: null })
  current().says({ type: 'ask', id: 3, what: 'held', value: null })
  await time.advance(0)
  expect(answered(current())[2]).toMatchObject({ id: 3, ok: true, value: null })
})

test('a keyring that refuses is an answer, not a crash', async () => {
  const { time, current, answered } = supervised()
  current().says({ type: 'ask', id: 1, what: 'wrap', value: Uint8Array.of(1) })
  current().says({ type: 'ask', id: 2, what: 'strength', value: null })
  current().says({ type: 'ask', id: 3, what: 'wrap', value: 'not bytes' })
  await time.advance(0)
  const answers = answered(current()) as (ToCore & { id: number })[]
  expect(answers.sort((a, b) => a.id - b.id)).toMatchObject([
    { id: 1, ok: false },
    { id: 2, ok: true, value: 'missing' },
    { id: 3, ok: false },
  ])
})

test('an answer meant for a dead core never reaches the next one', async () => {
  let opened: (value: boolean) => void = () => undefined
  const { time, current, answered } = supervised({
    openExternal: () => new Promise(resolve => (opened = resolve)),
  })
  current().says({ type: 'ask', id: 1, what: 'openExternal', value: 'https://example.org/' })
  current().dies()
  await time.advance(1000)
  opened(true)
  await time.advance(0)
  expect(answered(current())).toEqual([])
})

test('stop waits for the core, kills it after ten seconds, and starts no other', async () => {
  const { supervisor, time, children, current } = supervised()
  const stopped = supervisor.stop()
  expect(current().posted.at(-1)).toEqual({ type: 'stop' })
  await time.advance(9999)
  expect(current().killed).toBe(false)
  await time.advance(1)
  expect(current().killed).toBe(true)
  await stopped
  await time.advance(600_000)
  expect(children).toHaveLength(1)
})

test('a core that dies while its restart is pending at stop stays down', async () => {
  const { supervisor, time, children, current } = supervised()
  current().dies()
  await supervisor.stop()
  await time.advance(600_000)
  expect(children).toHaveLength(1)
})

test('a core that answers its heartbeat lives on; one that has not for a minute is killed and started again', async () => {
  const { time, children, current, crashes } = supervised()
  current().says({ type: 'ready' })
  for (let minute = 0; minute < 20; minute++) {
    await time.advance(15_000)
    expect(current().posted.at(-1)).toEqual({ type: 'ping' })
    current().says({ type: 'pong' })
  }
  expect(children).toHaveLength(1)
  await time.advance(60_000)
  expect(current().killed).toBe(false)
  await time.advance(15_000)
  expect(children[0]?.killed).toBe(true)
  await time.advance(1000)
  expect([children.length, crashes]).toEqual([2, ['hung']])
  current().dies()
  expect(crashes).toEqual(['hung', 'ended'])
})

test('an event of the host’s own stands in one sequence with the core’s', () => {
  const { supervisor, current } = supervised()
  const seen: unknown[] = []
  supervisor.subscribe(({ name, revision }) => seen.push([name, revision]))
  current().says(event(1))
  supervisor.emit('shell.noticed', { kind: 'failed', title: 't', text: 'x', page: 'deliveries' })
  current().says(event(2))
  expect(seen).toEqual([
    ['app.changed', 1],
    ['shell.noticed', 2],
    ['app.changed', 3],
  ])
})
