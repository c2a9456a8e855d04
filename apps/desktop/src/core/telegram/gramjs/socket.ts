import type { Socket } from 'node:net'
import type { RouteAttempt } from '../../../contract/index.ts'
import { RouteError, type Address, type Opened, type Route } from '../routes/index.ts'

export type { Address } from '../routes/index.ts'

/** No packet of Telegram is longer (core.telegram.org/mtproto/mtproto-transports); a length beyond is an attack or a bug. */
const LONGEST_READ = 16 * 1024 * 1024

/**
 * What the library reads from and writes to. Its own socket class waits for ever on a silent address, joins buffers
 * quadratically, delays small packets and shares one lock among all accounts.
 */
export class RoutedSocket {
  readonly #route: Route
  readonly #onAttempt: (attempt: RouteAttempt) => void
  readonly #abort = new AbortController()
  #socket: Socket | null = null
  #cipher: Opened['cipher']
  #reached: Address | null = null
  #chunks: Buffer[] = []
  #length = 0
  #closed = false
  #wake: (() => void) | null = null

  constructor(route: Route, onAttempt: (attempt: RouteAttempt) => void = () => undefined) {
    this.#route = route
    this.#onAttempt = onAttempt
  }

  get padded(): boolean {
    return this.#route.padded
  }

  /** The address that took the connection. */
  get reached(): Address | null {
    return this.#reached
  }

  /** Takes the first address that answers; the library's own idea of where to go is ignored. */
  async connect(): Promise<void> {
    let last: unknown = new Error('no address')
    for (const address of this.#route.addresses) {
      try {
        this.#attach(await this.#route.open(address, this.#abort.signal))
        this.#reached = address
        this.#onAttempt({ ...address, outcome: 'reached' })
        return
      } catch (error) {
        last = error
        if (this.#closed) break
        if (!(error instanceof RouteError)) throw error
        this.#onAttempt({ ...address, outcome: error.outcome })
        if (error.final) break
      }
    }
    throw last
  }

  async readExactly(length: number): Promise<Buffer> {
    if (length < 0 || length > LONGEST_READ) throw new Error('a packet of an impossible length')
    while (this.#length < length) {
      if (this.#closed) throw new Error('closed')
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks)
    if (all === undefined) return Buffer.alloc(0)
    this.#chunks = all.length > length ? [all.subarray(length)] : []
    this.#length -= length
    return all.subarray(0, length)
  }

  write(data: Buffer): void {
    if (this.#closed || this.#socket === null) throw new Error('closed')
    this.#socket.write(this.#cipher?.encrypt(data) ?? data)
  }

  close(): Promise<void> {
    this.#end()
    return Promise.resolve()
  }

  #attach({ socket, cipher }: Opened): void {
    if (this.#closed) {
      socket.destroy()
      throw new Error('closed')
    }
    this.#socket = socket
    this.#cipher = cipher
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(cipher?.decrypt(chunk) ?? chunk)
      this.#length += chunk.length
      this.#notify()
    })
    socket.on('error', () => this.#end())
    socket.on('close', () => this.#end())
    if (cipher) socket.write(cipher.header)
  }

  #end(): void {
    this.#closed = true
    this.#abort.abort()
    this.#socket?.destroy()
    this.#notify()
  }

  #notify(): void {
    this.#wake?.()
    this.#wake = null
  }
}
