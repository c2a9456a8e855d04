import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ProtocolError, RpcError } from '../errors.ts'
import { NASSIM, startTelegram } from '../index.ts'
import type { TelegramSandbox } from '../index.ts'
import { KNOWN_SALT, stateWithKeys } from '../testing/known-keys.ts'
import { connectRaw, layers, sealerOf, write } from '../testing/raw-client.ts'
import type { RawClient } from '../testing/raw-client.ts'
import { GRAMJS_LAYER } from '../tl/layers.ts'
import { TlReader } from '../tl/reader.ts'
import { TlError } from '../tl/value.ts'
import { TlWriter } from '../tl/writer.ts'
import { TransportError } from '../transport/framing.ts'
import { createTransport } from '../transport/transport.ts'
import { open } from './envelope.ts'
import { unwrap } from './unwrap.ts'

// Everything that is random here comes from one seed, so that what is found is found again.
const SEED = 0x5eed
const PARSED = 40_000
const SEALED_WHOLE = 52_000
const SEALED_BROKEN = 5_000
const PLAIN = 3_000
const BATCH = 250
const AT_ONCE = 24
const MOST_GROWTH = 192 * 1024 * 1024

const layer = layers.find(GRAMJS_LAYER)!

/** https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32 */
const random = (seed: number) => {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  return {
    below: (limit: number): number => next() % limit,
    bytes: (length: number): Buffer => {
      const bytes = Buffer.allocUnsafe(length)
      for (let i = 0; i < length; i += 1) bytes[i] = next()
      return bytes
    },
  }
}
type Random = ReturnType<typeof random>

const pick = <T>(from: readonly T[], { below }: Random): T => from[below(from.length)]!

/** Cut, with changed bits, with a lie in a word, with a random tail, or random from the start; the first bytes stay. */
const spoil = (good: Buffer, keep: number, rng: Random): Buffer => {
  const bad = Buffer.from(good)
  const place = (): number => keep + rng.below(Math.max(1, bad.length - keep))
  switch (rng.below(5)) {
    case 0:
      return bad.subarray(0, Math.max(keep, place()))
    case 1:
      for (let flips = rng.below(8); flips >= 0 && bad.length > keep; flips -= 1)
        bad[place()]! ^= 1 << rng.below(8)
      return bad
    case 2:
      if (bad.length >= keep + 4)
        bad.writeUInt32LE(
          pick([0, 0xffffffff, 0x7fffffff, 0x1cb5c415, 0x3072cfa1, 0x73f1f8dc], rng),
          keep + 4 * rng.below((bad.length - keep) >> 2),
        )
      return bad
    case 3:
      return Buffer.concat([bad, rng.bytes(rng.below(64))])
    default:
      return Buffer.concat([bad.subarray(0, keep), rng.bytes(rng.below(200))])
  }
}

const whole = (object: { _: string }): Buffer | undefined => {
  try {
    return Buffer.from(new TlWriter(layer).boxed(object).done())
  } catch (error) {
    if (error instanceof TlError) return undefined
    throw error
  }
}
const present = <T>(item: T | undefined): item is T => item !== undefined

const SIGNED_OUT_BY = new Set(['auth.logOut', 'destroy_auth_key'])
const requests: readonly Buffer[] = [
  ...[...layer.methods.values()]
    .filter(({ name, id }) => !layers.service.byId.has(id) && !SIGNED_OUT_BY.has(name))
    .map(({ name }) => whole({ _: name })),
  whole({ _: 'messages.getHistory', peer: { _: 'inputPeerSelf' }, limit: 5 } as never),
  whole({
    _: 'messages.sendMessage',
    peer: { _: 'inputPeerSelf' },
    message: 'bonjour',
    random_id: 5n,
    schedule_date: 2_000_000_000,
    entities: [{ _: 'messageEntityBold', offset: 0, length: 7 }],
  } as never),
  whole({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] } as never),
  whole({ _: 'upload.saveFilePart', file_id: 1n, file_part: 0, bytes: Buffer.alloc(100) } as never),
].filter(present)

const nonce = Buffer.alloc(16, 3)
const handshakes: readonly Buffer[] = [
  write({ _: 'req_pq_multi', nonce }),
  write({ _: 'req_pq', nonce }),
  write({
    _: 'req_DH_params',
    nonce,
    server_nonce: nonce,
    p: Buffer.from([1]),
    q: Buffer.from([2]),
    public_key_fingerprint: 1n,
    encrypted_data: Buffer.alloc(256, 4),
  }),
  write({ _: 'set_client_DH_params', nonce, server_nonce: nonce, encrypted_data: Buffer.alloc(336, 5) }),
]

const services: readonly Buffer[] = [
  write({ _: 'msgs_ack', msg_ids: [1n, 2n] }),
  write({ _: 'ping_delay_disconnect', ping_id: 1n, disconnect_delay: 60 }),
  write({ _: 'msgs_state_req', msg_ids: [1n] }),
  write({ _: 'msg_resend_req', msg_ids: [1n] }),
  write({ _: 'get_future_salts', num: 3 }),
  write({ _: 'destroy_session', session_id: 4n }),
  Buffer.concat([Buffer.from('dcf8f17302000000', 'hex'), Buffer.alloc(48, 1)]),
  Buffer.concat([Buffer.from('a1cf7230', 'hex'), whole({ _: 'ping' } as never) ?? gzipSync('x')]),
]

const isExpected = (error: unknown): boolean =>
  error instanceof TlError ||
  error instanceof RpcError ||
  error instanceof ProtocolError ||
  error instanceof TransportError

let sandbox: TelegramSandbox
let keys: Buffer[]
let honest: RawClient
const log: string[] = []
const folder = mkdtempSync(join(tmpdir(), 'fuzz-'))

beforeAll(async () => {
  const made = await stateWithKeys(folder, NASSIM, 9)
  sandbox = await startTelegram({
    stateFile: made.stateFile,
    log: line => log.push(line),
  })
  keys = made.keys.slice(1)
  honest = await connectRaw(sandbox.port, made.keys[0]!)
  honest.salt = KNOWN_SALT
})
afterAll(async () => {
  honest.socket.destroy()
  await sandbox.stop()
  rmSync(folder, { recursive: true, force: true })
})

const honestCall = async (): Promise<void> => {
  const id = honest.send({ _: 'help.getNearestDc' })
  expect(await honest.result(id)).toMatchObject({ _: 'nearestDc' })
  honest.received.length = 0
}

const heap = (): number => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
}

/** Runs work so many at once, and the honest client's calls among it. */
const many = async (count: number, work: (index: number) => Promise<void>): Promise<void> => {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      await work(index)
      if (index % 500 === 0) await honestCall()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}

const framed = (packet: Buffer): Buffer => {
  const head = Buffer.allocUnsafe(4)
  head.writeUInt32LE(packet.length)
  return Buffer.concat([head, packet])
}

/** Writes packets on a connection of their own and waits until the server has read them or closed it. */
const deliver = async (packets: readonly Buffer[]): Promise<void> => {
  const socket = connect(sandbox.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.resume()
  socket.end(Buffer.concat([Buffer.alloc(4, 0xee), ...packets.map(framed)]))
  await once(socket, 'close')
}

let lastId = 0n
const messageId = (): bigint => {
  const now = BigInt(Math.floor(Date.now() / 1000)) << 32n
  lastId = now > lastId ? now : lastId + 4n
  return lastId
}

const sealers = new Map<Buffer, RawClient['seal']>()

const sealed = (body: Buffer, key: Buffer, sessionId: bigint): Buffer => {
  const seal = sealers.get(key) ?? sealerOf(key)
  sealers.set(key, seal)
  // A length that is no multiple of four is a broken envelope, which is another case.
  const round = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)])
  const head = new TlWriter(layer).long(KNOWN_SALT).long(sessionId).long(messageId()).int(1)
  return seal(Buffer.from(head.int(round.length).raw(round).done()))
}

describe('a hundred thousand packets that no honest client sends', () => {
  it('to the parsers: each ends in an error of theirs or in a value', () => {
    const rng = random(SEED)
    const key = rng.bytes(256)
    const good = [...requests, ...handshakes, ...services]
    for (let i = 0; i < PARSED; i += 1) {
      const bytes = spoil(pick(good, rng), rng.below(2) * 4, rng)
      try {
        if (i % 8 === 0) createTransport().receive(bytes)
        else if (i % 8 === 1) open(bytes, key)
        else if (i % 8 < 5) unwrap(bytes, GRAMJS_LAYER, layers)
        else new TlReader(bytes, i % 8 === 5 ? layers.service : layer).boxed()
      } catch (error) {
        if (!isExpected(error)) throw error
      }
    }
  })

  it('over sockets, in the clear and in good envelopes: others are served, nothing crashes, memory is bounded', async () => {
    const rng = random(SEED + 1)
    await many(40, async () => {
      await deliver([sealed(spoil(pick(requests, rng), 4, rng), pick(keys, rng), 1n)])
    })
    const before = heap()

    // The constructor stays, so that the connection does too and the call itself gets to see the damage.
    await many(SEALED_WHOLE / BATCH, async index => {
      const key = pick(keys, rng)
      const packets = Array.from({ length: BATCH }, () =>
        sealed(spoil(pick(requests, rng), 4, rng), key, BigInt(index % 8)),
      )
      await deliver(packets)
    })
    await many(SEALED_BROKEN, async index => {
      const body = index % 3 === 0 ? pick(requests, rng) : pick(services, rng)
      const packet = sealed(index % 3 === 2 ? body : spoil(body, 0, rng), pick(keys, rng), BigInt(index % 8))
      await deliver([index % 3 === 2 ? spoil(packet, 0, rng) : packet])
    })
    await many(PLAIN, async () => {
      const body = spoil(pick(handshakes, rng), rng.below(2) * 4, rng)
      const head = new TlWriter(layer).long(0n).long(messageId()).int(body.length)
      const packet = Buffer.from(head.raw(body).done())
      await deliver([rng.below(4) === 0 ? spoil(packet, 0, rng) : packet])
    })

    expect(heap() - before).toBeLessThan(MOST_GROWTH)
    await honestCall()
    // An error that nobody foresaw is written down with its stack.
    expect([...new Set(log.filter(line => line.includes('    at ')))]).toEqual([])
  }, 300_000)
})
