import { z } from 'zod'
import { event, method } from './define.ts'
import { Nothing } from './common.ts'

export const AppState = z.object({
  version: z.string(),
  /** Where the interface runs: the shell of Electron, or a browser on this machine. */
  hosted: z.enum(['electron', 'web']),
  /** `new`: no vault yet; `locked`: a passphrase is needed; `open`: everything is readable. */
  vault: z.enum(['new', 'locked', 'open']),
  /** What protects the vault key on this machine. `passphrase` is required when the keyring is weak or missing. */
  keyring: z.enum(['available', 'weak', 'missing']),
})
export type AppState = z.infer<typeof AppState>

export const app = {
  state: method(Nothing, AppState),
  changed: event(AppState),
} as const
