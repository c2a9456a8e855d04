import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { ShellSettings } from '../../contract/index.ts'
import type { Log } from '../../core/ports.ts'
import { writeFileAtomic } from '../../core/storage/files.ts'

const defaults: ShellSettings = {
  closeToTray: true,
  notices: { failed: true, account: true, wait: true, license: true, finished: false },
  quietHours: { enabled: false, from: '22:00', to: '07:00' },
}

const { shape } = ShellSettings
/** A member that is missing or damaged counts as its default: settings never keep the program from starting. */
const Stored = z.object({
  closeToTray: shape.closeToTray.catch(defaults.closeToTray),
  notices: shape.notices.catch(defaults.notices),
  quietHours: shape.quietHours.catch(defaults.quietHours),
  /** The person was told, once, that closing the window leaves the program running. */
  toldOfTray: z.boolean().catch(false),
  skippedVersion: z.string().nullable().catch(null),
})
export type StoredSettings = z.infer<typeof Stored>

export type SettingsStore = {
  get(): StoredSettings
  /** Throws `CallFailure` `storage/*` when the disk refuses; what counts stays as it was then. */
  change(change: Partial<StoredSettings>): Promise<void>
}

/** `config/shell.json`: read before the core runs, written one change after another. */
export function openShellSettings(dataFolder: string, log: Log): SettingsStore {
  const file = join(dataFolder, 'config', 'shell.json')
  let stored = read(file, log)
  let writing: Promise<unknown> = Promise.resolve()
  return {
    get: () => stored,
    change(change) {
      const result = writing.then(async () => {
        const next = { ...stored, ...change }
        await writeFileAtomic(file, `${JSON.stringify(next, null, 2)}\n`)
        stored = next
      })
      writing = result.catch(() => undefined)
      return result
    },
  }
}

function read(file: string, log: Log): StoredSettings {
  try {
    return Stored.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') log('warning', 'shell.settings-unreadable')
    return Stored.parse({})
  }
}
