import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { dialFor, reader, serve, type Place, type RunningProxy } from './serve.ts'

export type MtProxyOptions = {
  readonly port?: number
  /** 32 hexadecimal digits. */
  readonly secret: string
  /** Where the data centre with this number is; null when there is none. */
  readonly dataCentre: (id: number) => Place | null
}

export type MtProxy = RunningProxy & {
  /** The data centres that were asked for, in order. */
  readonly asked: readonly number[]
}

const HEADER = 64
const TAGS = new Set([0xefefefef, 0xeeeeeeee, 0xdddddddd])

/**
 * An MTProxy: takes the obfuscated transport whose keys know its secret, and carries what is inside to a data centre. Who
 * does not know the secret gets no answer at all, as with the real one.
 */
export async function startMtProxy(options: MtProxyOptions): Promise<MtProxy> {
  const asked: number[] = []
  const running = await serve(options.port ?? 0, client => {
    talk(client, options, id => asked.push(id)).catch(() => client.destroy())
  })
  return { ...running, asked }
}

async function talk(
  client: Socket,
  { secret, dataCentre }: MtProxyOptions,
  note: (id: number) => void,
): Promise<void> {
  const { take, rest } = reader(client)
  const header = await take(HEADER)
  const keyOf = (bytes: Buffer): Buffer =>
    createHash('sha256')
      .update(Buffer.concat([bytes, Buffer.from(secret, 'hex')]))
      .digest()
  const backwards = Buffer.from(header.subarray(8, 56)).reverse()
  const opener = createDecipheriv('aes-256-ctr', keyOf(header.subarray(8, 40)), header.subarray(40, 56))
  const sealer = createCipheriv('aes-256-ctr', keyOf(backwards.subarray(0, 32)), backwards.subarray(32))
  const plain = opener.update(header)
  const tag = plain.subarray(56, 60)
  // Silence: whoever guesses must not learn what listens here.
  if (!TAGS.has(tag.readUInt32LE())) return
  const id = plain.readInt16LE(60)
  note(id)
  const place = dataCentre(Math.abs(id))
  if (place === null) return void client.destroy()
  dialFor(client, place, target => {
    // The framing inside is the client's own choice; the data centre is told it by the same tag.
    target.write(tag.readUInt32LE() === 0xefefefef ? tag.subarray(0, 1) : tag)
    target.write(opener.update(rest()))
    client.on('data', chunk => target.write(opener.update(chunk)))
    target.on('data', chunk => client.write(sealer.update(chunk)))
  })
}
