import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import bigInt from 'big-integer'
import { Api } from 'telegram'
import { BinaryReader } from 'telegram/extensions/index.js'
import { describe, expect, it } from 'vitest'
import { LAYER as gramjsLayer } from 'telegram/tl/AllTLObjects.js'
import { LAYER as teleprotoLayer } from 'teleproto/tl/index.js'
import { createLayers, GRAMJS_LAYER, TELEPROTO_LAYER } from './layers.ts'
import { TlReader } from './reader.ts'
import type { Definition } from './schema.ts'
import { TlError } from './value.ts'
import type { TlObject } from './value.ts'
import { TlWriter } from './writer.ts'

const layers = createLayers()
const layer198 = layers.find(198)!
const layer227 = layers.find(227)!
const layer229 = layers.find(229)!

const message: TlObject = {
  _: 'message',
  out: true,
  silent: true,
  id: 7,
  from_id: { _: 'peerUser', user_id: 5n },
  peer_id: { _: 'peerChannel', channel_id: 1234567890123n },
  date: 1_800_000_000,
  message: 'Bonjour à tous 👋',
  entities: [{ _: 'messageEntityBold', offset: 0, length: 7 }],
}

describe('TL against GramJS', () => {
  it('writes an object that GramJS reads', () => {
    const bytes = new TlWriter(layer198).boxed(message).done()
    const read = new BinaryReader(bytes).tgReadObject() as InstanceType<typeof Api.Message>
    expect(read.className).toBe('Message')
    expect(read.message).toBe('Bonjour à tous 👋')
    expect(read.silent).toBe(true)
    expect(String((read.peerId as InstanceType<typeof Api.PeerChannel>).channelId)).toBe('1234567890123')
    expect(read.entities?.[0]?.className).toBe('MessageEntityBold')
  })

  it('reads a request that GramJS writes, to the last byte', () => {
    const bytes = new Api.messages.SendMessage({
      peer: new Api.InputPeerChannel({ channelId: bigInt(12), accessHash: bigInt('-9007199254740993') }),
      message: 'x'.repeat(300),
      randomId: bigInt('-42'),
      scheduleDate: 1_900_000_000,
      entities: [new Api.MessageEntityTextUrl({ offset: 0, length: 1, url: 'https://t.me/+abc' })],
      silent: true,
    }).getBytes()
    const reader = new TlReader(bytes, layer198)
    expect(reader.boxed()).toMatchObject({
      _: 'messages.sendMessage',
      silent: true,
      no_webpage: false,
      peer: { _: 'inputPeerChannel', channel_id: 12n, access_hash: -9007199254740993n },
      random_id: -42n,
      schedule_date: 1_900_000_000,
      entities: [{ _: 'messageEntityTextUrl', url: 'https://t.me/+abc' }],
    })
    expect(reader.left).toBe(0)
  })
})

describe('one object in two layers', () => {
  it('takes the constructor id of each and comes back the same', () => {
    const ids = [layer198, layer227, layer229].map(layer => {
      const bytes = new TlWriter(layer).boxed(message).done()
      expect(new TlReader(bytes, layer).boxed()).toMatchObject(message)
      return bytes.readUInt32LE(0)
    })
    expect(new Set(ids).size).toBeGreaterThan(1)
  })

  it('leaves out what a layer lacks and fills in what it asks for', () => {
    const answer: TlObject = { _: 'messages.messages', messages: [], chats: [], users: [], unheard_of: 1 }
    const bytes = new TlWriter(layer227).boxed(answer).done()
    expect(new TlReader(bytes, layer227).boxed()).toMatchObject({ topics: [] })
  })
})

describe('gzip_packed', () => {
  const packed = (data: Buffer): Buffer => {
    const head = Buffer.alloc(4)
    head.writeUInt32LE(0x3072cfa1)
    return Buffer.concat([head, new TlWriter(layer198).bytes(data).done()])
  }

  it('is opened wherever an object may stand', () => {
    const bytes = new TlWriter(layer198).boxed(message).done()
    expect(new TlReader(packed(gzipSync(bytes)), layer198).boxed()).toMatchObject(message)
  })

  it('cannot be used to fill the memory', () => {
    const bomb = packed(gzipSync(Buffer.alloc(64 * 1024 * 1024)))
    expect(() => new TlReader(bomb, layer198).boxed()).toThrow(TlError)
  })

  it('cannot be nested without end', () => {
    let bytes = new TlWriter(layer198).boxed({ _: 'inputPeerSelf' }).done()
    for (let i = 0; i < 100; i += 1) bytes = packed(gzipSync(bytes))
    expect(() => new TlReader(bytes, layer198).boxed()).toThrow(TlError)
  })
})

describe('malformed bytes', () => {
  const attempt = (bytes: Buffer): void => {
    try {
      new TlReader(bytes, layer198).boxed()
    } catch (error) {
      if (!(error instanceof TlError)) throw error
    }
  }

  it('end in TlError and nothing else: cut, changed, random', () => {
    const good = new TlWriter(layer198).boxed(message).done()
    for (let cut = 0; cut < good.length; cut += 1) attempt(Buffer.from(good.subarray(0, cut)))
    for (let i = 0; i < 3000; i += 1) {
      const bad = Buffer.from(good)
      for (const _ of [1, 2, 3]) bad[randomBytes(2).readUInt16LE() % bad.length] = randomBytes(1)[0]!
      attempt(bad)
      attempt(Buffer.concat([good.subarray(0, 4), randomBytes(80)]))
    }
  })

  it('a vector that claims four billion elements is refused at once', () => {
    const head = Buffer.alloc(12)
    head.writeUInt32LE(layer198.methods.get('users.getUsers')!.id, 0)
    head.writeUInt32LE(0x1cb5c415, 4)
    head.writeUInt32LE(0xffffffff, 8)
    expect(() => new TlReader(head, layer198).boxed()).toThrow('longer than its data')
  })
})

describe('the three schemas', () => {
  it('agree on every constructor they share: name, field names, and how the fields stand on the wire', () => {
    const shape = ({ name, kind, params }: Definition): unknown => ({
      name,
      kind,
      // A bare flag takes no bytes, and teleproto lists it elsewhere than the others.
      params: params
        .filter(({ type }) => type.kind !== 'true')
        .map(param => [param.name, param.type, param.flag]),
    })
    let same = 0
    for (const [id, definition] of layer229.byId) {
      const other = layer227.byId.get(id)
      // A layer may give a constructor new optional fields under its old id.
      if (!other || other.params.length !== definition.params.length) continue
      expect(shape(definition)).toEqual(shape(other))
      same += 1
    }
    expect(same).toBeGreaterThan(2000)
  })

  it('are found by the numbers that their clients say', () => {
    expect([GRAMJS_LAYER, TELEPROTO_LAYER]).toEqual([gramjsLayer, teleprotoLayer])
    expect(layers.find(200)).toBeUndefined()
  })
})

describe('every constructor of all layers', () => {
  it('can be written empty or says which field it needs', () => {
    for (const layer of [layer198, layer227, layer229]) {
      for (const definition of layer.types.values()) {
        try {
          const bytes = new TlWriter(layer).boxed({ _: definition.name }).done()
          expect(new TlReader(bytes, layer).boxed()._).toBe(layer.byId.get(definition.id)!.name)
        } catch (error) {
          expect(error).toBeInstanceOf(TlError)
        }
      }
    }
  })
})
