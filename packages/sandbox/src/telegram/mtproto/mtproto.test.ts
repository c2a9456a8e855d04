import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGround } from './ground.ts'
import { startServer } from './server.ts'
import type { MtprotoServer } from './server.ts'
import { TlWriter } from '../tl/writer.ts'
import { connectRaw, inited, layers, write } from '../testing/raw-client.ts'
import type { RawClient } from '../testing/raw-client.ts'

// The protocol alone: one method that answers, behind everything a client may say to it.
const ground = createGround(Date.now)
let server: MtprotoServer
let executed = 0
const clients: RawClient[] = []
const config = { _: 'help.getConfig' }
const nearest = { _: 'help.getNearestDc' }

beforeAll(async () => {
  server = await startServer({
    dcId: 2,
    port: 0,
    ground,
    unknown: () => undefined,
    invoke: () => {
      executed += 1
      return { _: 'nearestDc', country: 'FR'.repeat(400), this_dc: 2, nearest_dc: 2 }
    },
    record: () => undefined,
    changed: () => undefined,
    log: () => undefined,
  })
})

afterAll(async () => {
  for (const client of clients) client.socket.destroy()
  await server.stop()
})

const authKey = (): Buffer => {
  const bytes = randomBytes(256)
  server.keys.add(bytes, 7n, null)
  return bytes
}

const dial = async (key = authKey()): Promise<RawClient> => {
  const client = await connectRaw(server.port, key)
  client.salt = 7n
  clients.push(client)
  return client
}

/** The server still serves: a new client is answered. */
const expectAlive = async (): Promise<void> => {
  const client = await dial()
  expect(await client.result(client.send(inited(nearest)))).toMatchObject({ _: 'nearestDc' })
}

describe('a session', () => {
  it('is greeted once, acknowledged and answered, in containers and compressed', async () => {
    const client = await dial()
    const first = client.send(inited(nearest))
    expect(await client.result(first)).toMatchObject({ _: 'nearestDc' })
    const second = client.send(nearest)
    await client.result(second)
    const names = client.received.map(message => message.object._)
    expect(names.filter(name => name === 'new_session_created')).toHaveLength(1)
    const acks = client.received.filter(message => message.object._ === 'msgs_ack')
    expect(acks.flatMap(message => message.object['msg_ids'])).toEqual([first, second])
  })

  it('gets increasing odd message ids: 1 mod 4 for answers, 3 mod 4 for the rest', async () => {
    const client = await dial()
    await client.result(client.send(inited(nearest)))
    const ids = client.received.map(message => message.id)
    expect(ids).toEqual([...ids].sort((a, b) => (a < b ? -1 : 1)))
    for (const { id, object } of client.received) {
      expect(id % 4n).toBe(object._ === 'rpc_result' ? 1n : 3n)
    }
  })

  it('with a wrong salt is told the right one and nothing is executed', async () => {
    const client = await dial()
    client.salt = 99n
    const before = executed
    const id = client.send(inited(nearest))
    const { object } = await client.wait(message => message.object._ === 'bad_server_salt')
    expect(object).toMatchObject({ bad_msg_id: id, error_code: 48, new_server_salt: 7n })
    expect(executed).toBe(before)
  })

  it.each([
    ['too old', -400, 16],
    ['too far ahead', 60, 17],
  ])('with a message id %s is told so', async (_, seconds, code) => {
    const client = await dial()
    const id = client.send(inited(nearest), { id: client.messageId() + (BigInt(seconds) << 32n) })
    const { object } = await client.wait(message => message.object._ === 'bad_msg_notification')
    expect(object).toMatchObject({ bad_msg_id: id, error_code: code })
  })

  it('asks again under the same id: executed once, answered again', async () => {
    const client = await dial()
    const before = executed
    const id = client.send(inited(nearest))
    await client.result(id)
    client.send(inited(nearest), { id })
    await expect
      .poll(() => client.received.filter(message => message.object['req_msg_id'] === id).length, {
        timeout: 10_000,
      })
      .toBe(2)
    expect(executed).toBe(before + 1)
  })

  it('comes back on another connection and gets what it never acknowledged, under the same ids', async () => {
    const key = authKey()
    const first = await dial(key)
    const id = first.send(inited(nearest))
    await first.result(id)
    first.socket.destroy()
    await first.closed
    const second = await dial(key)
    second.sessionId = first.sessionId
    second.send({ _: 'ping', ping_id: 1n }, { seqNo: 0 })
    await second.result(id)
    const idOf = (client: RawClient): bigint | undefined =>
      client.received.find(message => message.object._ === 'rpc_result')?.id
    expect(idOf(second)).toBe(idOf(first))
  })

  it('does not get again what it acknowledged', async () => {
    const key = authKey()
    const first = await dial(key)
    await first.result(first.send(inited(nearest)))
    first.send({ _: 'msgs_ack', msg_ids: first.received.map(message => message.id) }, { seqNo: 2 })
    first.send({ _: 'ping', ping_id: 1n }, { seqNo: 2 })
    await first.wait(message => message.object._ === 'pong')
    first.socket.destroy()
    await first.closed
    const second = await dial(key)
    second.sessionId = first.sessionId
    second.send({ _: 'ping', ping_id: 2n }, { seqNo: 2 })
    await second.wait(message => message.object._ === 'pong')
    expect(second.received.map(message => message.object._)).toEqual(['pong'])
  })
})

describe('service messages', () => {
  it('are answered bare: pong, salts, states, destroyed sessions', async () => {
    const client = await dial()
    const done = client.send(inited(nearest))
    await client.result(done)
    client.send({ _: 'ping_delay_disconnect', ping_id: 5n, disconnect_delay: 60 })
    client.send({ _: 'get_future_salts', num: 2 })
    client.send({ _: 'msgs_state_req', msg_ids: [done, 12n] })
    client.send({ _: 'destroy_session', session_id: 3n })
    expect((await client.wait(message => message.object._ === 'pong')).object['ping_id']).toBe(5n)
    const salts = await client.wait(message => message.object._ === 'future_salts')
    expect(salts.object['salts']).toMatchObject([{ salt: 7n }])
    const states = await client.wait(message => message.object._ === 'msgs_state_info')
    expect(states.object['info']).toEqual(Buffer.from([4, 2]))
    await client.wait(message => message.object._ === 'destroy_session_none')
  })

  it('a client that promised to ping and does not is disconnected', async () => {
    const client = await dial()
    client.send({ _: 'ping_delay_disconnect', ping_id: 1n, disconnect_delay: 1 })
    await client.closed
  })
})

describe('requests', () => {
  it('before initConnection are refused', async () => {
    const client = await dial()
    expect(await client.result(client.send(nearest))).toMatchObject({
      error_message: 'CONNECTION_NOT_INITED',
    })
  })

  it('in a layer nobody has are refused', async () => {
    const client = await dial()
    const request = { _: 'invokeWithLayer', layer: 3, query: config }
    expect(await client.result(client.send(request))).toMatchObject({
      error_message: 'CONNECTION_LAYER_INVALID',
    })
  })

  it('that are not in the schema, are cut, or go on too long are answered 400, and the session lives', async () => {
    const client = await dial()
    const unknown = client.sendBody(Buffer.from([1, 2, 3, 4]))
    expect(await client.result(unknown)).toMatchObject({ error_message: 'INPUT_METHOD_INVALID' })
    const cut = client.sendBody(write({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] }).subarray(0, 12))
    expect(await client.result(cut)).toMatchObject({ error_message: 'INPUT_FETCH_ERROR' })
    const long = client.sendBody(Buffer.concat([write(nearest), Buffer.alloc(8)]))
    expect(await client.result(long)).toMatchObject({ error_message: 'INPUT_REQUEST_TOO_LONG' })
    const object = client.sendBody(write({ _: 'inputUserSelf' }))
    expect(await client.result(object)).toMatchObject({ error_message: 'INPUT_METHOD_INVALID' })
    expect(await client.result(client.send(inited(nearest)))).toMatchObject({ _: 'nearestDc' })
  })

  it('chained by invokeAfterMsg wait for each other, and fail with what they wait for', async () => {
    const client = await dial()
    await client.result(client.send(inited(nearest)))
    ground.faults.add({ method: 'help.getNearestDc', delayMs: 20 })
    const slow = client.send(nearest)
    const after = client.send({ _: 'invokeAfterMsg', msg_id: slow, query: config })
    await client.result(after)
    const results = client.received.filter(message => message.object._ === 'rpc_result')
    expect(results.slice(1).map(message => message.object['req_msg_id'])).toEqual([slow, after])

    ground.faults.add({ method: 'help.getNearestDc', code: 400, text: 'CHAT_INVALID', delayMs: 20 })
    const fails = client.send(nearest)
    const never = client.send({ _: 'invokeAfterMsg', msg_id: fails, query: config })
    expect(await client.result(never)).toMatchObject({ error_message: 'MSG_WAIT_FAILED' })
  })

  it('with a forgotten key are answered -404', async () => {
    const client = await connectRaw(server.port, randomBytes(256))
    clients.push(client)
    client.send(nearest)
    await client.closed
    expect(client.errors).toEqual([-404])
  })
})

describe('hostile packets close their connection and nothing else', () => {
  const head = (id: number, ...rest: number[]): Buffer => {
    const writer = new TlWriter(layers.service).int(id)
    for (const value of rest) writer.int(value)
    return Buffer.from(writer.done())
  }
  const message = (body: Buffer): Buffer => {
    const writer = new TlWriter(layers.service).long(BigInt(Math.floor(Date.now() / 1000)) << 32n)
    return Buffer.from(writer.int(1).int(body.length).raw(body).done())
  }
  const container = (...bodies: Buffer[]): Buffer =>
    Buffer.concat([head(0x73f1f8dc, bodies.length), ...bodies.map(message)])
  const packed = (body: Buffer): Buffer =>
    Buffer.concat([head(0x3072cfa1), new TlWriter(layers.service).bytes(gzipSync(body)).done()])

  const bodies: readonly [string, Buffer][] = [
    ['a container in a container', container(container(write(nearest)))],
    ['a container that counts too many', head(0x73f1f8dc, 1_000_000)],
    ['a container that ends too early', head(0x73f1f8dc, 3, 1, 2, 3)],
    ['a container with a length beyond its end', head(0x73f1f8dc, 1, 0, 0, 1, 0x7fffffff)],
    ['gzip in gzip', packed(packed(write(nearest)))],
    ['gzip that fills the memory', packed(Buffer.alloc(64 * 1024 * 1024))],
    ['gzip that is none', Buffer.concat([head(0x3072cfa1), Buffer.from([4, 1, 2, 3, 4, 0, 0, 0])])],
    ['a service message that is cut', head(0x62d6b459, 0x1cb5c415, 5)],
    ['an empty message', Buffer.alloc(0)],
  ]
  it.each(bodies)('%s', async (_, body) => {
    const client = await dial()
    client.sendBody(body)
    await client.closed
    await expectAlive()
  })

  it('changed bits, wrong lengths', async () => {
    const changes: ((packet: Buffer) => Buffer)[] = [
      packet => Buffer.concat([packet.subarray(0, 30), Buffer.from([packet[30]! ^ 1]), packet.subarray(31)]),
      packet => packet.subarray(0, 40),
      packet => packet.subarray(0, packet.length - 16),
      packet => packet.subarray(0, 8),
    ]
    for (const change of changes) {
      const client = await dial()
      const writer = new TlWriter(layers.service).long(7n).long(1n)
      const clear = Buffer.concat([writer.done(), message(write(nearest))])
      client.sendPacket(change(client.seal(clear)))
      await client.closed
    }
    await expectAlive()
  })

  it('a length that leaves no room for padding, although the key is right', async () => {
    const client = await dial()
    const writer = new TlWriter(layers.service).long(7n).long(1n).long(client.messageId()).int(1).int(4000)
    client.sendPacket(client.seal(Buffer.from(writer.raw(write(nearest)).done())))
    await client.closed
    await expectAlive()
  })

  it('noise in every transport, and key exchanges out of order', async () => {
    const plain = (request: Buffer): Buffer => {
      const writer = new TlWriter(layers.service).long(0n).long(4n).int(request.length).raw(request)
      return Buffer.from(writer.done())
    }
    const nonce = Buffer.alloc(16, 1)
    const finish = { _: 'set_client_DH_params', nonce, server_nonce: nonce, encrypted_data: Buffer.alloc(64) }
    const packets = [plain(write(finish)), plain(head(12345)), plain(write(nearest)), Buffer.alloc(30, 0)]
    const framed = packets.map(packet => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(packet.length)
      return Buffer.concat([Buffer.alloc(4, 0xee), length, packet])
    })
    const noise = Array.from({ length: 40 }, (_, i) => {
      const tag = [Buffer.from([0xef]), Buffer.alloc(4, 0xee), Buffer.alloc(4, 0xdd), Buffer.alloc(0)][i % 4]!
      return Buffer.concat([tag, randomBytes(300)])
    })
    for (const bytes of [...framed, ...noise]) {
      const socket = connect(server.port, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.end(bytes)
      socket.resume()
      await once(socket, 'close')
    }
    await expectAlive()
  })
})

describe('the key exchange', () => {
  it('refuses an inner data that was changed', async () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    const request = write({ _: 'req_pq_multi', nonce: randomBytes(16) })
    const body = new TlWriter(layers.service).long(0n).long(4n).int(request.length).raw(request).done()
    socket.write(Buffer.concat([Buffer.from([0xef, body.length / 4]), body]))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    const pq = layers.service.byId.get(answer.readUInt32LE(21))
    expect(pq?.name).toBe('resPQ')
    const dh = write({
      _: 'req_DH_params',
      nonce: answer.subarray(25, 41),
      server_nonce: answer.subarray(41, 57),
      p: Buffer.from([1]),
      q: Buffer.from([2]),
      public_key_fingerprint: ground.rsa.fingerprint,
      encrypted_data: randomBytes(256),
    })
    const next = new TlWriter(layers.service).long(0n).long(8n).int(dh.length).raw(dh).done()
    const words = next.length / 4
    socket.write(Buffer.concat([Buffer.from([words]), next]))
    socket.resume()
    await once(socket, 'close')
  })
})
