import { z } from 'zod'
import { parseTypeRef } from './schema.ts'
import type { Definition, Param, TypeRef } from './schema.ts'

const argument = z.object({
  isVector: z.boolean(),
  isFlag: z.boolean(),
  flagName: z.string().nullable(),
  flagIndex: z.number(),
  flagIndicator: z.boolean(),
  type: z.string().nullable(),
  useVectorId: z.boolean().nullable(),
})

const entries = z.array(
  z.object({
    name: z.string(),
    namespace: z.string().optional(),
    constructorId: z.number(),
    argsConfig: z.record(z.string(), argument),
    result: z.string(),
    isFunction: z.boolean(),
  }),
)

type Argument = z.infer<typeof argument>

/** `phoneCodeHash` was `phone_code_hash` before it was generated; `srp_B`, `A` and `M1` were left as they are. */
const fieldName = (name: string): string =>
  name.replace(/(?<!^|_)[A-Z]/g, letter => `_${letter.toLowerCase()}`)

const definitionName = (name: string, namespace: string | undefined): string => {
  const own = name.charAt(0).toLowerCase() + name.slice(1)
  return namespace === undefined ? own : `${namespace}.${own}`
}

const typeOf = ({ flagIndicator, isVector, type, useVectorId }: Argument): TypeRef => {
  if (flagIndicator) return { kind: 'flags' }
  const of = parseTypeRef(type ?? '')
  return isVector ? { kind: 'vector', boxed: useVectorId === true, of } : of
}

const paramOf = ([name, given]: [string, Argument]): Param => {
  const param = { name: fieldName(name), type: typeOf(given) }
  return given.isFlag && given.flagName !== null
    ? { ...param, flag: { word: given.flagName, bit: given.flagIndex } }
    : param
}

/** Reads the definitions that teleproto ships in camel case, MTProto's own among them. Throws on any other shape. */
export const parseTeleprotoSchema = (json: unknown): Definition[] =>
  entries.parse(json).map(entry => ({
    name: definitionName(entry.name, entry.namespace),
    id: entry.constructorId >>> 0,
    kind: entry.isFunction ? 'method' : 'type',
    params: Object.entries(entry.argsConfig).map(paramOf),
    result: parseTypeRef(entry.result),
  }))
