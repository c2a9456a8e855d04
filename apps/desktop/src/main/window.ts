import { BrowserWindow, nativeTheme, type Session } from 'electron'
import { join } from 'node:path'
import { INTERFACE_URL } from './protocol.ts'
import { keepWindowState, loadWindowState } from './window-state.ts'

/** The interface's own `--bg`. */
const BACKGROUND = { light: '#ffffff', dark: '#17181b' }

/**
 * Opens the one window, hidden until it has something to show, where it last stood. `hidden`: it waits for `present`.
 * While `staysOnClose` says so, closing hides it and `onHidden` is called.
 */
export function openWindow(options: {
  readonly session: Session
  readonly dataFolder: string
  readonly packaged: boolean
  readonly hidden: boolean
  readonly staysOnClose: () => boolean
  readonly onHidden: () => void
  readonly onCrash: (reason: string) => void
}): BrowserWindow {
  const { session, dataFolder, packaged, hidden, staysOnClose, onHidden, onCrash } = options
  const { maximized, ...bounds } = loadWindowState(dataFolder) ?? {
    maximized: false,
    width: 1200,
    height: 800,
  }
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 720,
    minHeight: 520,
    title: 'AutoTele',
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    // Every setting that matters is said, defaults too (Electron security checklist 2 to 11).
    webPreferences: {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      // A middle click would ask for a window.
      disableBlinkFeatures: 'Auxclick',
      devTools: !packaged,
      session,
      preload: join(import.meta.dirname, '../preload/index.cjs'),
    },
  })
  keepWindowState(window, dataFolder)
  window.once('ready-to-show', () => {
    if (hidden) return
    if (maximized) window.maximize()
    window.show()
  })
  window.on('close', event => {
    if (!staysOnClose()) return
    event.preventDefault()
    const hide = (): void => {
      window.hide()
      onHidden()
    }
    // macOS leaves a black screen behind a full-screen window that is hidden.
    if (!window.isFullScreen()) hide()
    else {
      window.once('leave-full-screen', hide)
      window.setFullScreen(false)
    }
  })

  let reloaded = false
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    onCrash(reason)
    // Once: the interface keeps nothing of its own, but one that crashes at every start must not flicker for ever.
    if (reloaded) return
    reloaded = true
    window.webContents.reload()
  })
  // Rejects when the window is closed before it has loaded, among others.
  window.loadURL(INTERFACE_URL).catch(() => {
    onCrash('not-loaded')
  })
  return window
}

/** Brings a window to the front, wherever it was. */
export function present(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
