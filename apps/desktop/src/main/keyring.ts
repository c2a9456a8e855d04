import { safeStorage } from 'electron'
import type { SystemKeyring } from '../host/supervisor.ts'

const SEPARATOR = 0x0a

/**
 * The operating system's keyring through Electron's safeStorage (asynchronous API). What is wrapped carries the name
 * of the backend that wrapped it, so that a change of desktop is named instead of looking like damage. Linux's
 * `basic_text` is a fixed password, no protection: `weak`. A portable program has none: this machine's keyring would
 * not follow it.
 */
export function createKeyring({ portable }: { portable: boolean }): SystemKeyring {
  const backend = (): string =>
    process.platform === 'linux' ? safeStorage.getSelectedStorageBackend() : process.platform

  return {
    async strength() {
      if (portable || !(await safeStorage.isAsyncEncryptionAvailable())) return 'missing'
      return ['basic_text', 'unknown'].includes(backend()) ? 'weak' : 'available'
    },
    async wrap(key) {
      const sealed = await safeStorage.encryptStringAsync(Buffer.from(key).toString('base64'))
      return new Uint8Array(Buffer.concat([Buffer.from(`${backend()}\n`), sealed]))
    },
    async unwrap(wrapped) {
      const end = wrapped.indexOf(SEPARATOR)
      const wrappedBy = Buffer.from(wrapped.subarray(0, Math.max(end, 0))).toString('latin1')
      try {
        const { result } = await safeStorage.decryptStringAsync(Buffer.from(wrapped.subarray(end + 1)))
        return new Uint8Array(Buffer.from(result, 'base64'))
      } catch {
        throw new Error(`the keyring (${backend()}) does not open what ${wrappedBy} closed`)
      }
    },
  }
}
