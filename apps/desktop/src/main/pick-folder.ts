import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron'

const FOLDER: OpenDialogOptions = { properties: ['openDirectory', 'dontAddToRecent'] }

/** Asks for a folder over the window; null when the person closes the dialog. */
export async function pickFolder(window: BrowserWindow | undefined): Promise<string | null> {
  const { filePaths } = await (window === undefined
    ? dialog.showOpenDialog(FOLDER)
    : dialog.showOpenDialog(window, FOLDER))
  return filePaths[0] ?? null
}
