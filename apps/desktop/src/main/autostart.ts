import { app } from 'electron'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ShellSurroundings } from '../host/shell/service.ts'

const HIDDEN = '--hidden'

/** Was this start the session's, and not a person's? */
export const startsHidden = (argv: readonly string[]): boolean => argv.includes(HIDDEN)

/**
 * Starting with the session, as the system keeps it; off until the person asks. Not for a program that travels or that
 * runs from its source.
 */
export function createAutostart(options: {
  readonly portable: boolean
  readonly env?: Readonly<Record<string, string | undefined>>
}): ShellSurroundings['autostart'] {
  const { portable, env = process.env } = options
  if (!app.isPackaged || portable) return null
  if (process.platform === 'linux') return desktopEntry(env)
  // Windows compares the arguments too; macOS has none, and gives them to nobody.
  const args = process.platform === 'win32' ? { args: [HIDDEN] } : {}
  return {
    get: () => app.getLoginItemSettings(args).openAtLogin,
    set: on => {
      app.setLoginItemSettings({ openAtLogin: on, ...args })
    },
  }
}

/** A `.desktop` file in the autostart folder (freedesktop.org, Desktop Application Autostart Specification). */
function desktopEntry(env: Readonly<Record<string, string | undefined>>): ShellSurroundings['autostart'] {
  const folder = join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'autostart')
  const file = join(folder, 'autotele.desktop')
  return {
    get: () => {
      try {
        return !/^Hidden=true$/m.test(readFileSync(file, 'utf8'))
      } catch {
        return false
      }
    },
    set: on => {
      if (!on) {
        rmSync(file, { force: true })
        return
      }
      mkdirSync(folder, { recursive: true })
      // An AppImage runs from a mount that is gone tomorrow; its own file stays.
      const program = env['APPIMAGE'] ?? process.execPath
      const lines = [
        '[Desktop Entry]',
        'Type=Application',
        'Name=AutoTele',
        `Exec=${quoted(program)} ${HIDDEN}`,
      ]
      writeFileSync(file, `${lines.join('\n')}\nTerminal=false\n`)
    },
  }
}

/** As the Desktop Entry Specification wants an argument of `Exec`: quoted, then escaped once more as a string. */
function quoted(path: string): string {
  if (/[\n\r]/.test(path)) throw new Error('a path with a line break cannot be started by the session')
  const escaped = path.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')
  return `"${escaped.replaceAll('\\', '\\\\')}"`
}
