/** How one parameter or result stands on the wire (https://core.telegram.org/mtproto/serialize). */
export type TypeRef =
  | { readonly kind: 'int' | 'long' | 'double' | 'string' | 'bytes' | 'int128' | 'int256' }
  | { readonly kind: 'bool' | 'true' | 'flags' | 'boxed' | 'rest' }
  | { readonly kind: 'bare'; readonly name: string }
  | { readonly kind: 'vector'; readonly boxed: boolean; readonly of: TypeRef }

export type Param = {
  readonly name: string
  readonly type: TypeRef
  /** Present only when this bit of that flags word is set. */
  readonly flag?: { readonly word: string; readonly bit: number }
}

export type Definition = {
  readonly name: string
  readonly id: number
  readonly kind: 'type' | 'method'
  readonly params: readonly Param[]
  readonly result: TypeRef
}

/** One version of the API, ready for lookup. Ids are unsigned 32-bit numbers. */
export type Layer = {
  readonly number: number
  readonly byId: ReadonlyMap<number, Definition>
  readonly types: ReadonlyMap<string, Definition>
  readonly methods: ReadonlyMap<string, Definition>
}

const PLAIN = new Set(['int', 'long', 'double', 'string', 'bytes', 'int128', 'int256'] as const)
type Plain = typeof PLAIN extends Set<infer T> ? T : never
const isPlain = (text: string): text is Plain => (PLAIN as ReadonlySet<string>).has(text)

/** Turns a type expression of the TL language into its wire form. */
export const parseTypeRef = (text: string): TypeRef => {
  if (isPlain(text)) return { kind: text }
  // mtcute's name for a 64-bit number whose value is known to fit 53 bits.
  if (text === 'int53') return { kind: 'long' }
  if (text === '#') return { kind: 'flags' }
  if (text === 'true') return { kind: 'true' }
  if (text === 'Bool') return { kind: 'bool' }
  if (text === 'X' || text === '!X') return { kind: 'rest' }
  const vector = /^(%?[Vv]ector)<(.+)>$/.exec(text)
  if (vector?.[1] && vector[2]) {
    return { kind: 'vector', boxed: vector[1] === 'Vector', of: parseTypeRef(vector[2]) }
  }
  const last = text.slice(text.lastIndexOf('.') + 1)
  return /^[a-z]/.test(last) ? { kind: 'bare', name: text } : { kind: 'boxed' }
}

const parseParam = (text: string): Param | undefined => {
  const match = /^(\w+):(?:(\w+)\.(\d+)\?)?(.+)$/.exec(text)
  if (!match?.[1] || !match[4]) return undefined
  const type = parseTypeRef(match[4])
  return match[2]
    ? { name: match[1], type, flag: { word: match[2], bit: Number(match[3]) } }
    : { name: match[1], type }
}

const parseLine = (line: string, kind: Definition['kind']): Definition | undefined => {
  const match = /^([\w.]+)#([0-9a-f]+) (.*?)= ?([^;]+);/.exec(line)
  if (!match?.[1] || !match[2] || match[1] === 'vector') return undefined
  const words = (match[3] ?? '').split(' ').filter(word => word !== '' && !word.startsWith('{'))
  const params: Param[] = []
  for (const word of words) {
    const param = parseParam(word)
    if (!param) return undefined
    params.push(param)
  }
  return {
    name: match[1],
    id: parseInt(match[2], 16),
    kind,
    params,
    result: parseTypeRef((match[4] ?? '').trim()),
  }
}

/** Reads a schema in the TL language; lines without a constructor id (and `vector` itself) are left out. */
export const parseSchemaText = (text: string): Definition[] => {
  const found: Definition[] = []
  let kind: Definition['kind'] = 'type'
  for (const line of text.split('\n')) {
    if (line.startsWith('---')) kind = line.startsWith('---functions') ? 'method' : 'type'
    else {
      const definition = parseLine(line.trim(), kind)
      if (definition) found.push(definition)
    }
  }
  return found
}

/** Builds a layer; of two definitions with one name or id the later wins. */
export const buildLayer = (number: number, definitions: readonly Definition[]): Layer => {
  const byId = new Map<number, Definition>()
  const types = new Map<string, Definition>()
  const methods = new Map<string, Definition>()
  for (const definition of definitions) {
    byId.set(definition.id, definition)
    const names = definition.kind === 'method' ? methods : types
    names.set(definition.name, definition)
  }
  return { number, byId, types, methods }
}
