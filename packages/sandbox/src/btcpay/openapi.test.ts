import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { beforeAll, describe, expect, it } from 'vitest'
import { call, createInvoice, startForTest, startReceiver } from './test-kit.ts'

// BTCPay publishes its OpenAPI templates in BTCPayServer/wwwroot/swagger/v1 (MIT); they are not copied here.
const folder = process.env['BTCPAY_OPENAPI_DIR'] ?? ''
const available = folder !== '' && existsSync(folder)

if (!available) {
  const why = folder === '' ? 'BTCPAY_OPENAPI_DIR is not set' : `there is no folder ${folder}`
  const note = `not checked against BTCPay's published schemas: ${why}`
  process.stderr.write(`${note}\n`)
  it.skip(note)
}

describe.runIf(available)("answers, against BTCPay's published schemas", () => {
  let schemas: Schemas
  beforeAll(() => {
    schemas = load(folder)
  })

  it('invoices: new, paid in every way, listed, with payment methods', async () => {
    const btcpay = await startForTest()
    const full = await createInvoice(btcpay, {
      checkout: {
        defaultLanguage: 'fr',
        redirectURL: 'https://app.example/',
        defaultPaymentMethod: 'BTC-LN',
      },
    })
    const late = await createInvoice(btcpay)
    const gone = await createInvoice(btcpay)
    await btcpay.pay(full, 'over')
    await btcpay.confirm(full)
    await btcpay.pay(late, 'late')
    await btcpay.pay(gone, 'full')
    await btcpay.doubleSpend(gone)
    await createInvoice(btcpay, { amount: '0' })
    await createInvoice(btcpay, { amount: null })
    const path = `/api/v1/stores/${btcpay.storeId}/invoices`
    const plain = await list(btcpay, path)
    const detailed = await list(btcpay, `${path}?includePaymentMethods=true`)
    expect(plain).toHaveLength(5)
    check(schemas, 'InvoiceData', [...plain, ...detailed])
    for (const id of [full, late, gone])
      check(
        schemas,
        'InvoicePaymentMethodDataModel',
        await list(btcpay, `${path}/${id}/payment-methods?onlyAccountedPayments=false`),
      )
  })

  it('store, server, key, health', async () => {
    const btcpay = await startForTest()
    const get = async (path: string) => [(await call(btcpay, 'GET', path)).body]
    check(schemas, 'StoreData', await get(`/api/v1/stores/${btcpay.storeId}`))
    check(schemas, 'ApiKeyData', await get('/api/v1/api-keys/current'))
    check(schemas, 'ApplicationHealthData', await get('/api/v1/health'))
    check(schemas, 'ApplicationServerInfoData', await get('/api/v1/server/info'))
  })

  it('refunds, listed', async () => {
    const btcpay = await startForTest()
    const id = await createInvoice(btcpay)
    await btcpay.pay(id, 'lightning')
    await btcpay.refund(id)
    const key = btcpay.createApiKey(['unrestricted'])
    check(
      schemas,
      'PullPaymentData',
      await list(btcpay, `/api/v1/stores/${btcpay.storeId}/pull-payments`, key),
    )
  })

  it('webhooks and deliveries', async () => {
    const receiver = await startReceiver((_received, before) => (before === 0 ? 'hang up' : 404))
    const btcpay = await startForTest()
    const path = `/api/v1/stores/${btcpay.storeId}/webhooks`
    const key = btcpay.operatorKey
    const made = (await call(btcpay, 'POST', path, { key, body: { url: receiver.url } })).body as {
      id: string
    }
    check(schemas, 'WebhookDataCreateResult', [made])
    check(schemas, 'WebhookData', await list(btcpay, path, key))
    await createInvoice(btcpay)
    await btcpay.settled()
    const deliveries = await list(btcpay, `${path}/${made.id}/deliveries`, key)
    expect(deliveries).toHaveLength(2)
    check(schemas, 'WebhookDeliveryData', deliveries)
  })

  it('events, first deliveries and retries', async () => {
    const receiver = await startReceiver((_received, before) => (before % 2 === 0 ? 500 : 200))
    const btcpay = await startForTest()
    await btcpay.setWebhook({ url: receiver.url })
    for (const how of ['full', 'partial', 'late', 'lightning'] as const) {
      const id = await createInvoice(btcpay)
      await btcpay.pay(id, how)
      if (how === 'full') await btcpay.confirm(id)
      if (how === 'partial') await btcpay.mark(id, 'Invalid')
    }
    await btcpay.settled()
    const events = (type: string) => receiver.received.map(({ event }) => event).filter(e => e.type === type)
    for (const name of ['Settled', 'Invalid', 'Processing', 'ReceivedPayment', 'PaymentSettled', 'Expired']) {
      expect(events(`Invoice${name}`).length).toBeGreaterThan(1)
      check(schemas, `WebhookInvoice${name}Event`, events(`Invoice${name}`))
    }
    check(schemas, 'WebhookInvoiceEvent', events('InvoiceCreated'))
  })

  it('errors', async () => {
    const btcpay = await startForTest()
    const path = `/api/v1/stores/${btcpay.storeId}/invoices`
    const post = async (body: unknown) => (await call(btcpay, 'POST', path, { body })).body
    check(schemas, 'ValidationProblemDetails', [await post({ amount: 'x' })])
    check(schemas, 'ProblemDetails', [
      await post({ amount: '1', currency: 'XYZ' }),
      (await call(btcpay, 'GET', path, { key: null })).body,
      (await call(btcpay, 'GET', `${path}/nope`)).body,
    ])
  })
})

type Schema = {
  $ref?: string
  allOf?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  type?: string | string[]
  enum?: unknown[]
  items?: Schema
  nullable?: boolean
  properties?: Record<string, Schema>
  additionalProperties?: boolean
}
type Schemas = Readonly<Record<string, Schema>>

/** Where BTCPay's code answers something that its file forgets or gets wrong. */
const errata: Readonly<Record<string, (schema: Schema) => void>> = {
  InvoiceData(schema) {
    schema.properties = { ...schema.properties, paymentMethods: { type: 'array' } }
  },
  // The code has no such value; leaving it in would let the sandbox invent it.
  InvoiceAdditionalStatus(schema) {
    schema.enum = (schema.enum ?? []).filter(value => value !== 'Invalid')
  },
  CheckoutOptions: schema => nullable(schema, 'defaultPaymentMethod'),
  ApplicationServerInfoData: schema => nullable(schema, 'onion'),
  WebhookDeliveryData: schema => nullable(schema, 'errorMessage'),
  StoreBaseData(schema) {
    if (schema.properties) schema.properties['paymentMethodCriteria'] = { type: 'array' }
  },
}

function nullable(schema: Schema, property: string) {
  const old = schema.properties?.[property]
  if (schema.properties && old) schema.properties[property] = { anyOf: [old, { type: 'null' }] }
}

function load(directory: string): Schemas {
  const schemas: Record<string, Schema> = {}
  for (const name of readdirSync(directory)) {
    if (!/^swagger\.template.*\.json$/.test(name)) continue
    const file = JSON.parse(readFileSync(join(directory, name), 'utf8')) as {
      components?: { schemas?: Schemas }
    }
    Object.assign(schemas, file.components?.schemas)
  }
  for (const [name, correct] of Object.entries(errata)) {
    const schema = schemas[name]
    if (!schema) throw new Error(`The published schemas no longer hold ${name}`)
    const own = [schema, ...(schema.allOf ?? [])].findLast(part => part.properties ?? part.enum)
    correct(own ?? schema)
  }
  return schemas
}

/**
 * OpenAPI 3.0 as JSON Schema: references resolved, `allOf` merged (with `additionalProperties: false` in a branch it
 * could never be met), `nullable` spelled out. Documented properties must all be there: BTCPay writes nulls.
 */
function translate(schemas: Schemas, schema: Schema): Record<string, unknown> {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    return translate(schemas, schemas[name] ?? {})
  }
  const branches = schema.anyOf ?? schema.oneOf
  if (branches) return { anyOf: branches.map(branch => loosely(translate(schemas, branch))) }
  const { properties, first } = merge(schemas, schema)
  const nullType = schema.nullable ? ['null'] : []
  if (Object.keys(properties).length > 0) {
    return {
      type: ['object', ...nullType],
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, property]) => [name, translate(schemas, property)]),
      ),
      required: Object.keys(properties),
      additionalProperties: false,
    }
  }
  const { type, items, enum: values } = first
  return {
    ...(type === undefined ? {} : { type: [type, ...nullType].flat() }),
    ...(values === undefined ? {} : { enum: [...values, ...(schema.nullable ? [null] : [])] }),
    ...(items === undefined ? {} : { items: translate(schemas, items) }),
  }
}

/** Alternatives such as those of the metadata list some properties each; none of them is whole. */
function loosely({ required: _required, additionalProperties: _closed, ...schema }: Record<string, unknown>) {
  return schema
}

function merge(schemas: Schemas, schema: Schema): { properties: Record<string, Schema>; first: Schema } {
  const resolved = schema.$ref ? (schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}) : schema
  const parts = (resolved.allOf ?? []).map(part => merge(schemas, part))
  return {
    properties: Object.assign(
      {},
      ...parts.map(({ properties }) => properties),
      resolved.properties,
    ) as Record<string, Schema>,
    first: parts[0]?.first ?? resolved,
  }
}

function check(schemas: Schemas, name: string, values: readonly unknown[]) {
  const schema = schemas[name]
  if (!schema) throw new Error(`The published schemas hold no ${name}`)
  const validate: ValidateFunction = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
    translate(schemas, schema),
  )
  expect(values.length).toBeGreaterThan(0)
  for (const value of values) {
    validate(value)
    expect(validate.errors ?? [], `${name}: ${JSON.stringify(value)}`).toEqual([])
  }
}

async function list(btcpay: Awaited<ReturnType<typeof startForTest>>, path: string, key?: string) {
  const { body } = await call(btcpay, 'GET', path, key === undefined ? {} : { key })
  return body as unknown[]
}
