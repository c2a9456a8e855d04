import { Menu, Tray } from 'electron'
import { execFile } from 'node:child_process'
import { trayIcon } from './tray-icon.ts'
import type { TrayStatus } from './tray-status.ts'

const WORDS = {
  fr: {
    show: 'Ouvrir AutoTele',
    pause: 'Tout mettre en pause',
    resume: 'Tout reprendre',
    quit: 'Quitter',
    paused: 'en pause',
    next: (when: string) => `prochain envoi : ${when}`,
  },
  en: {
    show: 'Open AutoTele',
    pause: 'Pause everything',
    resume: 'Resume everything',
    quit: 'Quit',
    paused: 'paused',
    next: (when: string) => `next message: ${when}`,
  },
} as const

/** `AutoTele · next message: Thu, Jul 15, 09:00`, at the hour of the message's own zone. */
export function trayTip({ next, paused }: TrayStatus, language: 'fr' | 'en'): string {
  const words = WORDS[language]
  const parts: string[] = ['AutoTele']
  if (paused) parts.push(words.paused)
  if (next !== null) {
    const format = new Intl.DateTimeFormat(language, {
      ...{ weekday: 'short', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' },
      ...{ hourCycle: 'h23', timeZone: next.timeZone },
    })
    parts.push(words.next(format.format(Date.parse(next.at))))
  }
  return parts.join(' · ')
}

export type TrayIcon = {
  /** False until the system has said that there is one. */
  available(): boolean
  /** Another language or state: said again. */
  render(): void
}

/**
 * The icon beside the clock. Its menu is always there, for a click on Linux is not always told of (Electron tray
 * documentation). `onKnown` is called once it is sure whether there is a tray.
 */
export function installTray(options: {
  readonly probe?: () => Promise<boolean>
  readonly language: () => 'fr' | 'en'
  readonly connected: () => boolean
  readonly status: () => TrayStatus
  readonly show: () => void
  readonly pause: (paused: boolean) => void
  readonly quit: () => void
  readonly onKnown: (available: boolean) => void
}): TrayIcon {
  const { probe = hasTray, language, connected, status, show, pause, quit, onKnown } = options
  let tray: Tray | undefined

  function render(): void {
    if (tray === undefined) return
    const words = WORDS[language()]
    const running = status().paused ? 'paused' : 'running'
    tray.setImage(trayIcon(connected() ? running : 'trouble'))
    tray.setToolTip(trayTip(status(), language()))
    tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: words.show, click: show },
        { type: 'separator' },
        { label: words.pause, click: () => pause(true) },
        { label: words.resume, click: () => pause(false) },
        { type: 'separator' },
        { label: words.quit, click: quit },
      ]),
    )
  }

  probe().then(
    available => {
      if (available) {
        tray = new Tray(trayIcon('running'))
        tray.on('click', show)
        render()
      }
      onKnown(available)
    },
    () => {
      onKnown(false)
    },
  )
  return { available: () => tray !== undefined, render }
}

const QUESTION = ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.kde.StatusNotifierWatcher'] as const

/**
 * Windows and macOS have a tray. On Linux one is there when somebody owns the name of its watcher on the session's
 * bus; GNOME has none without an extension, and a window hidden there would be gone.
 */
function hasTray(): Promise<boolean> {
  if (process.platform !== 'linux') return Promise.resolve(true)
  const [bus, path, watcher] = QUESTION
  return answers('gdbus', [
    ...['call', '--session', '--dest', bus, '--object-path', path],
    ...['--method', `${bus}.NameHasOwner`, watcher],
  ]).catch(() =>
    answers('dbus-send', [
      ...['--session', '--print-reply', `--dest=${bus}`, path],
      ...[`${bus}.NameHasOwner`, `string:${watcher}`],
    ]),
  )
}

const answers = (command: string, args: readonly string[]): Promise<boolean> =>
  new Promise((resolve, reject) => {
    execFile(command, args, { timeout: 2000 }, (error, stdout) => {
      if (error !== null) reject(error)
      else resolve(/\btrue\b/.test(stdout))
    })
  })
