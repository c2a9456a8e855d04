import type { z } from 'zod'
import {
  contract,
  hostContract,
  METHOD_NAMES,
  type Envelope,
  type Handlers,
  type HostHandlers,
  type MethodName,
} from '../contract/index.ts'
import { CallFailure } from './failure.ts'
import type { Log } from './ports.ts'

export type Router = { call(name: unknown, input: unknown): Promise<Envelope<unknown>> }

type Schemas = { readonly input: z.ZodType; readonly output: z.ZodType }

const methods: ReadonlyMap<unknown, Schemas> = new Map<unknown, Schemas>([
  ...METHOD_NAMES.map((name): [unknown, Schemas] => {
    const [feature, member] = name.split('.') as [keyof typeof contract, string]
    return [name, (contract[feature] as unknown as Record<string, Schemas>)[member] as Schemas]
  }),
  ...Object.entries(hostContract),
])

/**
 * Answers the interface's calls: never throws, never echoes an input. `handlers` is asked at each call; a method of
 * the contract without a handler just now is one that needs the open vault. `checkOutputs` is for tests.
 */
export function createRouter(
  handlers: () => Partial<Handlers & HostHandlers>,
  { log, checkOutputs = false }: { log: Log; checkOutputs?: boolean },
): Router {
  const answer = async (name: MethodName, schemas: Schemas, input: unknown): Promise<unknown> => {
    const handler = handlers()[name] as ((input: unknown) => unknown) | undefined
    if (!handler) throw new CallFailure('vault/locked')
    const parsed = schemas.input.safeParse(input)
    if (!parsed.success) throw new CallFailure('call/invalid-input')
    const output = await handler(parsed.data)
    return checkOutputs ? schemas.output.parse(output) : output
  }

  return {
    call: async (name, input) => {
      const schemas = methods.get(name)
      if (!schemas) return { ok: false, error: { code: 'call/unknown-method', retryable: false } }
      try {
        return { ok: true, data: await answer(name as MethodName, schemas, input) }
      } catch (error) {
        if (error instanceof CallFailure) return { ok: false, error: error.error }
        log('error', 'call.failed', { method: name as MethodName, error: describe(error) })
        return { ok: false, error: { code: 'call/internal', retryable: false } }
      }
    },
  }
}

/** Where a bug is, without its message: messages may quote what the call carried. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const frame = error.stack?.split('\n').find(line => line.trimStart().startsWith('at '))
  return `${error.name}${frame ? ` ${frame.trim()}` : ''}`
}
