import { app, session, type BrowserWindow } from 'electron'
import { join } from 'node:path'
import { openLog } from '../host/log-file.ts'
import { systemClock } from '../host/node-ports.ts'
import { readStaticFiles } from '../host/static-files.ts'
import { createCoreProcess } from './core-process.ts'
import { installIpc } from './ipc.ts'
import { createKeyring } from './keyring.ts'
import { installCrashReport, installLifecycle, reportTrouble } from './lifecycle.ts'
import { installContextMenu, installMenu } from './menu.ts'
import { installPaths } from './paths.ts'
import { installPower } from './power.ts'
import { registerAppScheme, serveInterface } from './protocol.ts'
import { createLinks, installNavigationGuards, secureSession } from './security.ts'
import { claimSingleInstance } from './single-instance.ts'
import { openWindow, present } from './window.ts'

// The order is the point: permissions of files before the first file, paths before the lock that lies in them, the
// lock before anything that must not happen twice, sandbox and scheme before Chromium is ready.
process.umask(0o077)
const { dataFolder, portable } = installPaths()
let window: BrowserWindow | undefined
let show: () => void = () => undefined

if (claimSingleInstance(() => void show())) {
  app.enableSandbox()
  registerAppScheme()
  installNavigationGuards()
  void app.whenReady().then(start)
} else app.quit()

function start(): void {
  const log = openLog({
    dataFolder,
    source: 'main',
    level: process.env['AUTOTELE_LOG_LEVEL'],
    clock: systemClock,
  })
  installCrashReport(log)

  // In memory, without a cache: what the interface shows is the core's to keep.
  const interfaceSession = session.fromPartition('autotele', { cache: false })
  secureSession(interfaceSession)
  serveInterface(interfaceSession, readStaticFiles(join(import.meta.dirname, '../renderer')))

  const links = createLinks()
  const core = createCoreProcess({
    dataFolder,
    keyring: createKeyring({ portable }),
    links,
    log,
    onTrouble: () => {
      reportTrouble(join(dataFolder, 'logs'))
    },
  })
  installIpc({ window: () => window, core, links })
  installPower(core, log)

  show = () => {
    if (window !== undefined) {
      present(window)
      return
    }
    window = openWindow({
      session: interfaceSession,
      dataFolder,
      packaged: app.isPackaged,
      onCrash: reason => {
        log('error', 'renderer.gone', { reason })
      },
    })
    window.once('closed', () => (window = undefined))
    installContextMenu(window)
  }
  installLifecycle(core, show)
  installMenu()
  core.start()
  show()
}
