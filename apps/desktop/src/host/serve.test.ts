import { expect, test, vi } from 'vitest'
import { CallFailure } from '../core/failure.ts'
import { settle } from '../core/testing/index.ts'
import { serve, type Outside } from './serve.ts'
import type { FromCore, HostedCore, ToCore } from './wire.ts'

function served(build: (outside: Outside) => Promise<HostedCore>) {
  const sent: FromCore[] = []
  const bugs: unknown[] = []
  const onStopped = vi.fn()
  let deliver: (message: unknown) => void = () => undefined
  serve(
    {
      postMessage: message => sent.push(message as FromCore),
      onMessage: listener => (deliver = listener),
    },
    build,
    { onBug: error => bugs.push(error), onStopped },
  )
  const say = async (message: ToCore): Promise<void> => {
    deliver(message)
    await settle()
  }
  const init = (): Promise<void> =>
    say({ type: 'init', init: { dataFolder: '/d', version: '1', hosted: 'web', args: { a: 1 } } })
  return { sent, bugs, onStopped, say, init }
}

const core = (over: Partial<HostedCore> = {}): HostedCore => ({
  call: (name, input) => Promise.resolve({ ok: true, data: { name, input } }),
  start: () => undefined,
  stop: () => undefined,
  resume: () => undefined,
  contacted: () => undefined,
  ...over,
})

test('a call is answered under its own number', async () => {
  const { sent, say, init } = served(() => Promise.resolve(core()))
  await init()
  await say({ type: 'call', id: 7, name: 'app.state', input: {} })
  expect(sent).toEqual([
    { type: 'ready' },
    { type: 'result', id: 7, envelope: { ok: true, data: { name: 'app.state', input: {} } } },
  ])
})

test('a data folder in use is an answer, and trying again needs no new process', async () => {
  let tries = 0
  const { sent, bugs, say, init } = served(() =>
    ++tries < 3 ? Promise.reject(new CallFailure('storage/folder-in-use')) : Promise.resolve(core()),
  )
  await init()
  await say({ type: 'call', id: 1, name: 'app.state', input: {} })
  await say({ type: 'call', id: 2, name: 'app.state', input: {} })
  expect(sent.filter(message => message.type === 'result')).toMatchObject([
    { id: 1, envelope: { ok: false, error: { code: 'storage/folder-in-use' } } },
    { id: 2, envelope: { ok: true } },
  ])
  expect(bugs).toEqual([])
})

test('a core whose start fails is stopped, so that what it opened is free for the next try', async () => {
  const stop = vi.fn()
  const { init } = served(() =>
    Promise.resolve(core({ start: () => Promise.reject(new CallFailure('storage/disk-full')), stop })),
  )
  await init()
  expect(stop).toHaveBeenCalledOnce()
})

test('a core that cannot be built for an unknown reason is a bug of the process, not an answer', async () => {
  const { bugs, init } = served(() => Promise.reject(new TypeError('x')))
  await init()
  expect(bugs).toHaveLength(1)
})

test('a call that throws answers internal and leaves the core running', async () => {
  const { sent, bugs, say, init } = served(() =>
    Promise.resolve(core({ call: () => Promise.reject(new Error('secret detail')) })),
  )
  await init()
  await say({ type: 'call', id: 1, name: 'app.state', input: {} })
  expect(sent[1]).toEqual({
    type: 'result',
    id: 1,
    envelope: { ok: false, error: { code: 'call/internal', retryable: false } },
  })
  expect(bugs).toEqual([])
})

test('questions of the core go out and their answers come back in any order', async () => {
  const results: unknown[] = []
  const { sent, say, init } = served(async outside => {
    void outside.openExternal('https://x.example/').then(opened => results.push(opened))
    void outside.keyring.held().then(key => results.push(key))
    void outside.keyring.unwrap(Uint8Array.of(1)).catch((error: Error) => results.push(error.message))
    void outside.keyring.unwrap(Uint8Array.of(2)).then(key => results.push(key))
    void outside.keyring.unwrap(Uint8Array.of(3)).catch((error: Error) => results.push(error.message))
    return Promise.resolve(core())
  })
  await init()
  const asks = sent.filter(message => message.type === 'ask')
  expect(asks.map(ask => ask.what)).toEqual(['openExternal', 'held', 'unwrap', 'unwrap', 'unwrap'])
  await say({ type: 'answer', id: asks[2]!.id, ok: false, value: 'locked' })
  await say({ type: 'answer', id: asks[1]!.id, ok: true, value: Uint8Array.of(5) })
  await say({ type: 'answer', id: asks[0]!.id, ok: true, value: true })
  const key = { key: Uint8Array.of(6), renew: true }
  await say({ type: 'answer', id: asks[3]!.id, ok: true, value: key })
  await say({ type: 'answer', id: asks[4]!.id, ok: true, value: Uint8Array.of(6) })
  expect(results).toEqual([
    ...['locked', Uint8Array.of(5), true],
    ...[key, 'unwrap: the supervisor answered without a key'],
  ])
})

test('stop stops the core once, then tells; calls that come later are not begun', async () => {
  const stop = vi.fn()
  const call = vi.fn(core().call)
  const { say, init, onStopped } = served(() => Promise.resolve(core({ stop, call })))
  await init()
  await say({ type: 'stop' })
  await say({ type: 'stop' })
  await say({ type: 'call', id: 1, name: 'app.state', input: {} })
  expect(stop).toHaveBeenCalledOnce()
  expect(onStopped).toHaveBeenCalled()
  expect(call).not.toHaveBeenCalled()
})

test('the core hears whom the program around it called', async () => {
  const contacted = vi.fn()
  const { say, init } = served(() => Promise.resolve(core({ contacted })))
  await init()
  await say({ type: 'contacted', url: 'https://updates.example/stable.jws', reached: false })
  expect(contacted).toHaveBeenCalledExactlyOnceWith('https://updates.example/stable.jws', false)
})

test('the core hears that the machine woke up', async () => {
  const resume = vi.fn()
  const { say, init } = served(() => Promise.resolve(core({ resume })))
  await init()
  await say({ type: 'resume' })
  expect(resume).toHaveBeenCalledOnce()
})
