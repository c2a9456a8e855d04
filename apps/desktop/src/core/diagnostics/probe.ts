import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'

type Place = { readonly host: string; readonly port: number }

/** What the machine itself is asked. Nothing here throws: what cannot be found out is a value, too. */
export type Probe = {
  /** Whether the name leads to any address. */
  resolve(name: string): Promise<boolean>
  /** Who is there: Telegram, something else that takes the connection, or nobody. */
  whoAnswers(place: Place, signal: AbortSignal): Promise<'telegram' | 'other' | 'nobody'>
  /** Bytes free for this user where `folder` is; null when it cannot be told. */
  freeBytes(folder: string): Promise<number | null>
  /** Whether a file can be written there and removed again. */
  canWrite(folder: string): Promise<boolean>
}

export const systemProbe: Probe = {
  resolve: name =>
    lookup(name).then(
      () => true,
      () => false,
    ),
  whoAnswers: askForPq,
  freeBytes: folder =>
    statfs(folder).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => null,
    ),
  canWrite: async folder => {
    const file = join(folder, `.write-test.${randomBytes(6).toString('hex')}.tmp`)
    try {
      await writeFile(file, 'x', { flag: 'wx', mode: 0o600 })
      await rm(file)
      return true
    } catch {
      return false
    }
  },
}

const REQ_PQ_MULTI = 0xbe7e8ef1
const RES_PQ = 0x05162463
/** Key id, message id and length of an unencrypted message. */
const ENVELOPE_BYTES = 8 + 8 + 4
const NONCE_BYTES = 16

/**
 * Asks what every data centre answers to anybody, as the first step of agreeing on a key
 * (core.telegram.org/mtproto/auth_key), in the intermediate transport. Many networks take every connection; only
 * Telegram gives the nonce back.
 */
function askForPq({ host, port }: Place, signal: AbortSignal): ReturnType<Probe['whoAnswers']> {
  const nonce = randomBytes(NONCE_BYTES)
  return new Promise(resolve => {
    if (signal.aborted) return resolve('nobody')
    const socket = createConnection({ host, port })
    let connected = false
    let received = Buffer.alloc(0)
    const end = (who: 'telegram' | 'other'): void => {
      signal.removeEventListener('abort', giveUp)
      socket.destroy()
      resolve(connected ? who : 'nobody')
    }
    const giveUp = (): void => end('other')
    signal.addEventListener('abort', giveUp)
    socket.on('error', giveUp).on('close', giveUp)
    socket.once('connect', () => {
      connected = true
      socket.write(requestPq(nonce))
    })
    socket.on('data', data => {
      received = Buffer.concat([received, data])
      const body = received.subarray(4 + ENVELOPE_BYTES)
      if (body.length < 4 + NONCE_BYTES) return
      const known = body.readUInt32LE() === RES_PQ && body.subarray(4, 4 + NONCE_BYTES).equals(nonce)
      end(known ? 'telegram' : 'other')
    })
  })
}

function requestPq(nonce: Buffer): Buffer {
  const message = Buffer.alloc(4 + 4 + ENVELOPE_BYTES + 4)
  message.writeUInt32LE(0xeeeeeeee, 0)
  message.writeUInt32LE(ENVELOPE_BYTES + 4 + NONCE_BYTES, 4)
  // Seconds in its upper half, divisible by four: what a client's message id has to be.
  message.writeUInt32LE(Math.floor(Date.now() / 1000), 8 + 8 + 4)
  message.writeUInt32LE(4 + NONCE_BYTES, 8 + 16)
  message.writeUInt32LE(REQ_PQ_MULTI, 8 + ENVELOPE_BYTES)
  return Buffer.concat([message, nonce])
}
