import { z } from 'zod'
import { parseTypeRef } from './schema.ts'
import type { Definition, Param, TypeRef } from './schema.ts'

const modifiers = z.object({ isVector: z.boolean().optional(), predicate: z.string().optional() }).optional()

const entry = z.object({
  kind: z.enum(['class', 'method']),
  name: z.string(),
  id: z.number(),
  type: z.string(),
  typeModifiers: modifiers,
  arguments: z.array(z.object({ name: z.string(), type: z.string(), typeModifiers: modifiers })),
})

const schema = z.object({ l: z.number(), e: z.array(entry) })

const typeOf = (text: string, vector: boolean | undefined): TypeRef => {
  const type = parseTypeRef(text)
  return vector ? { kind: 'vector', boxed: true, of: type } : type
}

const paramOf = (argument: z.infer<typeof entry>['arguments'][number]): Param => {
  const type = typeOf(argument.type, argument.typeModifiers?.isVector)
  const flag = /^(\w+)\.(\d+)$/.exec(argument.typeModifiers?.predicate ?? '')
  return flag?.[1]
    ? { name: argument.name, type, flag: { word: flag[1], bit: Number(flag[2]) } }
    : { name: argument.name, type }
}

/** Reads the JSON schema that @mtcute/core ships: `l` is the layer number, `e` the entries. Throws on any other shape. */
export const parseJsonSchema = (json: unknown): { number: number; definitions: Definition[] } => {
  const parsed = schema.parse(json)
  const definitions = parsed.e
    .filter(item => item.name !== 'vector')
    .map(item => ({
      name: item.name,
      id: item.id >>> 0,
      kind: item.kind === 'method' ? ('method' as const) : ('type' as const),
      params: item.arguments.map(paramOf),
      result: typeOf(item.type, item.typeModifiers?.isVector),
    }))
  return { number: parsed.l, definitions }
}
