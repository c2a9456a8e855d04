import { app, session, type BrowserWindow } from 'electron'
import { join } from 'node:path'
import type { AccountView } from '../contract/index.ts'
import { openLog } from '../host/log-file.ts'
import { systemClock, systemTimers } from '../host/node-ports.ts'
import { openCrashStore } from '../host/shell/crash-store.ts'
import { noticeWords } from '../host/shell/notice-words.ts'
import { createShell } from '../host/shell/service.ts'
import { openShellSettings } from '../host/shell/settings.ts'
import { readStaticFiles } from '../host/static-files.ts'
import { createAutostart, startsHidden } from './autostart.ts'
import { createCoreProcess } from './core-process.ts'
import { installCrashReport } from './crash.ts'
import { installDeepLinks } from './deep-links.ts'
import { installIpc } from './ipc.ts'
import { argumentsForKeyring, createKeyring } from './keyring.ts'
import { installLifecycle, reportTrouble } from './lifecycle.ts'
import { installContextMenu, installMenu } from './menu.ts'
import { createNotifier } from './notifications.ts'
import { installPaths } from './paths.ts'
import { pickFolder } from './pick-folder.ts'
import { installPower } from './power.ts'
import { registerAppScheme, serveInterface } from './protocol.ts'
import { findDependants, mayQuit } from './quit-question.ts'
import { createLinks, installNavigationGuards, secureSession } from './security.ts'
import { claimSingleInstance } from './single-instance.ts'
import { watchTrayStatus } from './tray-status.ts'
import { installTray } from './tray.ts'
import { createUpdatePort } from './updates.ts'
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
  const deepLinks = installDeepLinks({ register: app.isPackaged && !portable, argv: process.argv })
  void app.whenReady().then(() => {
    start(deepLinks)
  })
} else app.quit()

function start(deepLinks: ReturnType<typeof installDeepLinks>): void {
  const log = openLog({
    dataFolder,
    source: 'main',
    level: process.env['AUTOTELE_LOG_LEVEL'],
    clock: systemClock,
  })
  const version = app.getVersion()
  const runtime = `Electron ${process.versions['electron'] ?? '?'}`
  const crashes = openCrashStore({ dataFolder, version, clock: systemClock, runtime })
  installCrashReport(log, crashes)

  // In memory, without a cache: what the interface shows is the core's to keep.
  const interfaceSession = session.fromPartition('autotele', { cache: false })
  secureSession(interfaceSession)
  serveInterface(interfaceSession, readStaticFiles(join(import.meta.dirname, '../renderer')))

  const links = createLinks()
  const keyring = createKeyring({
    portable,
    onChange: from => {
      const args = argumentsForKeyring(from, process.argv)
      log('warning', 'keyring.changed', { from, to: keyring.status().backend, again: args !== undefined })
      if (args === undefined) shell.refresh()
      else restart(args)
    },
  })
  const core = createCoreProcess({
    dataFolder,
    keyring,
    links,
    log,
    onTrouble: () => {
      reportTrouble(join(dataFolder, 'logs'))
    },
    onCrash: how => {
      crashes.note(`core-${how}`, 'restarted')
      shell.refresh()
    },
  })
  const settings = openShellSettings(dataFolder, log)
  const notifier = createNotifier(({ page }) => {
    shell.offerLink({ kind: 'page', page })
    show()
  })
  const shell = createShell({
    core,
    settings,
    crashes,
    here: {
      autostart: createAutostart({ portable }),
      tray: () => tray.available(),
      notices: notifier.supported ? 'system' : 'none',
      keyring: () => keyring.status(),
      portable,
      pickFolder: () => pickFolder(window),
      updates: createUpdatePort({
        portable,
        dataFolder,
        clock: systemClock,
        timers: systemTimers,
        log,
        language: () => shell.language(),
        onContact: core.contacted,
      }),
      quitAnd: last => {
        lifecycle.quitAnd(last)
      },
      notify: notice => {
        // Whoever looks at the window sees it there.
        if (window?.isFocused() !== true) notifier.show(notice)
      },
    },
    clock: systemClock,
    timers: systemTimers,
    log,
  })
  const lifecycle = installLifecycle({
    core: {
      stop: () => {
        shell.stop()
        return core.stop()
      },
    },
    openWindow: () => {
      show()
    },
    mayQuit: async () =>
      mayQuit(await findDependants(core.call, systemClock.now()), shell.language(), window),
  })

  let connected = false
  const status = watchTrayStatus({
    core,
    timers: systemTimers,
    onChange: () => {
      tray.render()
    },
  })
  const tray = installTray({
    language: shell.language,
    connected: () => connected,
    status,
    show: () => {
      show()
    },
    pause: paused => void pauseAll(core.call, paused),
    quit: () => {
      app.quit()
    },
    onKnown: available => {
      shell.refresh()
      // Without a tray a hidden window would be out of reach.
      if (!available && hidden) show()
    },
  })
  core.onConnection(now => {
    connected = now
    tray.render()
  })
  core.subscribe(({ name }) => {
    if (name === 'settings.changed') tray.render()
  })
  installIpc({ window: () => window, core: shell, links })
  installPower(core, log)

  let told = settings.get().toldOfTray
  let hidden = startsHidden(process.argv)
  function open(): void {
    window = openWindow({
      session: interfaceSession,
      dataFolder,
      packaged: app.isPackaged,
      hidden,
      staysOnClose: () => !lifecycle.quitting() && settings.get().closeToTray && tray.available(),
      onHidden: () => {
        if (told) return
        told = true
        const [title, text] = noticeWords[shell.language()].stillHere
        notifier.show({ title, text, page: 'deliveries' })
        settings.change({ toldOfTray: true }).catch(() => undefined)
      },
      onCrash: reason => {
        log('error', 'renderer.gone', { reason })
        crashes.note('page-gone', reason)
        shell.refresh()
      },
    })
    window.once('closed', () => (window = undefined))
    installContextMenu(window)
  }
  show = () => {
    hidden = false
    if (window === undefined) open()
    else present(window)
  }
  function restart(args: string[]): void {
    lifecycle.quitAnd(() => {
      // An AppImage is started again by its own file, not by the mount it runs from.
      const execPath = process.env['APPIMAGE'] ?? process.execPath
      app.relaunch({ args, execPath })
      app.exit()
    })
  }
  installMenu()
  core.start()
  open()
  deepLinks.deliverTo(link => {
    shell.offerLink(link)
    show()
  })
}

/** Every account, as the interface's own switch does it; one that refuses says so there. */
async function pauseAll(call: ReturnType<typeof createCoreProcess>['call'], paused: boolean): Promise<void> {
  const accounts = await call('accounts.list', {})
  if (!accounts.ok) return
  for (const { id } of accounts.data as readonly AccountView[]) {
    await call('deliveries.pause', { accountId: id, paused })
  }
}
