import { app } from 'electron'
import { ShellPage, type ShellLink } from '../contract/index.ts'

const SCHEME = 'autotele'
const LONGEST_ADDRESS = 8192
const LONGEST_KEY = 100
const LONGEST_TEXT = 4096

/**
 * What an `autotele://` address may ask for: `autotele://license?key=…`, `autotele://compose?text=…`, or a page by its
 * name. Any page on the web can open one, so it only ever fills a form that a person then looks at. Null for anything
 * else.
 */
export function parseLink(address: string): ShellLink | null {
  if (address.length > LONGEST_ADDRESS || !URL.canParse(address)) return null
  const url = new URL(address)
  if (url.protocol !== `${SCHEME}:`) return null
  // Some systems add a slash; schemes of our own keep the case of the host.
  const place = `${url.host}${url.pathname}`.replace(/\/$/, '').toLowerCase()
  const licenseKey = printable(url.searchParams.get('key'))
  if (place === 'license' && licenseKey !== '' && licenseKey.length <= LONGEST_KEY) {
    return { kind: 'license', licenseKey }
  }
  const text = printable(url.searchParams.get('text'))
  if (place === 'compose' && text !== '' && text.length <= LONGEST_TEXT) return { kind: 'compose', text }
  const page = ShellPage.safeParse(place)
  return page.success ? { kind: 'page', page: page.data } : null
}

/** Line breaks belong to a message; other control characters, and those that turn text around, belong to a trick. */
const printable = (text: string | null): string => (text ?? '').replace(/[^\P{C}\n\u200d]/gu, '').trim()

/** Of a command line, the address of ours; everything else on it is nobody's business. */
const linkOf = (argv: readonly string[]): string | undefined =>
  argv.findLast(argument => argument.toLowerCase().startsWith(`${SCHEME}:`))

/**
 * Listens for addresses of ours, before `ready`: a cold start has one on its command line, a second start hands over
 * its own (Windows, Linux), macOS sends an event that may come before there is a window. Returns what tells the
 * shell's `offerLink`, which may come to be later; the last address before that counts.
 */
export function installDeepLinks(options: { readonly register: boolean; readonly argv: readonly string[] }): {
  deliverTo(offer: (link: ShellLink) => void): void
} {
  let waiting: ShellLink | undefined
  let offer = (link: ShellLink): void => {
    waiting = link
  }
  const open = (address: string | undefined): void => {
    const link = address === undefined ? null : parseLink(address)
    if (link !== null) offer(link)
  }
  if (options.register) app.setAsDefaultProtocolClient(SCHEME)
  app.on('open-url', (event, address) => {
    event.preventDefault()
    open(address)
  })
  app.on('second-instance', (_event, argv) => {
    open(linkOf(argv))
  })
  open(linkOf(options.argv))
  return {
    deliverTo(receiver) {
      offer = receiver
      if (waiting !== undefined) receiver(waiting)
      waiting = undefined
    },
  }
}
