import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HEADERS } from '@autotele/shared'
import { createBrowser, startAdministration } from '../testing/administration.ts'
import { startHarness, type Harness } from '../testing/harness.ts'

type Schema = {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly pattern?: string
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
}
type Operation = {
  readonly parameters: readonly { name: string; in: string; schema: Schema }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } }
}
type Api = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

/** Values that a schema allows, as far as it says. */
function allowed(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choice = schema.anyOf ?? schema.oneOf
  if (choice) return fc.oneof(...choice.map(allowed))
  switch (schema.type) {
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, one]) => [name, allowed(one)]),
        ),
        { requiredKeys: [...(schema.required ?? [])] },
      )
    case 'array':
      return fc.array(allowed(schema.items ?? {}), { minLength: 1, maxLength: 4 })
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? 0, -1e9),
        max: Math.min(schema.maximum ?? 1e9, 1e9),
      })
    case 'boolean':
      return fc.boolean()
    case 'string': {
      if (schema.format === 'email') return fc.constantFrom('someone@example.com', 'a.b+c@example.org')
      if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern))
      // What PostgreSQL, UTF-8 and regular expressions stumble over, more often than chance brings it.
      const unit = fc.oneof(
        { weight: 5, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.constantFrom('\u0000', '\ud800', '\u202e', "'", '%') },
      )
      return fc.string({
        unit,
        minLength: schema.minLength ?? 0,
        maxLength: Math.min(schema.maxLength ?? 40, 60),
      })
    }
    default:
      return fc.jsonValue()
  }
}

/** Mostly what is allowed, with anything at all in its place or in one of its members. */
const nearly = (schema: Schema): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 4, arbitrary: allowed(schema) },
    { weight: 1, arbitrary: fc.jsonValue() },
    {
      weight: 2,
      arbitrary: fc.tuple(allowed(schema), fc.nat(), fc.jsonValue()).map(([value, at, other]) => {
        if (typeof value !== 'object' || value === null) return other
        const names = Object.keys(value)
        const name = names[at % Math.max(1, names.length)]
        return name === undefined ? other : { ...value, [name]: other }
      }),
    },
  )

let harness: Harness
beforeAll(async () => (harness = await startHarness()))
afterAll(() => harness.stop())

const wellFormed = (value: string) => Buffer.from(value).toString()

/** Fills a path and its query; what is no string is written as one. */
const addressOf = (path: string, operation: Operation): fc.Arbitrary<string> =>
  fc
    .record(Object.fromEntries(operation.parameters.map(({ name, schema }) => [name, nearly(schema)])))
    .map(values => {
      const text = (name: string) =>
        typeof values[name] === 'string' ? values[name] : JSON.stringify(values[name])
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(wellFormed(text(name)) || 'x'),
      )
      const query = operation.parameters
        .filter(one => one.in === 'query')
        .map((one): [string, string] => [one.name, text(one.name)])
      return query.length === 0 ? filled : `${filled}?${new URLSearchParams(query).toString()}`
    })
const bodyOf = ({ requestBody }: Operation): fc.Arbitrary<unknown> =>
  requestBody ? nearly(requestBody.content['application/json'].schema) : fc.constant(undefined)

const operationsOf = (api: Api) =>
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )

test('whatever a device sends to a public route, no answer says that the server failed', async () => {
  const api = (await (await fetch(`${harness.server.url}/v1/openapi.json`)).json()) as Api
  for (const { path, method, operation } of operationsOf(api)) {
    const device = harness.device()
    await fc.assert(
      fc.asyncProperty(
        addressOf(path, operation),
        bodyOf(operation),
        fc.string(),
        async (address, body, header) => {
          const headers = {
            [HEADERS.idempotencyKey]: randomUUID(),
            [HEADERS.claimSecret]: encodeURIComponent(wellFormed(header)),
            [HEADERS.licenseKey]: encodeURIComponent(wellFormed(header)),
          }
          const answer = await device.call(method, address, body, headers)
          expect([method, address, answer.status]).toEqual([
            method,
            address,
            expect.toSatisfy((n: number) => n < 500),
          ])
          if (answer.status >= 400)
            expect(answer.body).toMatchObject({ code: expect.any(String), status: answer.status })
        },
      ),
      { numRuns: 12 },
    )
  }
})

test('whatever an administrator sends, no answer says that the server failed', async () => {
  const administration = await startAdministration(harness)
  const person = await administration.person('owner')
  const api = (await person.browser.call('GET', '/openapi.json')).body as Api
  for (const { path, method, operation } of operationsOf(api)) {
    await fc.assert(
      fc.asyncProperty(addressOf(path, operation), bodyOf(operation), async (address, body) => {
        // Some of what is sent ends the session, and guessing is slowed down.
        harness.clock.advance({ minutes: 1 })
        if ((await person.browser.call('GET', '/session')).status !== 200) {
          harness.clock.advance({ minutes: 16 })
          await person.signIn()
        }
        if (harness.clock.unix() % 4 === 0) await person.stepUp()
        const call = await person.browser.call(method, address.replace('/admin/v1', ''), body)
        expect([method, address, call.status]).toEqual([
          method,
          address,
          expect.toSatisfy((n: number) => n < 500),
        ])
      }),
      { numRuns: 8 },
    )
  }
}, 60_000)

test.each([
  '',
  '{',
  '{"email":"\\u0000"}',
  '{"email":"\\ud800"}',
  '[]',
  'null',
  '"x"',
  '1e999',
  '\u0000',
  '{"a":'.repeat(10_000),
])('a body that is no request is told so (%#)', async body => {
  const response = await fetch(`${harness.server.url}/admin/v1/session`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', 'autotele-admin': '1' },
  })
  expect([400, 422]).toContain(response.status)
  const browser = createBrowser(harness.server.url)
  expect((await browser.call('POST', '/session', {})).status).toBe(422)
})
