import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'
import { parseJsonSchema } from './json-schema.ts'
import { buildLayer, parseSchemaText } from './schema.ts'
import type { Definition, Layer } from './schema.ts'
import { parseTeleprotoSchema } from './teleproto-schema.ts'

const load = createRequire(import.meta.url)

/** The layer of the npm package `telegram` 2.26.22, which is always there. */
export const GRAMJS_LAYER = 198

/** The layer of the npm package `teleproto` 1.229.0, which names it only in code that loads everything. */
export const TELEPROTO_LAYER = 229

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

// MTProto's own messages are left out: under teleproto's names for them nothing here would find them.
const readTeleprotoLayer = (service: readonly Definition[]): Layer | undefined => {
  let json: unknown
  try {
    json = load('teleproto/tl/generated/api-definitions.js')
  } catch {
    return undefined
  }
  const own = new Set(service.map(definition => definition.id))
  const definitions = parseTeleprotoSchema(json).filter(({ id }) => !own.has(id))
  return buildLayer(TELEPROTO_LAYER, [...service, ...definitions])
}

/** Looks layers up, reading each schema at its first use only (about 30 ms for one). */
export type Layers = {
  /** MTProto's own messages, before any layer is agreed upon. */
  readonly service: Layer
  /** Undefined for a layer whose schema is not installed. */
  readonly find: (number: number) => Layer | undefined
}

export const createLayers = (): Layers => {
  const service = readServiceSchema()
  const once = <T>(read: () => T): (() => T) => {
    let kept: { readonly value: T } | undefined
    return () => (kept ??= { value: read() }).value
  }
  const gramjs = once(() =>
    buildLayer(GRAMJS_LAYER, [
      ...service,
      ...parseSchemaText(z.string().parse(load('telegram/tl/apiTl.js'))),
    ]),
  )
  const teleproto = once(() => readTeleprotoLayer(service))
  const mtcute = once(() => readMtcuteLayer(service))
  return {
    service: buildLayer(0, service),
    find: number => {
      if (number === GRAMJS_LAYER) return gramjs()
      if (number === TELEPROTO_LAYER) return teleproto()
      const other = mtcute()
      return other?.number === number ? other : undefined
    },
  }
}
