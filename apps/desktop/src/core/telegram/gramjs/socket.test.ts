import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { directRoute } from '../routes/index.ts'
import { RoutedSocket } from './socket.ts'

async function serve(onSocket: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer(onSocket)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  return (server.address() as AddressInfo).port
}
const at = (port: number) => ({ host: '127.0.0.1', port })

test('T4: the first address that answers is taken', async () => {
  const port = await serve(socket => socket.end('bonjour'))
  const socket = new RoutedSocket(directRoute([at(1), at(port)]))
  await socket.connect()
  expect((await socket.readExactly(7)).toString()).toBe('bonjour')
})

test('small packets are not held back', async () => {
  const port = await serve(() => undefined)
  const { socket } = await directRoute([]).open(at(port), new AbortController().signal)
  onTestFinished(() => void socket.destroy())
  // Where Node keeps what it has set: TCP_NODELAY cannot be asked for.
  const noDelay = Object.getOwnPropertySymbols(socket).find(
    ({ description }) => description === 'kSetNoDelay',
  )
  expect(socket[noDelay as unknown as keyof typeof socket]).toBe(true)
})

test('where nobody listens, connecting fails instead of waiting', async () => {
  await expect(new RoutedSocket(directRoute([at(1)])).connect()).rejects.toThrow()
  await expect(new RoutedSocket(directRoute([])).connect()).rejects.toThrow('no address')
})

test('bytes are read in the portions asked for, however they arrive', async () => {
  const port = await serve(socket => {
    socket.setNoDelay()
    socket.write('ab')
    socket.write('cdefg')
  })
  const socket = new RoutedSocket(directRoute([at(port)]))
  await socket.connect()
  expect((await socket.readExactly(3)).toString()).toBe('abc')
  expect((await socket.readExactly(1)).toString()).toBe('d')
  expect((await socket.readExactly(3)).toString()).toBe('efg')
  await socket.close()
})

test('whoever waits for bytes is told when the connection ends', async () => {
  const port = await serve(socket => socket.destroy())
  const socket = new RoutedSocket(directRoute([at(port)]))
  await socket.connect()
  await expect(socket.readExactly(4)).rejects.toThrow('closed')
  expect(() => socket.write(Buffer.from('x'))).toThrow('closed')
})

test('an impossible length is refused before any memory is given to it', async () => {
  const port = await serve(() => undefined)
  const socket = new RoutedSocket(directRoute([at(port)]))
  await socket.connect()
  await expect(socket.readExactly(0x7fffffff)).rejects.toThrow('impossible length')
  await socket.close()
})
