import { createConnection, type Socket } from 'node:net'

export type Address = { readonly host: string; readonly port: number }

const CONNECT_TIMEOUT_MS = 10_000
/** No packet of Telegram is longer (core.telegram.org/mtproto/mtproto-transports); a length beyond is an attack or a bug. */
const LONGEST_READ = 16 * 1024 * 1024

/**
 * What the library reads from and writes to. Its own socket class waits for ever on a silent address, joins buffers
 * quadratically, delays small packets and shares one lock among all accounts.
 */
export class DirectSocket {
  readonly #addresses: readonly Address[]
  #socket: Socket | null = null
  #chunks: Buffer[] = []
  #length = 0
  #closed = false
  #wake: (() => void) | null = null

  constructor(addresses: readonly Address[]) {
    this.#addresses = addresses
  }

  /** Takes the first address that answers; the library's own idea of where to go is ignored. */
  async connect(): Promise<void> {
    let last: unknown = new Error('no address')
    for (const address of this.#addresses) {
      if (this.#closed) break
      try {
        this.#attach(await dial(address))
        return
      } catch (error) {
        last = error
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
    this.#socket.write(data)
  }

  close(): Promise<void> {
    this.#end()
    return Promise.resolve()
  }

  #attach(socket: Socket): void {
    if (this.#closed) {
      socket.destroy()
      throw new Error('closed')
    }
    this.#socket = socket
    socket.on('data', chunk => {
      this.#chunks.push(chunk)
      this.#length += chunk.length
      this.#notify()
    })
    socket.on('error', () => this.#end())
    socket.on('close', () => this.#end())
  }

  #end(): void {
    this.#closed = true
    this.#socket?.destroy()
    this.#notify()
  }

  #notify(): void {
    this.#wake?.()
    this.#wake = null
  }
}

function dial({ host, port }: Address): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true, timeout: CONNECT_TIMEOUT_MS })
    const fail = (error: Error): void => {
      socket.destroy()
      reject(error)
    }
    socket.once('error', fail)
    socket.once('timeout', () => fail(new Error('no answer')))
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeListener('error', fail)
      resolve(socket)
    })
  })
}
