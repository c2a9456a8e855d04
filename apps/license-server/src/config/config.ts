import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const url = z.url({ protocol: /^https?$/ }).transform(value => value.replace(/\/+$/, ''))
const key32 = z
  .string()
  .transform(value => Buffer.from(value, 'base64'))
  .refine(bytes => bytes.length === 32, 'must be 32 bytes in base64')

/** One, or two while the secret is being changed. */
const oneOrTwo = <T>(one: z.ZodType<T, string>) =>
  z
    .string()
    .transform(value => value.split(',').map(part => part.trim()))
    .pipe(z.array(one).min(1).max(2))
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 02:00')
const list = (pattern: RegExp, message: string) =>
  z
    .string()
    .transform(value => value.split(/[\s,]+/))
    .pipe(z.array(z.string().regex(pattern, message)))

/** `false`, `true`, a number of proxies, or addresses: what Express calls `trust proxy`. */
const trustProxy = z.string().transform(value => {
  if (value === 'true' || value === 'false') return value === 'true'
  return /^\d+$/.test(value) ? Number(value) : value.split(',').map(address => address.trim())
})

const schema = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: integer(0, 65_535).default(8080),
  AUTOTELE_METRICS_PORT: integer(0, 65_535).default(9464),
  AUTOTELE_HOST: z.string().optional(),
  AUTOTELE_PUBLIC_URL: url.optional(),
  AUTOTELE_ADMIN_URL: url.optional(),
  AUTOTELE_DATA_DIR: z.string().default('.autotele/license-server'),
  AUTOTELE_LOG_LEVEL: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['trace', 'debug', 'info', 'warning', 'warn', 'error', 'fatal', 'critical', 'silent']))
    .default('info'),
  AUTOTELE_TRUST_PROXY: trustProxy.default(false),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  AUTOTELE_BTCPAY_URL: url.optional(),
  AUTOTELE_BTCPAY_API_KEY: z.string().optional(),
  AUTOTELE_BTCPAY_STORE_ID: z.string().optional(),
  AUTOTELE_BTCPAY_WEBHOOK_SECRET: oneOrTwo(z.string().min(8)).optional(),
  AUTOTELE_KEY_ENCRYPTION_KEY: oneOrTwo(key32).optional(),
  AUTOTELE_PEPPER: key32.optional(),
  AUTOTELE_KEYSET_FILE: z.string().optional(),
  AUTOTELE_RECONCILE_SECONDS: integer(1, 86_400).default(300),
  AUTOTELE_LATE_PAYMENTS: z.enum(['grant', 'review']).default('grant'),
  AUTOTELE_BACKUP_DIR: z.string().optional(),
  AUTOTELE_BACKUP_RECIPIENTS: list(/^age1[0-9a-z]+$/, 'must be age1… recipients').optional(),
  AUTOTELE_BACKUP_IDENTITY: z
    .string()
    .regex(/^AGE-SECRET-KEY-[0-9A-Z-]+$/, 'must be an age identity')
    .optional(),
  AUTOTELE_BACKUP_COPY_TO: z.string().optional(),
  AUTOTELE_BACKUP_AT: clockTime.default('02:00'),
  AUTOTELE_BACKUP_DAYS: integer(1, 3650).default(30),
})
type Name = keyof z.infer<typeof schema>

/** May also come as a file whose path is in `…_FILE`, as container secrets do. */
export const SECRETS: readonly Name[] = [
  'DATABASE_URL',
  'AUTOTELE_BTCPAY_API_KEY',
  'AUTOTELE_BTCPAY_WEBHOOK_SECRET',
  'AUTOTELE_KEY_ENCRYPTION_KEY',
  'AUTOTELE_PEPPER',
  'AUTOTELE_BACKUP_IDENTITY',
  'AUTOTELE_BACKUP_COPY_TO',
]
const REQUIRED_IN_PRODUCTION: readonly Name[] = [
  'AUTOTELE_PUBLIC_URL',
  'DATABASE_URL',
  'AUTOTELE_BTCPAY_URL',
  'AUTOTELE_BTCPAY_API_KEY',
  'AUTOTELE_BTCPAY_STORE_ID',
  'AUTOTELE_BTCPAY_WEBHOOK_SECRET',
  'AUTOTELE_KEY_ENCRYPTION_KEY',
  'AUTOTELE_PEPPER',
  'AUTOTELE_KEYSET_FILE',
]
/** The names the guide uses, as pino calls them. */
const LEVELS: Record<string, string> = { warning: 'warn', critical: 'fatal' }

export type BtcpayConfig = { readonly url: string; readonly apiKey: string; readonly storeId: string }

export type BackupConfig = {
  /** Where backups are kept; without it there are none. */
  readonly folder: string | undefined
  /** age recipients, every one of which can open every backup. */
  readonly recipients: readonly string[]
  /** age identity that opens them: for restoring and rehearsing. */
  readonly identity: string | undefined
  /** A folder on another machine that is mounted here, or a WebDAV address with its credentials. */
  readonly copyTo: string | undefined
  /** Time of day, `02:00`, in the zone of the process. */
  readonly at: string
  readonly keptDays: number
}

export type Config = {
  readonly production: boolean
  readonly port: number
  readonly metricsPort: number
  /** Interface to listen on; every one in production, where a proxy stands in front, loopback else. */
  readonly host: string
  /** Base URL of `htu` and `iss`; unset, the address listened on. */
  readonly publicUrl: string | undefined
  /** Base URL of the administration; set, it answers on that host name alone. */
  readonly adminUrl: string | undefined
  readonly dataDir: string
  readonly logLevel: string
  readonly trustProxy: boolean | number | string[]
  readonly databaseUrl: string | undefined
  /** The file that `databaseUrl` came from, if one did. */
  readonly databaseUrlFile: string | undefined
  /** Unset outside production: checkouts then answer that payments are unavailable. */
  readonly btcpay: BtcpayConfig | undefined
  readonly webhookSecrets: readonly string[] | undefined
  /** The one to seal with; during a rotation also another that may be opened with. */
  readonly keyEncryptionKeys: readonly Uint8Array[] | undefined
  readonly pepper: Uint8Array | undefined
  readonly keySetFile: string | undefined
  readonly reconcileSeconds: number
  readonly latePayments: 'grant' | 'review'
  readonly backup: BackupConfig
}

/** The environment is not usable; the message names every variable at once and shows no value. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`Cannot go on:\n${problems.map(problem => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
  }
}

/** Reads the whole configuration from the environment. Throws `ConfigError` with everything that is wrong. */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  readSecret: (path: string) => string = path => readFileSync(path, 'utf8'),
): Config {
  const problems: string[] = []
  const values = gather(env, readSecret, problems)
  const production = values['NODE_ENV'] === 'production'
  if (production) {
    for (const name of REQUIRED_IN_PRODUCTION) {
      const orFile = SECRETS.includes(name) ? ` (or ${name}_FILE)` : ''
      if (values[name] === undefined) problems.push(`${name}${orFile} is missing`)
    }
  }
  const parsed = schema.safeParse(values)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(`${String(issue.path[0])}: ${issue.message}`)
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  const env_ = parsed.data
  const { AUTOTELE_BTCPAY_URL, AUTOTELE_BTCPAY_API_KEY, AUTOTELE_BTCPAY_STORE_ID } = env_
  return {
    production,
    port: env_.PORT,
    metricsPort: env_.AUTOTELE_METRICS_PORT,
    host: env_.AUTOTELE_HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    publicUrl: env_.AUTOTELE_PUBLIC_URL,
    adminUrl: env_.AUTOTELE_ADMIN_URL,
    dataDir: resolve(env_.AUTOTELE_DATA_DIR),
    logLevel: LEVELS[env_.AUTOTELE_LOG_LEVEL] ?? env_.AUTOTELE_LOG_LEVEL,
    trustProxy: env_.AUTOTELE_TRUST_PROXY,
    databaseUrl: env_.DATABASE_URL,
    databaseUrlFile: env['DATABASE_URL_FILE']?.trim() || undefined,
    btcpay:
      AUTOTELE_BTCPAY_URL && AUTOTELE_BTCPAY_API_KEY && AUTOTELE_BTCPAY_STORE_ID
        ? { url: AUTOTELE_BTCPAY_URL, apiKey: AUTOTELE_BTCPAY_API_KEY, storeId: AUTOTELE_BTCPAY_STORE_ID }
        : undefined,
    webhookSecrets: env_.AUTOTELE_BTCPAY_WEBHOOK_SECRET,
    keyEncryptionKeys: env_.AUTOTELE_KEY_ENCRYPTION_KEY,
    pepper: env_.AUTOTELE_PEPPER,
    keySetFile: env_.AUTOTELE_KEYSET_FILE,
    reconcileSeconds: env_.AUTOTELE_RECONCILE_SECONDS,
    latePayments: env_.AUTOTELE_LATE_PAYMENTS,
    backup: {
      folder: env_.AUTOTELE_BACKUP_DIR,
      recipients: env_.AUTOTELE_BACKUP_RECIPIENTS ?? [],
      identity: env_.AUTOTELE_BACKUP_IDENTITY,
      copyTo: env_.AUTOTELE_BACKUP_COPY_TO,
      at: env_.AUTOTELE_BACKUP_AT,
      keptDays: env_.AUTOTELE_BACKUP_DAYS,
    },
  }
}

/** Every variable of ours that is set; an empty one counts as unset, as docker compose writes those. */
function gather(
  env: Readonly<Record<string, string | undefined>>,
  readSecret: (path: string) => string,
  problems: string[],
): Record<string, string | undefined> {
  const values: Record<string, string | undefined> = {}
  for (const name of Object.keys(schema.shape) as Name[]) {
    values[name] = env[name]?.trim() || undefined
    const path = SECRETS.includes(name) ? env[`${name}_FILE`]?.trim() : undefined
    if (!path) continue
    if (values[name] !== undefined) problems.push(`${name} and ${name}_FILE are both set`)
    try {
      values[name] = readSecret(path).trim() || undefined
    } catch {
      problems.push(`${name}_FILE names a file that cannot be read: ${path}`)
    }
  }
  return values
}
