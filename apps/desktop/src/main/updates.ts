import { app, autoUpdater, net } from 'electron'
import { spawn } from 'node:child_process'
import { chmodSync, renameSync } from 'node:fs'
import { copyFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UPDATE_FEED } from '../host/release.ts'
import { UpdateFailure, type UpdatePort } from '../host/shell/updates.ts'
import { counting } from '../host/updates/fetching.ts'
import { createUpdater, type Installer } from '../host/updates/updater.ts'

type UpdaterOptions = Parameters<typeof createUpdater>[0]
type Form = UpdaterOptions['installed']['form']

/** How this program came onto the machine. A Debian package belongs to the system and its administrator. */
export function installedForm(portable: boolean, env: NodeJS.ProcessEnv): Form {
  if (process.platform === 'darwin') return 'zip'
  if (process.platform === 'win32') return portable ? 'portable' : 'nsis'
  return env['APPIMAGE'] === undefined ? 'deb' : 'appimage'
}

/** Null: replaced by hand. */
export function installerFor(form: Form, env: NodeJS.ProcessEnv): Installer | null {
  if (form === 'nsis') return windowsInstaller
  if (form === 'zip') return macInstaller
  return form === 'appimage' && env['APPIMAGE'] !== undefined ? appImageInstaller(env['APPIMAGE']) : null
}

const windowsInstaller: Installer = {
  prepare: file => Promise.resolve(file),
  install(file) {
    // The arguments of electron-builder's NSIS script: replace without questions, then start the new version.
    spawn(file, ['--updated', '/S', '--force-run'], { detached: true, stdio: 'ignore' }).unref()
    app.exit()
  },
}

/** The copy lies beside the old file, so that taking its place is one rename. */
const appImageInstaller = (appImage: string): Installer => ({
  async prepare(file) {
    const beside = join(dirname(appImage), `.${basename(appImage)}.new`)
    await copyFile(file, beside).catch((cause: unknown) => {
      throw new UpdateFailure('disk', { cause })
    })
    return beside
  },
  install(file) {
    chmodSync(file, 0o755)
    renameSync(file, appImage)
    app.relaunch({ execPath: appImage })
    app.exit()
  },
})

/**
 * Squirrel.Mac replaces the application, and refuses one that was signed by somebody else than this one. It wants a feed;
 * that is a file of ours beside what we have verified, so nothing listens and nothing is fetched twice.
 */
const macInstaller: Installer = {
  async prepare(file) {
    const feed = join(dirname(file), 'squirrel.json')
    await writeFile(feed, JSON.stringify({ url: pathToFileURL(file).href }), { mode: 0o600 }).catch(
      (cause: unknown) => {
        throw new UpdateFailure('disk', { cause })
      },
    )
    autoUpdater.setFeedURL({ url: pathToFileURL(feed).href })
    await new Promise<void>((resolve, reject) => {
      const refused = (cause?: unknown): void => {
        reject(new UpdateFailure('untrusted', { cause }))
      }
      autoUpdater.once('update-downloaded', () => {
        resolve()
      })
      autoUpdater.once('update-not-available', () => {
        refused()
      })
      autoUpdater.once('error', refused)
      autoUpdater.checkForUpdates()
    }).finally(() => {
      for (const event of ['update-downloaded', 'update-not-available', 'error']) {
        autoUpdater.removeAllListeners(event as 'error')
      }
      // Squirrel repeats what went wrong later on; without a listener that would end the program.
      autoUpdater.on('error', () => undefined)
    })
    return file
  },
  install() {
    autoUpdater.quitAndInstall()
  },
}

/** Updates of a packaged program that was built for an operator; null: it looks for none. */
export function createUpdatePort(
  options: Pick<UpdaterOptions, 'clock' | 'timers' | 'log' | 'language'> & {
    readonly portable: boolean
    readonly dataFolder: string
    /** An address was called, and answered or did not. */
    readonly onContact: (url: string, reached: boolean) => void
  },
): UpdatePort | null {
  const { platform, arch } = process
  const known =
    (platform === 'win32' || platform === 'darwin' || platform === 'linux') &&
    (arch === 'x64' || arch === 'arm64')
  if (!app.isPackaged || UPDATE_FEED === undefined || !known) return null
  const form = installedForm(options.portable, process.env)
  return createUpdater({
    ...options,
    feed: UPDATE_FEED,
    installed: { version: app.getVersion(), platform, arch, form },
    installer: installerFor(form, process.env),
    folder: join(options.dataFolder, 'updates'),
    fetch: counting((url, init) => net.fetch(url, init), options.onContact),
    restart: () => {
      app.relaunch()
      app.exit()
    },
  })
}
