import { app, Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron'

const LABELS = {
  fr: {
    undo: 'Annuler',
    redo: 'Rétablir',
    cut: 'Couper',
    copy: 'Copier',
    paste: 'Coller',
    selectAll: 'Tout sélectionner',
  },
  en: { undo: 'Undo', redo: 'Redo', cut: 'Cut', copy: 'Copy', paste: 'Paste', selectAll: 'Select all' },
} as const

/**
 * macOS needs a menu for its shortcuts (quit, copy, paste); elsewhere there is none, and with it neither reload nor
 * developer tools in a release.
 */
export function installMenu(): void {
  if (process.platform !== 'darwin') {
    Menu.setApplicationMenu(null)
    return
  }
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      { role: 'appMenu' },
      { role: 'editMenu' },
      ...(app.isPackaged ? [] : [{ role: 'viewMenu' } satisfies MenuItemConstructorOptions]),
      { role: 'windowMenu' },
    ]),
  )
}

/** The menu of a right click in a text: Electron has none of its own. */
export function installContextMenu(window: BrowserWindow): void {
  const labels = LABELS[app.getLocale().startsWith('fr') ? 'fr' : 'en']
  window.webContents.on('context-menu', (_event, { isEditable, selectionText, editFlags }) => {
    if (!isEditable && selectionText.trim() === '') return
    const item = (role: keyof typeof labels, enabled: boolean): MenuItemConstructorOptions => ({
      role,
      label: labels[role],
      enabled,
    })
    const items = isEditable
      ? [
          item('undo', editFlags.canUndo),
          item('redo', editFlags.canRedo),
          { type: 'separator' } satisfies MenuItemConstructorOptions,
          item('cut', editFlags.canCut),
          item('copy', editFlags.canCopy),
          item('paste', editFlags.canPaste),
          item('selectAll', editFlags.canSelectAll),
        ]
      : [item('copy', editFlags.canCopy)]
    Menu.buildFromTemplate(items).popup({ window })
  })
}
