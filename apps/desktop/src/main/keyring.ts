import { safeStorage } from 'electron'
import type { ShellView } from '../contract/index.ts'
import type { SystemKeyring } from '../host/supervisor.ts'

const SEPARATOR = 0x0a

export type Keyring = SystemKeyring & {
  /** For the interface: what protects the key here, and what did when it is something else. */
  status(): ShellView['keyring']
}

/**
 * The operating system's keyring through Electron's safeStorage (asynchronous API). What is wrapped carries the name
 * of the backend that wrapped it, so that a change of desktop is named instead of looking like damage. Linux's
 * `basic_text` is a fixed password, no protection: `weak`. A portable program has none: this machine's keyring would
 * not follow it.
 */
export function createKeyring(options: {
  readonly portable: boolean
  /** What another backend closed does not open any more: its name. */
  readonly onChange: (from: string) => void
}): Keyring {
  const { portable, onChange } = options
  let changedFrom: string | null = null

  async function strength(): Promise<'available' | 'weak' | 'missing'> {
    if (portable || !(await safeStorage.isAsyncEncryptionAvailable())) return 'missing'
    return ['basic_text', 'unknown'].includes(backendName()) ? 'weak' : 'available'
  }
  return {
    strength,
    backend: () => Promise.resolve(portable ? 'none' : backendName()),
    async wrap(key) {
      // The core asks first; a key must not get into `basic_text` or leave with a portable program even if it did not.
      if ((await strength()) !== 'available') throw new Error('this keyring protects nothing')
      const sealed = await safeStorage.encryptStringAsync(Buffer.from(key).toString('base64'))
      return new Uint8Array(Buffer.concat([Buffer.from(`${backendName()}\n`), sealed]))
    },
    async unwrap(wrapped) {
      const end = wrapped.indexOf(SEPARATOR)
      const wrappedBy = Buffer.from(wrapped.subarray(0, Math.max(end, 0))).toString('latin1')
      try {
        const sealed = Buffer.from(wrapped.subarray(end + 1))
        const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(sealed)
        changedFrom = null
        return { key: new Uint8Array(Buffer.from(result, 'base64')), renew: shouldReEncrypt }
      } catch {
        const now = backendName()
        if (isBackend(wrappedBy) && wrappedBy !== now) {
          changedFrom = wrappedBy
          onChange(wrappedBy)
        }
        throw new Error(`the keyring (${now}) does not open what ${wrappedBy} closed`)
      }
    },
    status: () => ({ backend: portable ? null : backendName(), changedFrom }),
  }
}

/** Only Linux has several; the others' names are those of what safeStorage uses there. */
function backendName(): string {
  switch (process.platform) {
    case 'win32':
      return 'dpapi'
    case 'darwin':
      return 'keychain'
    default:
      return safeStorage.getSelectedStorageBackend()
  }
}

/** Chromium's flag that chooses each of Linux's backends (Electron safeStorage documentation). */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['gnome_libsecret', 'gnome-libsecret'],
  ['kwallet', 'kwallet'],
  ['kwallet5', 'kwallet5'],
  ['kwallet6', 'kwallet6'],
])
const isBackend = (name: string): boolean => FLAGS.has(name) || name === 'dpapi' || name === 'keychain'

/**
 * The arguments of a start that asks for the keyring which closed the vault; undefined when there is none to ask for,
 * or when this start did so already: it is tried once. A session under another desktop is the usual cause.
 */
export function argumentsForKeyring(from: string, argv: readonly string[]): string[] | undefined {
  const flag = FLAGS.get(from)
  if (process.platform !== 'linux' || flag === undefined) return undefined
  if (argv.some(argument => argument.startsWith('--password-store'))) return undefined
  return [...argv.slice(1), `--password-store=${flag}`]
}
