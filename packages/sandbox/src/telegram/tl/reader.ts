import { gunzipSync, inflateSync } from 'node:zlib'
import type { Definition, Layer, TypeRef } from './schema.ts'
import { TlError } from './value.ts'
import type { TlObject, TlValue } from './value.ts'

export const GZIP_PACKED = 0x3072cfa1
export const VECTOR = 0x1cb5c415
export const BOOL_TRUE = 0x997275b5
export const BOOL_FALSE = 0xbc799737

const MAX_DEPTH = 32
const MAX_INFLATED = 8 * 1024 * 1024

/** Undoes `gzip_packed`. mtcute sends a zlib stream under that name, the others true gzip. Throws TlError. */
export const inflate = (packed: Uint8Array): Buffer => {
  try {
    const options = { maxOutputLength: MAX_INFLATED }
    return packed[0] === 0x1f && packed[1] === 0x8b
      ? gunzipSync(packed, options)
      : inflateSync(packed, options)
  } catch {
    throw new TlError('gzip_packed does not inflate')
  }
}

/** Reads values one after another; every method throws TlError on bytes that are too short or not in the schema. */
export class TlReader {
  readonly #buffer: Buffer
  readonly #layer: Layer
  #offset = 0
  #depth: number

  constructor(bytes: Uint8Array, layer: Layer, depth = 0) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#layer = layer
    this.#depth = depth
  }

  get left(): number {
    return this.#buffer.length - this.#offset
  }

  #take(count: number): number {
    if (count < 0 || count > this.left) throw new TlError('the data ends too early')
    const start = this.#offset
    this.#offset += count
    return start
  }

  int(): number {
    return this.#buffer.readInt32LE(this.#take(4))
  }

  uint(): number {
    return this.#buffer.readUInt32LE(this.#take(4))
  }

  long(): bigint {
    return this.#buffer.readBigInt64LE(this.#take(8))
  }

  /** A copy, so that what is kept does not hold the packet. */
  raw(count: number): Buffer {
    const start = this.#take(count)
    return Buffer.from(this.#buffer.subarray(start, start + count))
  }

  bytes(): Buffer {
    const first = this.#buffer.readUInt8(this.#take(1))
    if (first === 255) throw new TlError('unknown length of bytes')
    const length = first < 254 ? first : this.#buffer.readUIntLE(this.#take(3), 3)
    const head = first < 254 ? 1 : 4
    const content = this.raw(length)
    this.#take((4 - ((head + length) % 4)) % 4)
    return content
  }

  string(): string {
    return this.bytes().toString('utf8')
  }

  /** An object preceded by its constructor id; `gzip_packed` is opened on the way. */
  boxed(): TlObject {
    const id = this.uint()
    if (id === GZIP_PACKED)
      return this.#nested(() => new TlReader(inflate(this.bytes()), this.#layer, this.#depth).boxed())
    const definition = this.#layer.byId.get(id)
    if (!definition) throw new TlError(`constructor ${id.toString(16)} is not in layer ${this.#layer.number}`)
    return this.bare(definition)
  }

  bare(definition: Definition): TlObject {
    return this.#nested(() => {
      const object: Record<string, TlValue> & { _: string } = { _: definition.name }
      const words = new Map<string, number>()
      for (const { name, type, flag } of definition.params) {
        if (type.kind === 'flags') words.set(name, this.uint())
        else if (!flag) object[name] = this.value(type)
        else {
          const present = (((words.get(flag.word) ?? 0) >>> flag.bit) & 1) === 1
          if (type.kind === 'true') object[name] = present
          else if (present) object[name] = this.value(type)
        }
      }
      return object
    })
  }

  value(type: TypeRef): TlValue {
    switch (type.kind) {
      case 'int':
      case 'flags':
        return this.int()
      case 'long':
        return this.long()
      case 'double':
        return this.#buffer.readDoubleLE(this.#take(8))
      case 'string':
        return this.string()
      case 'bytes':
        return this.bytes()
      case 'int128':
        return this.raw(16)
      case 'int256':
        return this.raw(32)
      case 'bool':
        return this.#bool()
      case 'true':
        return true
      case 'boxed':
        return this.boxed()
      case 'rest':
        return this.raw(this.left)
      case 'bare':
        return this.bare(this.#definition(type.name))
      case 'vector':
        return this.#vector(type.boxed, type.of)
    }
  }

  #bool(): boolean {
    const id = this.uint()
    if (id !== BOOL_TRUE && id !== BOOL_FALSE) throw new TlError('not a Bool')
    return id === BOOL_TRUE
  }

  #definition(name: string): Definition {
    const definition = this.#layer.types.get(name)
    if (!definition) throw new TlError(`${name} is not in layer ${this.#layer.number}`)
    return definition
  }

  #vector(boxed: boolean, of: TypeRef): TlValue[] {
    if (boxed && this.uint() !== VECTOR) throw new TlError('not a Vector')
    const count = this.uint()
    // Every element takes four bytes or more, so a larger count is a lie, told before memory is taken for it.
    if (count * 4 > this.left) throw new TlError('the vector is longer than its data')
    return this.#nested(() => Array.from({ length: count }, () => this.value(of)))
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw new TlError('nested too deeply')
    const result = read()
    this.#depth -= 1
    return result
  }
}
