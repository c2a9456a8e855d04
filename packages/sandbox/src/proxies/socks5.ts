import { createConnection, type Socket } from 'node:net'
import { reader, serve, type Place, type RunningProxy } from './serve.ts'

export type Socks5Options = {
  readonly port?: number
  /** Without them, anybody may use it. */
  readonly username?: string
  readonly password?: string
  /** Where an address that is asked for really is; null: it cannot be reached from here. By default it is where it says. */
  readonly resolve?: (asked: Place) => Place | null
}

export type Socks5Proxy = RunningProxy & {
  /** The addresses that were asked for, in order. */
  readonly asked: readonly Place[]
}

const NO_AUTHENTICATION = 0
const USERNAME_AND_PASSWORD = 2
const NONE_ACCEPTED = 0xff
const HOST_UNREACHABLE = 4
const COMMAND_NOT_SUPPORTED = 7

/** A SOCKS5 proxy with a name and a password (RFC 1928, RFC 1929); CONNECT only. */
export async function startSocks5(options: Socks5Options = {}): Promise<Socks5Proxy> {
  const asked: Place[] = []
  const running = await serve(options.port ?? 0, client => {
    talk(client, options, place => asked.push(place)).catch(() => client.destroy())
  })
  return { ...running, asked }
}

async function talk(
  client: Socket,
  { username, password = '', resolve = place => place }: Socks5Options,
  note: (asked: Place) => void,
): Promise<void> {
  const { take, rest } = reader(client)
  const byte = async (): Promise<number> => (await take(1)).readUInt8()
  const text = async (): Promise<string> => (await take(await byte())).toString()
  const reply = (code: number): unknown => client.write(Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]))

  if ((await byte()) !== 5) return void client.destroy()
  const wanted = username === undefined ? NO_AUTHENTICATION : USERNAME_AND_PASSWORD
  const offered = await take(await byte())
  if (!offered.includes(wanted)) return void client.end(Buffer.from([5, NONE_ACCEPTED]))
  client.write(Buffer.from([5, wanted]))
  if (username !== undefined) {
    await take(1)
    const right = (await text()) === username && (await text()) === password
    if (!right) return void client.end(Buffer.from([1, 1]))
    client.write(Buffer.from([1, 0]))
  }

  const [, command, , type] = await take(4)
  const host = await hostOf(type, take, text)
  const place = { host, port: (await take(2)).readUInt16BE() }
  note(place)
  const real = resolve(place)
  if (command !== 1) return void reply(COMMAND_NOT_SUPPORTED)
  if (real === null) return void reply(HOST_UNREACHABLE)

  const target = createConnection({ ...real, noDelay: true })
  client.on('close', () => target.destroy())
  target.on('close', () => client.destroy())
  target.on('error', () => reply(HOST_UNREACHABLE))
  target.once('connect', () => {
    reply(0)
    target.write(rest())
    client.pipe(target).pipe(client)
  })
}

async function hostOf(
  type: number | undefined,
  take: (count: number) => Promise<Buffer>,
  text: () => Promise<string>,
): Promise<string> {
  if (type === 1) return (await take(4)).join('.')
  if (type === 3) return text()
  const groups = (await take(16)).toString('hex').match(/.{4}/g) ?? []
  return groups.join(':')
}
