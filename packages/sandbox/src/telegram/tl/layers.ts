import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'
import { parseJsonSchema } from './json-schema.ts'
import { buildLayer, parseSchemaText } from './schema.ts'
import type { Definition, Layer } from './schema.ts'

const load = createRequire(import.meta.url)

/** The layer of the npm package `telegram` 2.26.22, which is always there. */
export const GRAMJS_LAYER = 198

// The schema text of `telegram` types these handshake fields and `info` as string; they are bytes, and reading them
// as UTF-8 would destroy them (https://core.telegram.org/mtproto/auth_key writes them as strings of bytes).
const BYTES = new Set([
  'pq',
  'p',
  'q',
  'dh_prime',
  'g_a',
  'g_b',
  'encrypted_data',
  'encrypted_answer',
  'info',
])

const readServiceSchema = (): Definition[] =>
  parseSchemaText(z.string().parse(load('telegram/tl/schemaTl.js'))).map(definition => ({
    ...definition,
    params: definition.params.map(param =>
      BYTES.has(param.name) && param.type.kind === 'string'
        ? { ...param, type: { kind: 'bytes' as const } }
        : param,
    ),
  }))

const readMtcuteLayer = (service: readonly Definition[]): Layer | undefined => {
  let path: string
  try {
    path = load.resolve('@mtcute/core/tl/api-schema.json')
  } catch {
    return undefined
  }
  const { number, definitions } = parseJsonSchema(JSON.parse(readFileSync(path, 'utf8')))
  return buildLayer(number, [...service, ...definitions])
}

/** Looks layers up, reading each schema at its first use only (about 30 ms for one). */
export type Layers = {
  /** MTProto's own messages, before any layer is agreed upon. */
  readonly service: Layer
  /** Undefined for a layer whose schema is not installed. */
  readonly find: (number: number) => Layer | undefined
}

export const createLayers = (): Layers => {
  const definitions = readServiceSchema()
  let gramjs: Layer | undefined
  let mtcute: Layer | undefined | null = null
  return {
    service: buildLayer(0, definitions),
    find: number => {
      if (number === GRAMJS_LAYER) {
        gramjs ??= buildLayer(GRAMJS_LAYER, [
          ...definitions,
          ...parseSchemaText(z.string().parse(load('telegram/tl/apiTl.js'))),
        ])
        return gramjs
      }
      if (mtcute === null) mtcute = readMtcuteLayer(definitions)
      return mtcute?.number === number ? mtcute : undefined
    },
  }
}
