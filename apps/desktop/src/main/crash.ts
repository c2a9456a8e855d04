import { app, clipboard, dialog } from 'electron'
import type { Log } from '../host/log-file.ts'
import { redactText } from '../host/redaction.ts'
import type { CrashStore } from '../host/shell/crash-store.ts'

const WORDS = {
  fr: { message: 'AutoTele doit se fermer.', copy: 'Copier le rapport', close: 'Fermer' },
  en: { message: 'AutoTele has to close.', copy: 'Copy the report', close: 'Close' },
} as const

/**
 * A bug in the shell ends it, said and written, rather than leaving it half alive; what the core stored is safe. The
 * report can be copied at once, and from the interface at the next start. There is no crash reporter and no dump: the
 * memory of this program holds keys.
 */
export function installCrashReport(log: Log, crashes: CrashStore): void {
  let ending = false
  const end = (error: unknown): void => {
    // The dialog below runs its own loop: what fails meanwhile is the same end.
    if (ending) return
    ending = true
    const text = redactText(error instanceof Error ? (error.stack ?? error.message) : String(error))
    log('error', 'main.bug', { error: text })
    crashes.note('program', text)
    const words = WORDS[app.getLocale().startsWith('fr') ? 'fr' : 'en']
    const answer = dialog.showMessageBoxSync({
      type: 'error',
      title: 'AutoTele',
      message: words.message,
      detail: text,
      buttons: [words.close, words.copy],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    const leave = (): void => {
      app.exit(1)
    }
    if (answer === 1)
      void Promise.resolve(clipboard.writeText(crashes.last()?.text ?? text)).then(leave, leave)
    else leave()
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
