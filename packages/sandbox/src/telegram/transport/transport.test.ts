import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ByteQueue } from './byte-queue.ts'
import { abridged, full, intermediate, TransportError } from './framing.ts'
import type { Framing } from './framing.ts'
import { createTransport } from './transport.ts'

const packets = [4, 8, 500, 508, 512, 70_000].map(size => randomBytes(size))

const clients: readonly { name: string; tag: Buffer; make: () => Framing }[] = [
  { name: 'abridged', tag: Buffer.from([0xef]), make: abridged },
  { name: 'intermediate', tag: Buffer.alloc(4, 0xee), make: () => intermediate(false) },
  { name: 'padded', tag: Buffer.alloc(4, 0xdd), make: () => intermediate(true) },
  { name: 'full', tag: Buffer.alloc(0), make: full },
]

const inPieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

describe.each(clients)('$name', ({ name, tag, make }) => {
  it('gives the packets back whatever the pieces, in both directions', () => {
    for (const size of [1, 3, 64, 65_536]) {
      const client = make()
      const transport = createTransport()
      const wire = Buffer.concat([tag, ...packets.map(packet => client.frame(packet))])
      const got = inPieces(wire, size).flatMap(piece => transport.receive(piece))
      expect(got.length).toBe(packets.length)
      got.forEach((packet, i) => {
        expect(packet.subarray(0, packets[i]!.length)).toEqual(packets[i])
        if (name !== 'padded') expect(packet.length).toBe(packets[i]!.length)
      })
      const queue = new ByteQueue()
      queue.push(transport.send(packets[2]!))
      expect(client.next(queue)!.subarray(0, 500)).toEqual(packets[2])
    }
  })
})

describe('obfuscated', () => {
  it.each([abridged, () => intermediate(false), () => intermediate(true)])('carries framing %#', make => {
    const tags = { abridged: 0xef, intermediate: 0xee, padded: 0xdd, full: 0 }
    const client = make()
    const header = randomBytes(64)
    header[0] = 0x11
    header[4] = 0x11
    header.fill(tags[client.name], 56, 60)
    const writer = createCipheriv('aes-256-ctr', header.subarray(8, 40), header.subarray(40, 56))
    const back = Buffer.from(header.subarray(8, 56)).reverse()
    const reader = createDecipheriv('aes-256-ctr', back.subarray(0, 32), back.subarray(32))
    const sealed = writer.update(header)
    const start = Buffer.concat([header.subarray(0, 56), sealed.subarray(56)])

    const transport = createTransport()
    const wire = Buffer.concat([start, writer.update(client.frame(packets[3]!))])
    const got = inPieces(wire, 7).flatMap(piece => transport.receive(piece))
    expect(got[0]!.subarray(0, 508)).toEqual(packets[3])

    const queue = new ByteQueue()
    queue.push(reader.update(transport.send(packets[1]!)))
    expect(client.next(queue)!.subarray(0, 8)).toEqual(packets[1])
  })
})

describe('what is not a transport', () => {
  it('a wrong CRC, a wrong sequence, an absurd length each end the connection', () => {
    const broken = full().frame(packets[1]!)
    broken[broken.length - 1]! ^= 1
    expect(() => createTransport().receive(broken)).toThrow(TransportError)

    const client = full()
    const transport = createTransport()
    transport.receive(client.frame(packets[1]!))
    client.frame(packets[1]!)
    expect(() => transport.receive(client.frame(packets[1]!))).toThrow('sequence')

    const huge = Buffer.concat([Buffer.alloc(4, 0xee), Buffer.from([0xff, 0xff, 0xff, 0x7f])])
    expect(() => createTransport().receive(huge)).toThrow(TransportError)
  })

  it('random bytes never do worse than TransportError', () => {
    for (let i = 0; i < 500; i += 1) {
      const transport = createTransport()
      try {
        for (let n = 0; n < 5; n += 1) transport.receive(randomBytes(200))
      } catch (error) {
        expect(error).toBeInstanceOf(TransportError)
      }
    }
  })
})
