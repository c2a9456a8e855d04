import { gzipSync } from 'node:zlib'
import { BOOL_FALSE, BOOL_TRUE, GZIP_PACKED, VECTOR } from './reader.ts'
import type { Definition, Layer, TypeRef } from './schema.ts'
import { isTlObject, TlError } from './value.ts'
import type { TlObject, TlValue } from './value.ts'

/** Bytes as TL has them: their length in one byte or four, themselves, zeros up to a multiple of four. */
export const bareBytes = (bytes: Uint8Array): Buffer => {
  const head = bytes.length < 254 ? 1 : 4
  const written = Buffer.alloc(Math.ceil((head + bytes.length) / 4) * 4)
  if (head === 1) written.writeUInt8(bytes.length)
  else written.writeUInt32LE(0xfe + bytes.length * 256)
  written.set(bytes, head)
  return written
}

/** `gzip_packed` around a body longer than `above`, if that makes it shorter. */
export const compressed = (body: Buffer, above: number): Buffer => {
  if (body.length <= above) return body
  const head = Buffer.alloc(4)
  head.writeUInt32LE(GZIP_PACKED)
  const packed = Buffer.concat([head, bareBytes(gzipSync(body))])
  return packed.length < body.length ? packed : body
}

/**
 * Writes objects in the words of one layer: fields the layer does not have are left out, scalars and vectors it
 * asks for and the object lacks get an empty value. So one set of handlers serves every layer.
 */
export class TlWriter {
  readonly #layer: Layer
  #buffer = Buffer.allocUnsafe(256)
  #length = 0

  constructor(layer: Layer) {
    this.#layer = layer
  }

  done(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  #reserve(count: number): number {
    const start = this.#length
    const end = start + count
    if (end > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, this.#buffer.length * 2))
      this.#buffer.copy(grown, 0, 0, start)
      this.#buffer = grown
    }
    this.#length = end
    return start
  }

  int(value: number): this {
    const start = this.#reserve(4)
    this.#buffer.writeInt32LE(value | 0, start)
    return this
  }

  long(value: bigint): this {
    const start = this.#reserve(8)
    this.#buffer.writeBigInt64LE(BigInt.asIntN(64, value), start)
    return this
  }

  raw(bytes: Uint8Array): this {
    const start = this.#reserve(bytes.length)
    this.#buffer.set(bytes, start)
    return this
  }

  bytes(bytes: Uint8Array): this {
    return this.raw(bareBytes(bytes))
  }

  boxed(object: TlObject): this {
    const definition = this.#layer.types.get(object._) ?? this.#layer.methods.get(object._)
    if (!definition) throw new TlError(`${object._} is not in layer ${this.#layer.number}`)
    return this.int(definition.id).bare(definition, object)
  }

  bare(definition: Definition, object: TlObject): this {
    for (const { name, type, flag } of definition.params) {
      const value = object[name]
      if (type.kind === 'flags') this.int(flagsOf(definition, name, object))
      else if (!flag) this.value(type, value, `${definition.name}.${name}`)
      else if (type.kind !== 'true' && value !== undefined)
        this.value(type, value, `${definition.name}.${name}`)
    }
    return this
  }

  /** `where` names the field in the error, which is thrown when the value cannot be written as that type. */
  value(type: TypeRef, value: TlValue, where: string): this {
    switch (type.kind) {
      case 'int':
      case 'flags':
        return this.int(asNumber(value, where))
      case 'long':
        return this.long(typeof value === 'bigint' ? value : BigInt(asNumber(value, where)))
      case 'double': {
        const start = this.#reserve(8)
        this.#buffer.writeDoubleLE(asNumber(value, where), start)
        return this
      }
      case 'string':
      case 'bytes':
        return this.bytes(asBytes(value, where))
      case 'int128':
      case 'int256':
        return this.#fixed(type.kind === 'int128' ? 16 : 32, value, where)
      case 'bool':
        return this.int(value === true ? BOOL_TRUE : BOOL_FALSE)
      case 'true':
        return this
      case 'boxed':
        return this.boxed(asObject(value, where))
      case 'rest':
        return value instanceof Uint8Array ? this.raw(value) : this.boxed(asObject(value, where))
      case 'bare':
        return this.#bareNamed(type.name, value, where)
      case 'vector':
        return this.#vector(type.boxed, type.of, value, where)
    }
  }

  #fixed(size: number, value: TlValue, where: string): this {
    if (!(value instanceof Uint8Array) || value.length !== size)
      throw new TlError(`${where} needs ${size} bytes`)
    return this.raw(value)
  }

  #bareNamed(name: string, value: TlValue, where: string): this {
    const definition = this.#layer.types.get(name)
    if (!definition) throw new TlError(`${name} is not in layer ${this.#layer.number}`)
    return this.bare(definition, asObject(value, where))
  }

  #vector(boxed: boolean, of: TypeRef, value: TlValue, where: string): this {
    const items: readonly TlValue[] =
      value === undefined ? [] : Array.isArray(value) ? value : fail(`${where} is not a list`)
    if (boxed) this.int(VECTOR)
    this.int(items.length)
    for (const item of items) this.value(of, item, where)
    return this
  }
}

const fail = (message: string): never => {
  throw new TlError(message)
}

const flagsOf = (definition: Definition, word: string, object: TlObject): number => {
  let flags = 0
  for (const { name, type, flag } of definition.params) {
    if (flag?.word !== word) continue
    const value = object[name]
    if (type.kind === 'true' ? value === true : value !== undefined) flags |= 1 << flag.bit
  }
  return flags
}

const asNumber = (value: TlValue, where: string): number => {
  if (value === undefined) return 0
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'number' && Number.isFinite(value) ? value : fail(`${where} is not a number`)
}

const asBytes = (value: TlValue, where: string): Uint8Array => {
  if (value === undefined) return new Uint8Array(0)
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  return value instanceof Uint8Array ? value : fail(`${where} is neither text nor bytes`)
}

const asObject = (value: TlValue, where: string): TlObject =>
  isTlObject(value) ? value : fail(`${where} is not an object`)
