import { app } from 'electron'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

export type Paths = {
  /** Sessions, configuration, logs and database: what a backup holds. */
  readonly dataFolder: string
  /** Data stands beside the program on a medium that travels: this machine's keyring would not open it elsewhere. */
  readonly portable: boolean
}

/**
 * Decides where data lives, before anything asks: the single-instance lock and Chromium's own files follow
 * `userData`. `PORTABLE_EXECUTABLE_DIR` is set by the portable Windows build; `AUTOTELE_DATA_DIR` counts in development.
 */
export function installPaths(env: Readonly<Record<string, string | undefined>> = process.env): Paths {
  const portableFolder = env['PORTABLE_EXECUTABLE_DIR']
  const chosen = app.isPackaged ? undefined : env['AUTOTELE_DATA_DIR']
  const dataFolder =
    portableFolder !== undefined
      ? join(portableFolder, 'AutoTele data')
      : chosen !== undefined
        ? resolve(chosen)
        : join(app.getPath('appData'), 'AutoTele')

  app.setName('AutoTele')
  app.setAppUserModelId('app.autotele.desktop')
  const chromiumFolder = join(dataFolder, 'chromium')
  // A path is only accepted when it exists (Electron app documentation).
  mkdirSync(chromiumFolder, { recursive: true, mode: 0o700 })
  app.setPath('userData', dataFolder)
  app.setPath('sessionData', chromiumFolder)
  return { dataFolder, portable: portableFolder !== undefined }
}
