import { app, shell, type Session } from 'electron'
import { isInterface } from './protocol.ts'

/** What the page may use, with the reason. Everything else is refused, asked for or merely checked. */
const ALLOWED_PERMISSIONS: ReadonlySet<string> = new Set([
  // "Copy" beside a licence key or a message: writes text, reads nothing.
  'clipboard-sanitized-write',
])

const ALLOWED_SCHEMES: ReadonlySet<string> = new Set(['app:', 'blob:'])

/**
 * Every page, in whatever window it may come to be, stays where it was put: no navigation, no window, no webview
 * (Electron security checklist 12 to 14). Nothing legitimate ever navigates.
 */
export function installNavigationGuards(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', event => {
      event.preventDefault()
    })
    contents.on('will-frame-navigate', event => {
      event.preventDefault()
    })
    contents.on('will-redirect', event => {
      event.preventDefault()
    })
    contents.on('will-attach-webview', event => {
      event.preventDefault()
    })
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

/** Permissions, devices, downloads and network of the interface's session: it has none but the clipboard. */
export function secureSession(session: Session): void {
  const allowed = (permission: string, url: string): boolean =>
    ALLOWED_PERMISSIONS.has(permission) && isInterface(url)
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    answer(allowed(permission, details.requestingUrl))
  })
  session.setPermissionCheckHandler((_contents, permission, origin) => allowed(permission, origin))
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_request, answer) => {
    answer(null)
  })
  session.on('will-download', (event, item) => {
    const name = downloadName(item.getURLChain(), item.getFilename())
    if (name === undefined) event.preventDefault()
    // Where to is the person's choice; nothing is written before it, nothing over a file without being asked.
    else item.setSaveDialogOptions({ defaultPath: name })
  })
  // Dictionaries would be fetched from a server of Google's (Electron spellchecker documentation).
  session.setSpellCheckerEnabled(false)
  session.webRequest.onBeforeRequest(({ url }, answer) => {
    const scheme = URL.canParse(url) ? new URL(url).protocol : ''
    answer({ cancel: !ALLOWED_SCHEMES.has(scheme) && !(scheme === 'devtools:' && !app.isPackaged) })
  })
}

/** What the interface makes files of: exports, backups, the bundle of a diagnosis. */
const DOWNLOAD = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,120}\.(?:csv|json|txt|zip|autotele-backup)$/u

/** The name a file made by our own page is offered under; undefined for anything else: it is not downloaded. */
function downloadName(urls: readonly string[], name: string): string | undefined {
  const ours = urls.length > 0 && urls.every(url => url.startsWith('blob:app://bundle/'))
  return ours && DOWNLOAD.test(name) ? name : undefined
}

export type Links = {
  /** The core handed this address to the interface: it may be opened from now on. */
  offer(url: string): void
  /** Opens an address that was handed out; false for any other, and when the system has nothing to open it with. */
  open(url: string): Promise<boolean>
}

const LINKS_KEPT = 100

/** Places that the interface leads to by itself: a published message, and where one registers an application. */
const KNOWN_HOSTS: ReadonlySet<string> = new Set(['t.me', 'my.telegram.org', 'telegram.org'])

/**
 * The only way to the system's browser (checklist 15). An address is opened when the core handed out exactly it (a
 * checkout), or when it is a page of Telegram's own; and only https. On a developer's machine also http on loopback, where the local payment server is. What is opened is
 * the parsed address written again, so that the system reads it as we did.
 */
export function createLinks(
  openInBrowser: (url: string) => Promise<void> = url => shell.openExternal(url),
): Links {
  const offered = new Set<string>()
  return {
    offer(url) {
      const address = permitted(url)
      if (address === undefined) return
      offered.delete(address)
      offered.add(address)
      const [oldest] = offered
      if (offered.size > LINKS_KEPT && oldest !== undefined) offered.delete(oldest)
    },
    async open(url) {
      const address = permitted(url)
      if (address === undefined) return false
      if (!offered.has(address) && !isKnownPlace(address)) return false
      return openInBrowser(address).then(
        () => true,
        () => false,
      )
    },
  }
}

const isKnownPlace = (address: string): boolean => {
  const { protocol, hostname, port } = new URL(address)
  return protocol === 'https:' && port === '' && KNOWN_HOSTS.has(hostname)
}

function permitted(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return undefined
  const local = url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  return url.protocol === 'https:' || (local && !app.isPackaged) ? url.href : undefined
}
