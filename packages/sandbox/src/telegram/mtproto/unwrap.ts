import { bytes, int, long, longs } from '../tl/fields.ts'
import { GRAMJS_LAYER } from '../tl/layers.ts'
import type { Layers } from '../tl/layers.ts'
import { TlReader } from '../tl/reader.ts'
import type { Layer } from '../tl/schema.ts'
import { TlError } from '../tl/value.ts'
import type { TlObject } from '../tl/value.ts'
import { RpcError } from '../errors.ts'

/** A request out of its wrappers (https://core.telegram.org/api/invoking). */
export type Unwrapped = {
  readonly request: TlObject
  readonly layer: Layer
  /** Named by invokeWithLayer in this very request. */
  readonly newLayer: number | null
  readonly withoutUpdates: boolean
  readonly after: readonly bigint[]
}

const isWrapper = (name: string): boolean => name.startsWith('invoke') || name === 'initConnection'

/** Strips the wrappers; `known` is the layer remembered for the key. Throws RpcError. */
export const unwrap = (body: Buffer, known: number | null, layers: Layers): Unwrapped => {
  let newLayer: number | null = null
  let withoutUpdates = false
  const after: bigint[] = []
  let rest: Uint8Array = body
  for (let depth = 0; depth < 8; depth += 1) {
    // The wrappers themselves have the same ids in all layers, so before one is named any layer reads them.
    const layer = layers.find(newLayer ?? known ?? GRAMJS_LAYER)
    if (!layer) throw new RpcError(400, 'CONNECTION_LAYER_INVALID')
    const request = read(rest, layer)
    if (!isWrapper(request._)) return { request, layer, newLayer, withoutUpdates, after }
    if (request._ === 'invokeWithLayer') newLayer = int(request, 'layer')
    else if (request._ === 'invokeWithoutUpdates') withoutUpdates = true
    else if (request._ === 'invokeAfterMsg') after.push(long(request, 'msg_id'))
    else if (request._ === 'invokeAfterMsgs') after.push(...longs(request, 'msg_ids'))
    rest = bytes(request, 'query')
  }
  throw new RpcError(400, 'INPUT_REQUEST_INVALID')
}

const read = (data: Uint8Array, layer: Layer): TlObject => {
  const reader = new TlReader(data, layer)
  try {
    const request = reader.boxed()
    if (!layer.methods.has(request._)) throw new RpcError(400, 'INPUT_METHOD_INVALID', request._)
    if (reader.left > 0) throw new RpcError(400, 'INPUT_REQUEST_TOO_LONG', request._)
    return request
  } catch (error) {
    if (!(error instanceof TlError)) throw error
    const known = data.length >= 4 && layer.byId.has(Buffer.from(data.subarray(0, 4)).readUInt32LE())
    throw new RpcError(400, known ? 'INPUT_FETCH_ERROR' : 'INPUT_METHOD_INVALID', error.message)
  }
}
