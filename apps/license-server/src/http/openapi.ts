import { z } from 'zod'
import {
  ADMIN_HEADER,
  ADMIN_ROUTES,
  activateRequestSchema,
  checkoutResponseSchema,
  createCheckoutRequestSchema,
  createCheckoutResponseSchema,
  HEADERS,
  licenseResponseSchema,
  meResponseSchema,
  plansResponseSchema,
  PROBLEM_STATUS,
  problemSchema,
  refreshRequestSchema,
  renewKeyResponseSchema,
  ROUTES,
  trialRequestSchema,
  trialResponseSchema,
  type AdminRoute,
} from '@autotele/shared'

type Operation = {
  readonly method: 'get' | 'post' | 'delete'
  /** As Express writes it: `:id`. */
  readonly path: string
  readonly summary: string
  readonly request?: z.ZodType
  /** Status of the good answer and its body. */
  readonly answers: Readonly<Record<number, z.ZodType | null>>
  /** Headers that the route takes beside the device proof. */
  readonly headers?: Readonly<Record<string, boolean>>
  readonly proof: boolean
}

type Content = { readonly content?: Readonly<Record<string, { readonly schema: unknown }>> }
type DescribedOperation = {
  readonly summary: string
  readonly parameters: readonly ReturnType<typeof parameter>[]
  readonly security: readonly object[]
  readonly requestBody?: Content & { readonly required: boolean }
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>
}

/** Every route that a client may call; what validates a request is what describes it. */
const OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: ROUTES.plans,
    summary: 'What is sold',
    answers: { 200: plansResponseSchema },
    proof: false,
  },
  {
    method: 'post',
    path: ROUTES.trials,
    summary: 'Start the trial of this device, or resume it',
    request: trialRequestSchema,
    answers: { 200: trialResponseSchema, 201: trialResponseSchema },
    proof: true,
  },
  {
    method: 'post',
    path: ROUTES.checkouts,
    summary: 'Begin to pay for a month',
    request: createCheckoutRequestSchema,
    answers: { 201: createCheckoutResponseSchema },
    headers: { [HEADERS.idempotencyKey]: true },
    proof: true,
  },
  {
    method: 'get',
    path: `${ROUTES.checkouts}/:id`,
    summary: 'What has become of a checkout',
    answers: { 200: checkoutResponseSchema },
    headers: { [HEADERS.claimSecret]: true },
    proof: true,
  },
  {
    method: 'post',
    path: ROUTES.refresh,
    summary: 'A new token, or a signed refusal',
    request: refreshRequestSchema,
    answers: { 200: licenseResponseSchema },
    proof: true,
  },
  {
    method: 'post',
    path: ROUTES.activate,
    summary: 'Move this device to the license of a key',
    request: activateRequestSchema,
    answers: { 200: licenseResponseSchema },
    proof: true,
  },
  {
    method: 'get',
    path: ROUTES.me,
    summary: 'The license this device holds',
    answers: { 200: meResponseSchema },
    proof: true,
  },
  {
    method: 'post',
    path: ROUTES.myKey,
    summary: 'A new license key in place of one that was lost',
    answers: { 200: renewKeyResponseSchema },
    proof: true,
  },
  {
    method: 'delete',
    path: `${ROUTES.myDevices}/:id`,
    summary: 'Free the seat of a device',
    answers: { 204: null },
    headers: { [HEADERS.licenseKey]: false },
    proof: true,
  },
]

/** What every operation may answer beside what it is for. */
const wentWrong = {
  description: 'What went wrong',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}

/** The OpenAPI 3.1 description of the public routes. */
export function describeApi(publicUrl: string) {
  const paths: Record<string, Record<string, DescribedOperation>> = {}
  for (const operation of OPERATIONS) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
    const ids = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter('path', String(name), true))
    const headers = Object.entries(operation.headers ?? {}).map(([name, required]) =>
      parameter('header', name, required),
    )
    paths[path] ??= {}
    paths[path][operation.method] = {
      summary: operation.summary,
      parameters: [...ids, ...headers],
      security: operation.proof ? [{ deviceProof: [] }] : [],
      ...(operation.request
        ? { requestBody: { required: true, content: json(operation.request, 'input') } }
        : {}),
      responses: {
        ...Object.fromEntries(
          Object.entries(operation.answers).map(([status, schema]) => [
            status,
            { description: operation.summary, ...(schema ? { content: json(schema, 'output') } : {}) },
          ]),
        ),
        default: wentWrong,
      },
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'AutoTele license server',
      version: '1',
      description: `Stable problem codes: ${Object.keys(PROBLEM_STATUS).join(', ')}.`,
    },
    servers: [{ url: publicUrl }],
    paths,
    components: {
      schemas: { Problem: toSchema(problemSchema, 'output') },
      securitySchemes: {
        deviceProof: {
          type: 'apiKey',
          in: 'header',
          name: HEADERS.deviceProof,
          description: `A JWS over method, URL, body hash and the last ${HEADERS.deviceNonce}, signed by the device's key.`,
        },
      },
    },
  }
}

const parameter = (place: 'path' | 'header', name: string, required: boolean) => ({
  name,
  in: place,
  required,
  schema: { type: 'string' },
})
const toSchema = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
  return rest
}
const json = (schema: z.ZodType, io: 'input' | 'output') => ({
  'application/json': { schema: toSchema(schema, io) },
})

/** The OpenAPI 3.1 description of the administration, made from the table that it is mounted from. */
export function describeAdminApi(url: string) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, route] of Object.entries<AdminRoute>(ADMIN_ROUTES)) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    const { answer, status = 200, summary } = route
    const good = answer === null ? {} : { content: answer === 'text/csv' ? CSV : json(answer, 'output') }
    const who = route.access === 'public' ? 'Anyone.' : `Roles: ${route.access.join(', ')}.`
    const token = route.scope ? ` Scope of a token: ${route.scope}.` : ' Not for tokens.'
    const code = route.stepUp ? ' Needs a fresh one-time code.' : ''
    paths[path] ??= {}
    paths[path][route.method] = {
      operationId: name,
      summary,
      description: who + (route.access === 'public' ? '' : token + code),
      parameters: [
        ...parametersOf('path', route.params),
        ...parametersOf('query', route.query),
        ...(route.idempotent ? [parameter('header', HEADERS.idempotencyKey, false)] : []),
      ],
      security: route.access === 'public' ? [] : [{ session: [] }, ...(route.scope ? [{ token: [] }] : [])],
      ...(route.body ? { requestBody: { required: true, content: json(route.body, 'input') } } : {}),
      responses: {
        [status]: { description: summary, ...good },
        default: wentWrong,
      },
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'AutoTele license server, administration',
      version: '1',
      description: `In a session every call that changes something carries "${ADMIN_HEADER}: 1".`,
    },
    servers: [{ url }],
    paths,
    components: {
      schemas: { Problem: toSchema(problemSchema, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-autotele-admin' },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  }
}

const CSV = { 'text/csv': { schema: { type: 'string' } } }
/** One parameter for each member of an object. */
function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined) {
  if (!schema) return []
  const { properties = {}, required = [] } = toSchema(schema, 'input')
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }))
}
