import type { EventMessage } from '../../contract/index.ts'
import { hostCore } from '../run-core.ts'

// The entry of a process that hosts a core of a few lines, for the tests of everything around it. Its methods are the
// contract's names, with their own small meanings.
hostCore(outside => {
  let revision = 0
  let bytesTaken = 0
  const emit = (data: unknown): void => {
    outside.emit({ name: 'app.changed', revision: ++revision, payload: data } as EventMessage)
  }
  return Promise.resolve({
    start: () => undefined,
    stop: () => undefined,
    resume: () => {
      emit('resumed')
    },
    contacted: (url, reached) => {
      emit({ url, reached })
    },
    call: async (name, input) => {
      switch (name) {
        case 'app.state':
          return { ok: true, data: { pid: process.pid, init: outside.init } }
        case 'settings.update':
          emit(input)
          return { ok: true, data: input }
        case 'vault.unlock':
          await outside.keyring.hold(Buffer.from(String(input)))
          return { ok: true, data: null }
        case 'vault.create': {
          const held = await outside.keyring.held()
          return { ok: true, data: held === null ? null : Buffer.from(held).toString() }
        }
        case 'license.buy':
          return { ok: true, data: await outside.openExternal(String(input)) }
        case 'media.begin':
          bytesTaken = 0
          return { ok: true, data: { intake: 'one' } }
        case 'media.write':
          bytesTaken += (input as { bytes: Uint8Array }).bytes.length
          return { ok: true, data: {} }
        case 'media.end':
          return { ok: true, data: { size: bytesTaken } }
        case 'accounts.list':
          throw new Error('a bug in a handler')
        case 'accounts.remove':
          return process.exit(7)
        case 'license.refresh':
          return new Promise(() => undefined)
        default:
          return { ok: false, error: { code: 'call/unknown-method', retryable: false } }
      }
    },
  })
})
