import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../core/ports.ts'
import { logTail } from '../log-file.ts'
import { redactText } from '../redaction.ts'

const Crash = z.object({ at: z.iso.datetime(), text: z.string() })
type Crash = z.infer<typeof Crash>

export type CrashStore = {
  /** Keeps a report of what just ended badly; the last one counts. Never throws: something worse is under way. */
  note(what: 'core-ended' | 'core-hung' | 'page-gone' | 'program', detail: string): void
  last(): Crash | null
  forget(): void
}

const LINES = 60

/**
 * `config/crash.json`: what a person can copy into a message for help. Made of the version, the system and the last
 * lines of the log, which hold no secret, number or message text since they were written; the detail is redacted here.
 * There are no memory dumps: one would hold the vault's key.
 */
export function openCrashStore(options: {
  readonly dataFolder: string
  readonly version: string
  readonly clock: Clock
  readonly runtime: string
}): CrashStore {
  const { dataFolder, version, clock, runtime } = options
  const file = join(dataFolder, 'config', 'crash.json')
  return {
    note(what, detail) {
      const at = new Date(clock.now()).toISOString()
      const lines = [
        `AutoTele ${version} · ${runtime} · ${process.platform} ${process.arch}`,
        `${at} ${what}: ${redactText(detail)}`,
        '',
        ...logTail(dataFolder, clock, LINES),
      ]
      try {
        mkdirSync(join(dataFolder, 'config'), { recursive: true, mode: 0o700 })
        writeFileSync(file, JSON.stringify({ at, text: lines.join('\n') } satisfies Crash), { mode: 0o600 })
      } catch {
        return
      }
    },
    last() {
      try {
        return Crash.parse(JSON.parse(readFileSync(file, 'utf8')))
      } catch {
        return null
      }
    },
    forget() {
      rmSync(file, { force: true })
    },
  }
}
