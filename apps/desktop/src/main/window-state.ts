import { screen, type BrowserWindow, type Rectangle } from 'electron'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const WindowState = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(400).max(20_000),
  height: z.int().min(300).max(20_000),
  maximized: z.boolean(),
})
export type WindowState = z.infer<typeof WindowState>

const fileIn = (dataFolder: string): string => join(dataFolder, 'window.json')

/** Where the window last stood; undefined the first time, or when that place is on no screen any more. */
export function loadWindowState(dataFolder: string): WindowState | undefined {
  try {
    const state = WindowState.parse(JSON.parse(readFileSync(fileIn(dataFolder), 'utf8')))
    return screen.getAllDisplays().some(({ workArea }) => overlaps(state, workArea)) ? state : undefined
  } catch {
    return undefined
  }
}

/** Keeps the window's place when it closes. A place that cannot be kept is not worth a message. */
export function keepWindowState(window: BrowserWindow, dataFolder: string): void {
  window.on('close', () => {
    const state: WindowState = { ...window.getNormalBounds(), maximized: window.isMaximized() }
    const file = fileIn(dataFolder)
    try {
      writeFileSync(`${file}.tmp`, JSON.stringify(state), { mode: 0o600 })
      renameSync(`${file}.tmp`, file)
    } catch {
      return
    }
  })
}

/** Enough of the title bar is visible to take hold of it. */
const overlaps = (a: Rectangle, b: Rectangle): boolean =>
  a.x + a.width > b.x + 80 && a.x + 80 < b.x + b.width && a.y >= b.y - 20 && a.y + 40 < b.y + b.height
