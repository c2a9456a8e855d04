import { app, dialog, powerMonitor } from 'electron'

export type Lifecycle = {
  /** The program is on its way out: a window that closes is really closed. */
  quitting(): boolean
  /** Ends without a question: stops the core, then calls `last`. */
  quitAnd(last: () => void): void
}

/**
 * The application ends only once the core has stopped: its requests answered or noted, its database closed. Before
 * that the person is asked, when `mayQuit` finds a reason to. A session that ends does not wait for an answer.
 */
export function installLifecycle(options: {
  readonly core: { stop(): Promise<void> }
  readonly openWindow: () => void
  readonly mayQuit: () => Promise<boolean>
}): Lifecycle {
  const { core, openWindow, mayQuit } = options
  let state: 'running' | 'asking' | 'stopping' | 'stopped' = 'running'
  let sessionEnds = false

  function quitAnd(last: () => void): void {
    if (state === 'stopping' || state === 'stopped') return
    state = 'stopping'
    const end = (): void => {
      state = 'stopped'
      last()
    }
    core.stop().then(end, end)
  }
  const quit = (): void => {
    quitAnd(() => {
      app.quit()
    })
  }

  app.on('before-quit', event => {
    if (state === 'stopped') return
    event.preventDefault()
    if (state !== 'running') return
    if (sessionEnds) {
      quit()
      return
    }
    state = 'asking'
    mayQuit().then(may => {
      if (state !== 'asking') return
      state = 'running'
      if (may) quit()
      else openWindow()
    }, quit)
  })
  powerMonitor.on('shutdown', () => {
    sessionEnds = true
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('activate', openWindow)
  return { quitting: () => state === 'stopping' || state === 'stopped', quitAnd }
}

/** Said once; the core goes on being tried, and what waits there is not lost. */
export function reportTrouble(logsFolder: string): void {
  const [title, text] = app.getLocale().startsWith('fr')
    ? [
        'AutoTele ne parvient pas à démarrer',
        `Nouvel essai chaque minute. Le journal est dans ${logsFolder}.`,
      ]
    : ['AutoTele cannot start', `It is tried again every minute. The log is in ${logsFolder}.`]
  void dialog.showMessageBox({ type: 'error', title: 'AutoTele', message: title, detail: text })
}
