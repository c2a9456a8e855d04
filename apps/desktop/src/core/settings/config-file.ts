import { z } from 'zod'

// `config/app_config.json`: names, nesting and figures are the administrator guide's. What the original kept under
// `btcpay` and is the server's secret is not: see `STORE_SECRETS`.

/** Zone ids are decided by the machine's own tables: a name this ICU does not know cannot be computed with. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return /^[A-Za-z]/.test(zone)
  } catch {
    return false
  }
}

/** Plain HTTP only reaches this machine itself. */
function isServerUrl(text: string): boolean {
  if (text === '') return true
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return (
    protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname))
  )
}

const positive = z.number().positive()

/** Every value the client reads from the file, by its path, with what counts when it is absent or invalid. */
const CONFIG = {
  'app.name': { schema: z.string(), fallback: 'AutoTele' },
  'app.language': { schema: z.enum(['fr', 'en']), fallback: 'fr' },
  'app.theme': { schema: z.enum(['system', 'light', 'dark']), fallback: 'system' },
  'app.time_zone': { schema: z.string().refine(isTimeZone).nullable(), fallback: null },
  'telegram.api_id': { schema: z.int().positive().nullable(), fallback: null },
  'telegram.api_hash': {
    schema: z
      .string()
      .regex(/^[0-9a-f]{32}$/i)
      .nullable(),
    fallback: null,
  },
  'telegram.rate_limit_delay': { schema: z.number().min(3).max(3600), fallback: 3 },
  'telegram.max_messages_per_minute': { schema: z.int().min(1).max(20), fallback: 20 },
  'telegram.max_groups_warning': { schema: z.int().min(1).max(50), fallback: 50 },
  'btcpay.subscription_price': { schema: positive.max(1e9), fallback: 29.99 },
  'btcpay.currency': { schema: z.string().regex(/^[A-Z]{3}$/), fallback: 'EUR' },
  'btcpay.trial_days': { schema: z.int().min(0).max(365), fallback: 7 },
  'btcpay.check_interval_hours': { schema: z.number().min(1).max(24), fallback: 24 },
  'security.session_encryption': { schema: z.literal(true), fallback: true },
  'security.auto_logout_minutes': { schema: z.number().min(0).max(100_000), fallback: 0 },
  'security.require_password': { schema: z.boolean(), fallback: false },
  'history.with_texts': { schema: z.boolean(), fallback: false },
  'paths.sessions_dir': { schema: z.string().min(1), fallback: 'sessions' },
  'paths.logs_dir': { schema: z.string().min(1), fallback: 'logs' },
  'paths.temp_dir': { schema: z.string().min(1), fallback: 'temp' },
  'license.server_url': { schema: z.string().refine(isServerUrl), fallback: '' },
} as const satisfies Record<string, { schema: z.ZodType; fallback: unknown }>

type ConfigKey = keyof typeof CONFIG
export type ConfigValues = { readonly [K in ConfigKey]: z.output<(typeof CONFIG)[K]['schema']> }

/** They open the operator's store. In a client they would be in everybody's hands. */
const STORE_SECRETS = new Set(['server_url', 'store_id', 'api_key', 'webhook_secret'])
/** The server's environment, under the guide's names and without the prefix, wherever in the file. */
const SERVER_VARIABLE =
  /^(?:AUTOTELE_)?(?:BTCPAY_(?:URL|API_KEY|STORE_ID|WEBHOOK_SECRET)|PEPPER|KEY_ENCRYPTION_KEY)$|^(?:DATABASE_URL|POSTGRES_PASSWORD)$/i

const isServerSecret = (path: readonly string[]): boolean =>
  SERVER_VARIABLE.test((path.at(-1) ?? '').replaceAll('-', '_').replace(/_FILE$/i, '')) ||
  (path.length === 2 && path[0] === 'btcpay' && STORE_SECRETS.has(path[1] ?? ''))

export type JsonObject = Readonly<Record<string, unknown>>

/** Nobody nests settings deeper; a file made to exhaust us may. */
const DEEPEST = 8

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What the file said, with defaults where it said nothing or nothing usable. */
export type ParsedConfig = {
  readonly values: ConfigValues
  /** The file as it is, to be written back with everything unknown in it; null when it is no JSON object. */
  readonly raw: JsonObject | null
  readonly invalid: readonly ConfigKey[]
  /** Paths (`btcpay.api_key`) of what does not belong into a client's file. */
  readonly secrets: readonly string[]
}

/** Pure. `text` is the file's contents. */
export function parseConfig(text: string): ParsedConfig {
  const raw = parseObject(text)
  const invalid: ConfigKey[] = []
  const read = (key: ConfigKey): unknown => {
    const [section, name] = split(key)
    const group = raw?.[section]
    const value = isObject(group) ? group[name] : undefined
    if (value === undefined) return CONFIG[key].fallback
    const parsed = CONFIG[key].schema.safeParse(value)
    if (parsed.success) return parsed.data
    invalid.push(key)
    return CONFIG[key].fallback
  }
  const values = Object.fromEntries(configKeys.map(key => [key, read(key)])) as ConfigValues
  return { values, raw, invalid, secrets: raw ? secretsIn(raw).map(path => path.join('.')) : [] }
}

function secretsIn(object: JsonObject, at: readonly string[] = []): readonly (readonly string[])[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const path = [...at, name]
    if (isServerSecret(path)) return [path]
    return isObject(value) && at.length < DEEPEST ? secretsIn(value, path) : []
  })
}

/** The file's object without server secrets and without values that cannot be; the rest keeps its place. Pure. */
export function withoutFaults(
  raw: JsonObject,
  { invalid }: Pick<ParsedConfig, 'invalid'>,
  at: readonly string[] = [],
): JsonObject {
  const entries = Object.entries(raw).flatMap(([name, value]): [string, unknown][] => {
    const path = [...at, name]
    if (isServerSecret(path) || invalid.some(key => key === path.join('.'))) return []
    if (isObject(value) && at.length < DEEPEST) return [[name, withoutFaults(value, { invalid }, path)]]
    return [[name, value]]
  })
  return Object.fromEntries(entries)
}

/** The file's object with some values replaced; everything else, known or not, keeps its place. Pure. */
export function changeConfig(raw: JsonObject, change: Partial<ConfigValues>): JsonObject {
  let next = raw
  for (const [key, value] of Object.entries(change)) {
    const [section, name] = split(key)
    const group = next[section]
    next = { ...next, [section]: { ...(isObject(group) ? group : {}), [name]: value } }
  }
  return next
}

/** The file of a first start. */
export const initialConfig = (version: string): JsonObject => ({
  app: { name: 'AutoTele', version, language: 'fr' },
  telegram: { rate_limit_delay: 3, max_messages_per_minute: 20, max_groups_warning: 50 },
  btcpay: { subscription_price: 29.99, currency: 'EUR', trial_days: 7, check_interval_hours: 24 },
  security: { session_encryption: true, auto_logout_minutes: 0, require_password: false },
  paths: { sessions_dir: 'sessions', logs_dir: 'logs', config_dir: 'config', temp_dir: 'temp' },
  license: { server_url: '' },
})

const configKeys = Object.keys(CONFIG) as ConfigKey[]
const split = (key: string): [string, string] => key.split('.') as [string, string]

function parseObject(text: string): JsonObject | null {
  try {
    // A byte order mark is what Windows' editors leave at the beginning.
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return isObject(value) ? value : null
  } catch {
    return null
  }
}
