import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import {
  METHOD_NAMES,
  type CheckoutView,
  type Envelope,
  type EventMessage,
  type MediaFile,
  type MethodName,
  type ShellView,
} from '../contract/index.ts'
import { addFile } from '../host/add-file.ts'
import type { Supervisor } from '../host/supervisor.ts'
import { isInterface } from './protocol.ts'
import type { Links } from './security.ts'

const CHANNEL = 'autotele'

const Request = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('call'), name: z.string().max(100), input: z.unknown() }),
  z.strictObject({ kind: z.literal('open'), url: z.string().max(4096) }),
  z.strictObject({ kind: z.literal('connection') }),
  z.strictObject({
    kind: z.literal('add-file'),
    path: z.string().min(1).max(32_768),
    copy: z.number().int(),
  }),
  z.strictObject({ kind: z.literal('stop-file'), copy: z.number().int() }),
])
const names: ReadonlySet<string> = new Set<MethodName>(METHOD_NAMES)

/**
 * Everything the interface can ask, through one channel: who asks is checked, then what. `window` is asked at each
 * message: the window may be closed and opened again.
 */
export function installIpc(options: {
  readonly window: () => BrowserWindow | undefined
  readonly core: Pick<Supervisor, 'call' | 'subscribe' | 'onConnection'>
  readonly links: Links
}): void {
  const { window, core, links } = options
  const copies = new Map<number, AbortController>()
  let connected = false

  async function call(name: string, input: unknown): Promise<Envelope<unknown>> {
    if (!names.has(name)) return { ok: false, error: { code: 'call/unknown-method', retryable: false } }
    const envelope = await core.call(name, input)
    if (envelope.ok) offerAddresses(name, envelope.data, links)
    return envelope
  }

  async function copyFromDisk(path: string, copy: number): Promise<Envelope<MediaFile>> {
    const stop = new AbortController()
    copies.set(copy, stop)
    try {
      const progress = (done: number): void => tell({ kind: 'copied', copy, done })
      return await addFromDisk(core, path, { signal: stop.signal, progress })
    } finally {
      if (copies.get(copy) === stop) copies.delete(copy)
    }
  }

  ipcMain.handle(CHANNEL, (event, raw: unknown) => {
    if (!isOurs(event, window())) throw new Error('refused')
    const request = Request.safeParse(raw)
    if (!request.success) throw new Error('refused')
    switch (request.data.kind) {
      case 'call':
        return call(request.data.name, request.data.input)
      case 'open':
        return links.open(request.data.url)
      case 'add-file':
        return copyFromDisk(request.data.path, request.data.copy)
      case 'stop-file':
        return copies.get(request.data.copy)?.abort()
      case 'connection':
        return connected
    }
  })

  const tell = (message: unknown): void => {
    const contents = window()?.webContents
    if (contents !== undefined && !contents.isDestroyed()) contents.send(CHANNEL, message)
  }
  core.subscribe((message: EventMessage) => {
    offerAddresses(message.name, message.payload, links)
    tell({ kind: 'event', message })
  })
  core.onConnection(now => {
    connected = now
    tell({ kind: 'connection', connected: now })
  })
}

/** A path that the preload had from the system for a file the person chose: a page can name none. */
async function addFromDisk(
  core: Pick<Supervisor, 'call'>,
  path: string,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (done: number) => void },
): Promise<Envelope<MediaFile>> {
  try {
    const file = await open(path, 'r')
    const stats = await file.stat()
    if (!stats.isFile()) {
      await file.close()
      return UNREADABLE
    }
    // Stopped, the stream ends with an error, and what had come in is put away.
    const bytes = file.createReadStream({ highWaterMark: 512 * 1024, signal }) as AsyncIterable<Uint8Array>
    return await addFile(core, { name: basename(path), size: stats.size }, bytes, progress)
  } catch {
    return UNREADABLE
  }
}

const UNREADABLE: Envelope<never> = {
  ok: false,
  error: { code: 'media/intake-over', retryable: true },
}

/** The page itself, in the window's own frame, not a frame inside it and not a page it may have become. */
function isOurs({ senderFrame }: IpcMainInvokeEvent, window: BrowserWindow | undefined): boolean {
  return (
    senderFrame !== null &&
    window !== undefined &&
    senderFrame === window.webContents.mainFrame &&
    isInterface(senderFrame.url)
  )
}

/** The addresses the contract has the core hand out; a chat's title that looks like one is not among them. */
function offerAddresses(name: string, data: unknown, links: Links): void {
  if (name === 'shell.changed') {
    const { update } = data as ShellView
    if (update.state === 'available' && update.page !== null) links.offer(update.page)
  }
  if (!name.startsWith('license.')) return
  const { checkout } = data as { checkout?: CheckoutView | null }
  if (checkout) links.offer(checkout.checkoutUrl)
}
