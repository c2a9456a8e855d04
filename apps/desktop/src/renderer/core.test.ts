import { expect, test, vi } from 'vitest'
import type { Envelope } from '../contract/index.ts'
import { createCore, createResource } from './core.ts'
import { createFakeBridge } from './testing/fake-bridge.ts'

test('an event reaches those who listen to its name, until they stop', () => {
  const fake = createFakeBridge('full')
  const core = createCore(fake)
  const listener = vi.fn()
  const stop = core.on('settings.changed', listener)
  fake.emit('settings.changed', fake.state.settings)
  fake.emit('accounts.changed', [])
  stop()
  fake.emit('settings.changed', fake.state.settings)
  expect(listener).toHaveBeenCalledTimes(1)
})

test('a gap in the revisions makes everything cached be fetched again', () => {
  const fake = createFakeBridge('full')
  const core = createCore(fake)
  const stale = vi.fn()
  core.onStale(stale)
  fake.emit('accounts.changed', [])
  fake.emit('accounts.changed', [])
  expect(stale).not.toHaveBeenCalled()
  fake.loseEvent()
  fake.emit('accounts.changed', [])
  expect(stale).toHaveBeenCalledTimes(1)
})

test('a core that comes back makes everything cached be fetched again', () => {
  const fake = createFakeBridge('full')
  const core = createCore(fake)
  const stale = vi.fn()
  core.onStale(stale)
  fake.connect(false)
  expect(core.connected.value).toBe(false)
  expect(stale).not.toHaveBeenCalled()
  fake.connect(true)
  expect(stale).toHaveBeenCalledTimes(1)
})

test('a bridge that throws is told as an unreachable core', async () => {
  const core = createCore({ ...createFakeBridge('full'), call: () => Promise.reject(new Error('gone')) })
  expect(await core.call('app.state', {})).toMatchObject({ error: { code: 'call/core-unavailable' } })
})

test('the answer of an older request never replaces that of a newer one', async () => {
  const answers: ((answer: Envelope<string>) => void)[] = []
  const resource = createResource(() => new Promise<Envelope<string>>(resolve => answers.push(resolve)))
  const [first, second] = [resource.load(), resource.load()]
  answers[1]?.({ ok: true, data: 'new' })
  answers[0]?.({ ok: true, data: 'old' })
  await Promise.all([first, second])
  expect(resource.data.value).toBe('new')
})

test('an event is newer than a request under way, and what was read stays readable after a failure', async () => {
  const answers: ((answer: Envelope<string>) => void)[] = []
  const resource = createResource(() => new Promise<Envelope<string>>(resolve => answers.push(resolve)))
  const load = resource.load()
  resource.set('pushed')
  answers[0]?.({ ok: true, data: 'fetched' })
  await load
  expect(resource.data.value).toBe('pushed')
  const again = resource.load()
  answers[1]?.({ ok: false, error: { code: 'call/core-unavailable', retryable: true } })
  await again
  expect(resource.data.value).toBe('pushed')
  expect(resource.error.value?.code).toBe('call/core-unavailable')
})
