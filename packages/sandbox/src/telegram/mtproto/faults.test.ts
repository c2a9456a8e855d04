import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connectRaw, inited } from '../testing/raw-client.ts'
import type { RawClient } from '../testing/raw-client.ts'
import type { TlObject } from '../tl/value.ts'
import { createGround } from './ground.ts'
import { startServer } from './server.ts'
import type { MtprotoServer } from './server.ts'

let worldMs = 1_800_000_000_000
const ground = createGround(() => worldMs)
const { faults } = ground
const clients: RawClient[] = []
const asked: string[] = []
const unknown: { method: string; layer: number | null }[] = []
let server: MtprotoServer

const nearest = { _: 'help.getNearestDc' }
const config = { _: 'help.getConfig' }
const ANSWER = { _: 'nearestDc', country: 'FR', this_dc: 2, nearest_dc: 2 }

beforeAll(async () => {
  server = await startServer({
    dcId: 2,
    port: 0,
    ground,
    invoke: ({ request }) => {
      asked.push(request._)
      return ANSWER
    },
    record: () => undefined,
    unknown: (method, layer) => unknown.push({ method, layer }),
    changed: () => undefined,
    log: () => undefined,
  })
})
afterEach(() => {
  faults.clear()
  asked.length = 0
})
afterAll(async () => {
  for (const client of clients) client.socket.destroy()
  await server.stop()
})

const dial = async (key?: Buffer): Promise<RawClient> => {
  const bytes = key ?? randomBytes(256)
  if (!key) server.keys.add(bytes, 7n, null)
  const client = await connectRaw(server.port, bytes)
  client.salt = 7n
  clients.push(client)
  return client
}
const ready = async (): Promise<RawClient> => {
  const client = await dial()
  await client.result(client.send(inited(nearest)))
  asked.length = 0
  return client
}
const ask = (client: RawClient, query: TlObject = nearest): Promise<unknown> =>
  client.result(client.send(query))

describe('an error', () => {
  it('is answered instead of executing, so many times', async () => {
    const client = await ready()
    faults.add({ method: 'help.getNearestDc', code: 420, text: 'FLOOD_WAIT_30', times: 2 })
    for (const _ of [1, 2])
      expect(await ask(client)).toMatchObject({ error_code: 420, error_message: 'FLOOD_WAIT_30' })
    expect(asked).toEqual([])
    expect(await ask(client)).toMatchObject(ANSWER)
  })

  it('is 400 unless told, and on any method for *', async () => {
    const client = await ready()
    faults.add({ method: '*', text: 'CHAT_INVALID' })
    expect(await ask(client)).toMatchObject({ error_code: 400, error_message: 'CHAT_INVALID' })
  })

  it('lasts until a world time, whatever the number of calls', async () => {
    const client = await ready()
    faults.add({ method: 'help.getNearestDc', code: -503, text: 'Timeout', until: worldMs + 1000 })
    for (const _ of [1, 2, 3]) expect(await ask(client)).toMatchObject({ error_code: -503 })
    worldMs += 1000
    expect(await ask(client)).toMatchObject(ANSWER)
    expect(faults.list()).toEqual([])
  })

  it('can be taken back before it happens', async () => {
    const client = await ready()
    const takeBack = faults.add({ method: 'help.getNearestDc', text: 'CHAT_INVALID', times: Infinity })
    expect(faults.list()).toHaveLength(1)
    takeBack()
    expect(await ask(client)).toMatchObject(ANSWER)
  })

  it('travels in one container with the answers of later calls, before them', async () => {
    const client = await ready()
    faults.add({ method: 'help.getNearestDc', text: 'CHAT_RESTRICTED', withResults: 3 })
    const refused = client.send(nearest)
    // A whole exchange in between: only the fault can have held the refusal back.
    client.send({ _: 'ping', ping_id: 5n }, { seqNo: 0 })
    await client.wait(({ object }) => object._ === 'pong')
    const ids = [refused, ...[1, 2, 3].map(() => client.send(nearest))]
    for (const id of ids) await client.result(id)
    const results = client.received.filter(({ object }) => ids.includes(object['req_msg_id'] as bigint))
    expect(results.map(({ object }) => object['req_msg_id'])).toEqual(ids)
    expect(results[0]?.object['result']).toMatchObject({ error_message: 'CHAT_RESTRICTED' })
    expect(new Set(results.map(({ packet }) => packet)).size).toBe(1)
  })
})

describe('a cut connection', () => {
  it('before: nothing was executed, and the same message may be sent again', async () => {
    const key = randomBytes(256)
    server.keys.add(key, 7n, null)
    const first = await dial(key)
    await first.result(first.send(inited(config)))
    faults.add({ method: 'help.getNearestDc', drop: 'before' })
    const id = first.send(nearest)
    await first.closed
    expect(asked).not.toContain('help.getNearestDc')
    const second = await dial(key)
    second.sessionId = first.sessionId
    second.send(nearest, { id })
    expect(await second.result(id)).toMatchObject(ANSWER)
  })

  it('after: it was executed, and the answer waits for the session to come back', async () => {
    const key = randomBytes(256)
    server.keys.add(key, 7n, null)
    const first = await dial(key)
    await first.result(first.send(inited(config)))
    faults.add({ method: 'help.getNearestDc', drop: 'after' })
    const id = first.send(nearest)
    await first.closed
    expect(asked).toContain('help.getNearestDc')
    const second = await dial(key)
    second.sessionId = first.sessionId
    second.send({ _: 'ping', ping_id: 1n }, { seqNo: 0 })
    expect(await second.result(id)).toMatchObject(ANSWER)
  })

  it('with the habit of sending again switched off, what was not acknowledged is lost', async () => {
    ground.habits.resendUnacknowledged = false
    const key = randomBytes(256)
    server.keys.add(key, 7n, null)
    const first = await dial(key)
    const lost = first.send(inited(config))
    await first.result(lost)
    first.socket.destroy()
    await first.closed
    const second = await dial(key)
    second.sessionId = first.sessionId
    second.send({ _: 'ping', ping_id: 1n }, { seqNo: 0 })
    await second.wait(({ object }) => object._ === 'pong')
    await second.result(second.send(nearest))
    expect(second.received.some(({ object }) => object['req_msg_id'] === lost)).toBe(false)
    ground.habits.resendUnacknowledged = true
  })
})

describe('no answer', () => {
  it.each([
    ['executed', 1],
    ['ignored', 0],
  ] as const)('to a call that is %s: acknowledged, never answered', async (noAnswer, times) => {
    const client = await ready()
    faults.add({ method: 'help.getNearestDc', noAnswer })
    const silent = client.send(nearest)
    expect(await ask(client)).toMatchObject(ANSWER)
    expect(asked).toHaveLength(times + 1)
    const acknowledged = client.received.flatMap(({ object }) =>
      object._ === 'msgs_ack' ? (object['msg_ids'] as bigint[]) : [],
    )
    expect(acknowledged).toContain(silent)
    expect(client.received.some(({ object }) => object['req_msg_id'] === silent)).toBe(false)
  })

  it('to a ping', async () => {
    const client = await ready()
    faults.add({ method: 'ping', noAnswer: 'ignored' })
    client.send({ _: 'ping', ping_id: 1n }, { seqNo: 0 })
    client.send({ _: 'ping', ping_id: 2n }, { seqNo: 0 })
    await client.wait(({ object }) => object['ping_id'] === 2n)
    expect(client.received.some(({ object }) => object['ping_id'] === 1n)).toBe(false)
  })
})

describe('a delay', () => {
  it('lets later calls be answered first', async () => {
    const client = await ready()
    faults.add({ method: 'help.getNearestDc', delayMs: 50 })
    const slow = client.send(nearest)
    const quick = client.send(config)
    await client.result(slow)
    const order = client.received.map(({ object }) => object['req_msg_id'])
    expect(order.indexOf(quick)).toBeLessThan(order.indexOf(slow))
  })

  it('makes a pong slow', async () => {
    const client = await ready()
    faults.add({ method: 'ping_delay_disconnect', delayMs: 50 })
    client.send({ _: 'ping_delay_disconnect', ping_id: 3n, disconnect_delay: 60 }, { seqNo: 0 })
    await ask(client)
    expect(client.received.some(({ object }) => object._ === 'pong')).toBe(false)
    await client.wait(({ object }) => object['ping_id'] === 3n)
  })
})

describe('a transport error', () => {
  it.each([-404, -429, -444] as const)(
    '%i is answered once, ends the connection and forgets nothing',
    async transport => {
      const key = randomBytes(256)
      server.keys.add(key, 7n, null)
      const first = await dial(key)
      faults.add({ transport })
      first.send(nearest)
      await first.closed
      expect(first.errors).toEqual([transport])
      const second = await dial(key)
      expect(await second.result(second.send(inited(nearest)))).toMatchObject(ANSWER)
    },
  )
})

describe('what nobody wrote', () => {
  it('is told with its layer, a constructor of no schema by its number', async () => {
    const client = await ready()
    unknown.length = 0
    await client.result(client.sendBody(Buffer.from('efbeadde', 'hex')))
    expect(unknown).toEqual([{ method: 'constructor deadbeef is not in layer 198', layer: 198 }])
  })
})
