import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net'

export type Place = { readonly host: string; readonly port: number }

export type RunningProxy = Place & { readonly stop: () => Promise<void> }

/** Listens on this machine only; `onClient` is given each connection. */
export async function serve(port: number, onClient: (client: Socket) => void): Promise<RunningProxy> {
  const open = new Set<Socket>()
  const server = createServer(client => {
    open.add(client)
    client.on('close', () => open.delete(client)).on('error', () => client.destroy())
    onClient(client)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const client of open) client.destroy()
      }),
  }
}

/** Dials for a client; what becomes of one end becomes of the other. */
export function dialFor(client: Socket, { host, port }: Place, onConnect: (target: Socket) => void): void {
  const target = createConnection({ host, port, noDelay: true })
  target.once('connect', () => onConnect(target))
  target.on('error', () => client.destroy()).on('close', () => client.destroy())
  client.on('close', () => target.destroy())
}

/** The next bytes of a client, in the portions asked for. What is left over is handed on by `rest`. */
export function reader(client: Socket): {
  readonly take: (count: number) => Promise<Buffer>
  readonly rest: () => Buffer
} {
  let have = Buffer.alloc(0)
  let wake = (): void => undefined
  const onData = (chunk: Buffer): void => {
    have = Buffer.concat([have, chunk])
    wake()
  }
  client.on('data', onData)
  return {
    take: async count => {
      while (have.length < count) {
        await new Promise<void>((resolve, reject) => {
          wake = resolve
          client.once('close', () => reject(new Error('the client has gone')))
        })
      }
      const taken = have.subarray(0, count)
      have = have.subarray(count)
      return taken
    },
    rest: () => {
      client.off('data', onData)
      return have
    },
  }
}
