import { app, dialog } from 'electron'
import type { Log } from '../host/log-file.ts'
import { redactText } from '../host/redaction.ts'

/** The application ends only once the core has stopped: its requests answered or noted, its database closed. */
export function installLifecycle(core: { stop(): Promise<void> }, openWindow: () => void): void {
  let state: 'running' | 'stopping' | 'stopped' = 'running'
  app.on('before-quit', event => {
    if (state === 'stopped') return
    event.preventDefault()
    if (state === 'stopping') return
    state = 'stopping'
    const end = (): void => {
      state = 'stopped'
      app.quit()
    }
    core.stop().then(end, end)
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('activate', openWindow)
}

/** A bug in the shell ends it, said and written, rather than leaving it half alive; what the core stored is safe. */
export function installCrashReport(log: Log): void {
  const end = (error: unknown): void => {
    const text = redactText(error instanceof Error ? (error.stack ?? error.message) : String(error))
    log('error', 'main.bug', { error: text })
    dialog.showErrorBox(
      'AutoTele',
      `${french() ? 'AutoTele doit se fermer.' : 'AutoTele has to close.'}\n\n${text}`,
    )
    app.exit(1)
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}

/** Said once; the core goes on being tried, and what waits there is not lost. */
export function reportTrouble(logsFolder: string): void {
  const [title, text] = french()
    ? [
        'AutoTele ne parvient pas à démarrer',
        `Nouvel essai chaque minute. Le journal est dans ${logsFolder}.`,
      ]
    : ['AutoTele cannot start', `It is tried again every minute. The log is in ${logsFolder}.`]
  void dialog.showMessageBox({ type: 'error', title: 'AutoTele', message: title, detail: text })
}

const french = (): boolean => app.getLocale().startsWith('fr')
