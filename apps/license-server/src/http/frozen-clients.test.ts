import { randomUUID } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { startHarness, type Harness } from '../testing/harness.ts'
import type { TestDevice } from '../testing/device.ts'

/*
 * Clients in the field outlive servers. Each file here is what one released client sends, byte for byte in its JSON, and
 * the shape of what it was answered then: every later server must give at least that. A file is never edited; a release
 * that changes the client's calls adds its own: copy the newest `calls` under the new version, then
 *   FREEZE=0.2.0 vitest run src/http/frozen-clients.test.ts
 * writes what this server answers.
 */
const folder = fileURLToPath(new URL('./frozen-clients/', import.meta.url))

const callSchema = z.object({
  name: z.string(),
  device: z.string(),
  method: z.string(),
  path: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  /** Members of the answer that later calls need, by the name they are called `${there}`. */
  keep: z.record(z.string(), z.string()).optional(),
  /** What happens in the world after the call. */
  then: z.enum(['pay', 'expire']).optional(),
  status: z.int().optional(),
  answer: z.unknown().optional(),
})
const clientSchema = z.object({ version: z.string(), calls: z.array(callSchema) })
type Client = z.infer<typeof clientSchema>

let harness: Harness
beforeAll(async () => (harness = await startHarness()))
afterAll(() => harness.stop())

const read = async (file: string): Promise<Client> =>
  clientSchema.parse(JSON.parse(await readFile(folder + file, 'utf8')))
const files = (await readdir(folder)).filter(file => file.endsWith('.json'))

/**
 * What a client may rely on: members and their types; of a few strings, which decide what it does, the value; of a list,
 * its first member's shape.
 */
function shapeOf(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])]
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one, key)]))
  if (value === null) return null
  if (SIGNED.has(name)) return { header: shapeOf(partOf(value, 0)), claims: shapeOf(partOf(value, 1)) }
  if (DECISIVE.has(name)) return `= ${String(value)}`
  return typeof value
}
const SIGNED = new Set(['token', 'denial', 'keyset'])
const DECISIVE = new Set(
  'code state result status plan rel method header currency interval alg typ aud env ver reason kty crv'.split(
    ' ',
  ),
)
const partOf = (jws: unknown, at: number): unknown =>
  JSON.parse(Buffer.from(String(jws).split('.')[at] ?? '', 'base64url').toString())

/** Every member that was there then, with the same type or value; more may have come. */
function expectAtLeast(now: unknown, then: unknown): void {
  if (Array.isArray(then)) {
    expect(Array.isArray(now)).toBe(true)
    if (then.length > 0) expectAtLeast((now as unknown[])[0], then[0])
  } else if (typeof then === 'object' && then !== null) {
    expect(now).toBeTypeOf('object')
    for (const [key, one] of Object.entries(then)) {
      expect(now).toHaveProperty([key])
      expectAtLeast((now as Record<string, unknown>)[key], one)
    }
  } else expect(now).toEqual(then)
}

async function play(client: Client, onAnswer: (at: number, status: number, shape: unknown) => void) {
  const devices = new Map<string, TestDevice>()
  const kept = new Map<string, string>([['uuid', randomUUID()]])
  const fill = <T>(value: T): T =>
    JSON.parse(
      JSON.stringify(value ?? null).replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
        const known = kept.get(name)
        if (known === undefined) throw new Error(`nothing is called ${name}`)
        return known
      }),
    ) as T
  for (const [at, call] of client.calls.entries()) {
    const device = devices.get(call.device) ?? harness.device()
    devices.set(call.device, device)
    kept.set('device', device.id)
    const body: unknown = call.body === undefined ? undefined : fill(call.body)
    const answer = await device.call(call.method, fill(call.path), body, fill(call.headers ?? {}))
    onAnswer(at, answer.status, answer.body === undefined ? undefined : shapeOf(answer.body))
    for (const [name, member] of Object.entries(call.keep ?? {})) kept.set(name, String(answer.body[member]))
    if (call.then === 'expire') harness.clock.advance({ hours: 24 * 120 })
    if (call.then !== 'pay') continue
    const { invoiceId } = await harness.db.checkout.findUniqueOrThrow({ where: { id: answer.body.id } })
    await harness.pay(invoiceId!)
  }
}

test.each(files)('the client of %s is answered as it was when it was released', async file => {
  const client = await read(file)
  if (process.env['FREEZE'] === client.version) {
    await play(client, (at, status, answer) => Object.assign(client.calls[at]!, { status, answer }))
    await writeFile(folder + file, `${JSON.stringify(client, null, 2)}\n`)
    return
  }
  await play(client, (at, status, shape) => {
    const { name, ...then } = client.calls[at]!
    expect([name, status]).toEqual([name, then.status])
    expectAtLeast(shape, then.answer)
  })
})

test('every public route is called by some frozen client', async () => {
  const api = (await (await fetch(`${harness.server.url}/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>
  }
  const clients = await Promise.all(files.map(read))
  const called = clients.flatMap(({ calls }) => calls.map(({ method, path }) => `${method} ${path}`))
  for (const [path, methods] of Object.entries(api.paths)) {
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
    for (const method of Object.keys(methods)) {
      const found = called.some(
        one => one.startsWith(`${method.toUpperCase()} `) && pattern.test(one.split(' ')[1]!),
      )
      expect([method, path, found]).toEqual([method, path, true])
    }
  }
})
