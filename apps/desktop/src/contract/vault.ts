import { z } from 'zod'
import { method } from './define.ts'
import { Nothing } from './common.ts'
import { AppState } from './app.ts'

export { MIN_PASSPHRASE_LENGTH } from './limits.ts'

export const vault = {
  /** Creates the vault; without a passphrase only the operating system's keyring protects it (where it is good). */
  create: method(z.strictObject({ passphrase: z.string().max(1024).nullable() }), AppState),
  unlock: method(z.strictObject({ passphrase: z.string().min(1).max(1024) }), AppState),
  lock: method(Nothing, AppState),
} as const
