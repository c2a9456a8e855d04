import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'

// Stands in for the `electron` module in tests of the shell: records what it is told and can emit what Electron would.
// Only what the shell uses is here; a test that needs more fails on an undefined, not on a silent default.

type Handler = (...args: never[]) => unknown

export class FakeApp extends EventEmitter {
  isPackaged = true
  name = ''
  locale = 'en-US'
  sandboxed = false
  hasLock = true
  readonly calls: string[] = []
  /** A test says where `appData` is: the shell makes folders there. */
  readonly paths = new Map<string, string>()
  #ready!: () => void
  readonly #whenReady = new Promise<void>(resolve => (this.#ready = resolve))

  becomeReady(): void {
    this.#ready()
  }
  whenReady(): Promise<void> {
    return this.#whenReady
  }
  requestSingleInstanceLock(): boolean {
    this.calls.push('lock')
    return this.hasLock
  }
  enableSandbox(): void {
    this.calls.push('sandbox')
    this.sandboxed = true
  }
  setName(name: string): void {
    this.name = name
  }
  setAppUserModelId(): void {
    this.calls.push('appUserModelId')
  }
  setPath(name: string, path: string): void {
    if (!existsSync(path)) throw new Error(`${path} does not exist`)
    this.calls.push(`path:${name}`)
    this.paths.set(name, path)
  }
  getPath(name: string): string {
    const path = this.paths.get(name)
    if (path === undefined) throw new Error(`the test gave no path for ${name}`)
    return path
  }
  getVersion(): string {
    return '1.2.3'
  }
  getLocale(): string {
    return this.locale
  }
  /** As Electron does: listeners of `before-quit` may prevent it. */
  quit(): void {
    let prevented = false
    this.emit('before-quit', { preventDefault: () => (prevented = true) })
    this.calls.push(prevented ? 'quit-prevented' : 'quit')
  }
  exit(code?: number): void {
    this.calls.push(`exit:${code ?? 0}`)
  }
  relaunch({ args = [], execPath = '' }: { args?: string[]; execPath?: string } = {}): void {
    this.calls.push(`relaunch:${args.at(-1) ?? execPath}`)
  }
  setAsDefaultProtocolClient(scheme: string): void {
    this.calls.push(`protocol:${scheme}`)
  }
  /** What the system keeps: whether the program starts with the session, and how. */
  loginItem = { openAtLogin: false, args: [] as string[] }
  setLoginItemSettings(settings: { openAtLogin: boolean; args?: string[] }): void {
    this.loginItem = { openAtLogin: settings.openAtLogin, args: settings.args ?? [] }
  }
  getLoginItemSettings({ args = [] }: { args?: string[] }): { openAtLogin: boolean } {
    const same = JSON.stringify(args) === JSON.stringify(this.loginItem.args)
    return { openAtLogin: this.loginItem.openAtLogin && same }
  }
}
export const app = new FakeApp()

/** Updates: Squirrel.Mac, and the network with the system's proxy. */
export const autoUpdater = Object.assign(new EventEmitter(), {
  feed: '',
  setFeedURL({ url }: { url: string }): void {
    autoUpdater.feed = url
  },
  checkForUpdates: (): void => undefined,
  quitAndInstall: (): void => void app.calls.push('quitAndInstall'),
})
export const net = { fetch: (url: string, init: RequestInit): Promise<Response> => fetch(url, init) }

export class FakeWebContents extends EventEmitter {
  readonly mainFrame: { url: string } = { url: 'app://bundle/' }
  readonly sent: unknown[] = []
  openHandler: ((details: { url: string }) => { action: string }) | undefined
  reloads = 0

  send(channel: string, message: unknown): void {
    this.sent.push({ channel, message })
  }
  isDestroyed(): boolean {
    return false
  }
  setWindowOpenHandler(handler: FakeWebContents['openHandler']): void {
    this.openHandler = handler
  }
  reload(): void {
    this.reloads += 1
  }
}

export class BrowserWindow extends EventEmitter {
  static opened: BrowserWindow[] = []
  readonly webContents = new FakeWebContents()
  readonly calls: string[] = []
  readonly options: { readonly webPreferences: Record<string, unknown> } & Record<string, unknown>

  constructor(options: BrowserWindow['options']) {
    super()
    this.options = options
    BrowserWindow.opened.push(this)
    app.emit('web-contents-created', {}, this.webContents)
  }
  loadURL(url: string): Promise<void> {
    this.calls.push(`load:${url}`)
    return Promise.resolve()
  }
  show(): void {
    this.calls.push('show')
  }
  focus(): void {
    this.calls.push('focus')
  }
  restore(): void {
    this.calls.push('restore')
  }
  maximize(): void {
    this.calls.push('maximize')
  }
  hide(): void {
    this.calls.push('hide')
  }
  fullScreen = false
  isFullScreen(): boolean {
    return this.fullScreen
  }
  setFullScreen(on: boolean): void {
    this.fullScreen = on
    this.calls.push(`full-screen:${on}`)
  }
  isFocused(): boolean {
    return this.focused
  }
  focused = false
  isMinimized(): boolean {
    return true
  }
  isMaximized(): boolean {
    return false
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { x: 10, y: 20, width: 900, height: 700 }
  }
}

export class FakeSession extends EventEmitter {
  readonly handlers: Record<string, Handler> = {}
  readonly protocol = {
    handle: (scheme: string, handler: Handler): void => {
      this.handlers[`protocol:${scheme}`] = handler
    },
  }
  readonly webRequest = {
    onBeforeRequest: (handler: Handler): void => {
      this.handlers['beforeRequest'] = handler
    },
  }
  spellChecker = true

  setPermissionRequestHandler(handler: Handler): void {
    this.handlers['permissionRequest'] = handler
  }
  setPermissionCheckHandler(handler: Handler): void {
    this.handlers['permissionCheck'] = handler
  }
  setDevicePermissionHandler(handler: Handler): void {
    this.handlers['devicePermission'] = handler
  }
  setDisplayMediaRequestHandler(handler: Handler): void {
    this.handlers['displayMedia'] = handler
  }
  setSpellCheckerEnabled(enabled: boolean): void {
    this.spellChecker = enabled
  }
}
export const sessions = new Map<string, FakeSession>()
export const session = {
  fromPartition: (name: string, options: unknown): FakeSession => {
    const made = Object.assign(new FakeSession(), { options })
    sessions.set(name, made)
    return made
  },
}

export const protocol = {
  schemes: [] as unknown[],
  registerSchemesAsPrivileged: (schemes: unknown[]): void => {
    app.calls.push('scheme')
    protocol.schemes = schemes
  },
}

export const ipcMain = {
  handlers: new Map<string, Handler>(),
  handle: (channel: string, handler: Handler): void => {
    ipcMain.handlers.set(channel, handler)
  },
}

export const exposed = new Map<string, unknown>()
export const contextBridge = {
  exposeInMainWorld: (name: string, api: unknown): void => {
    exposed.set(name, api)
  },
}
/** Where the files lie that a person chose. */
export const webUtils = {
  paths: new Map<unknown, string>(),
  getPathForFile: (file: unknown): string => webUtils.paths.get(file) ?? '',
}

export const ipcRenderer = Object.assign(new EventEmitter(), {
  invoked: [] as unknown[],
  answer: null as unknown,
  invoke: (channel: string, request: unknown): Promise<unknown> => {
    ipcRenderer.invoked.push({ channel, request })
    return Promise.resolve(ipcRenderer.answer)
  },
})

export const shell = {
  opened: [] as string[],
  openExternal: (url: string): Promise<void> => {
    shell.opened.push(url)
    return Promise.resolve()
  },
}

export const clipboard = {
  text: '',
  writeText: (text: string): Promise<void> => {
    clipboard.text = text
    return Promise.resolve()
  },
}

export const nativeImage = {
  createFromBitmap: (pixels: Uint8Array, size: unknown) => ({
    pixels,
    size,
    setTemplateImage: (): void => undefined,
  }),
}

type MenuItem = { readonly label?: string; readonly click?: () => void }
export class Tray extends EventEmitter {
  static opened: Tray[] = []
  menu: readonly MenuItem[] = []
  tip = ''
  image: unknown

  constructor(image: unknown) {
    super()
    this.image = image
    Tray.opened.push(this)
  }
  setImage(image: unknown): void {
    this.image = image
  }
  setToolTip(tip: string): void {
    this.tip = tip
  }
  setContextMenu({ template }: { template: readonly MenuItem[] }): void {
    this.menu = template
  }
  click(label: string): void {
    this.menu.find(item => item.label === label)?.click?.()
  }
}

export class Notification extends EventEmitter {
  static shown: Notification[] = []
  static supported = true
  static isSupported(): boolean {
    return Notification.supported
  }

  readonly content: { title: string; body: string }

  constructor(content: Notification['content']) {
    super()
    this.content = content
  }
  show(): void {
    Notification.shown.push(this)
  }
}

export const nativeTheme = { shouldUseDarkColors: false }
export const screen = {
  displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
  getAllDisplays: () => screen.displays,
}
export const powerMonitor = new EventEmitter()
export const dialog = {
  shown: [] as unknown[],
  showErrorBox: (...content: unknown[]): void => {
    dialog.shown.push(content)
  },
  /** The button that is clicked next. */
  response: 0,
  showMessageBox: (...content: unknown[]): Promise<{ response: number }> => {
    dialog.shown.push(content.at(-1))
    return Promise.resolve({ response: dialog.response })
  },
  /** The folder that is chosen next; none: the dialog is closed. */
  folders: [] as string[],
  showOpenDialog: (...content: unknown[]): Promise<{ filePaths: string[] }> => {
    dialog.shown.push(content.at(-1))
    return Promise.resolve({ filePaths: dialog.folders })
  },
  showMessageBoxSync: (content: unknown): number => {
    dialog.shown.push(content)
    return dialog.response
  },
}
export const Menu = {
  application: undefined as unknown,
  setApplicationMenu: (menu: unknown): void => {
    Menu.application = menu
  },
  buildFromTemplate: (template: readonly MenuItem[]) => ({ template, popup: () => undefined }),
}

export const safeStorage = {
  available: true,
  backend: 'gnome_libsecret',
  /** Another keyring holds another key. */
  mask: 0x5a,
  /** The system has changed the key that it encrypts with. */
  rotated: false,
  isAsyncEncryptionAvailable: () => Promise.resolve(safeStorage.available),
  getSelectedStorageBackend: () => safeStorage.backend,
  encryptStringAsync: (text: string) =>
    Promise.resolve(Buffer.from(`ok${text}`).map(byte => byte ^ safeStorage.mask)),
  decryptStringAsync: (sealed: Uint8Array) => {
    const text = Buffer.from(sealed.map(byte => byte ^ safeStorage.mask)).toString()
    return text.startsWith('ok')
      ? Promise.resolve({ result: text.slice(2), shouldReEncrypt: safeStorage.rotated })
      : Promise.reject(new Error('decryption failed'))
  },
}

export class FakeUtilityProcess extends EventEmitter {
  readonly posted: { type: string }[] = []
  readonly entry: string
  pid: number | undefined = 4242

  constructor(entry: string) {
    super()
    this.entry = entry
  }
  postMessage(message: { type: string }): void {
    this.posted.push(message)
  }
}
export const utilityProcess = {
  forked: [] as FakeUtilityProcess[],
  fork: (entry: string): FakeUtilityProcess => {
    const child = new FakeUtilityProcess(entry)
    utilityProcess.forked.push(child)
    return child
  },
}
