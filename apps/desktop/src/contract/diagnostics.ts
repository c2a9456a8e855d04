import { z } from 'zod'
import { Done, Instant, Nothing } from './common.ts'
import { event, method } from './define.ts'

// Both answer while the vault is locked, too: it may be the very thing that is wrong.

export const LogLevelName = z.enum(['debug', 'info', 'warning', 'error'])
export type LogLevelName = z.infer<typeof LogLevelName>

/** One line of `autotele_YYYYMMDD.log`; what is secret was left out when it was written. */
export const LogLine = z.object({
  /** Local time with its offset: `2027-03-10T12:00:00.000+01:00`. */
  at: z.string(),
  level: LogLevelName,
  /** Which process wrote it: `core`, `host`, `main`. */
  source: z.string(),
  event: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})
export type LogLine = z.infer<typeof LogLine>

export const logs = {
  /** The last lines at least as grave as `level`, oldest first; `day` (`20270310`) of one file, null: of the newest. */
  read: method(
    z.strictObject({
      level: LogLevelName.default('info'),
      lines: z.int().min(1).max(5000).default(500),
      day: z
        .string()
        .regex(/^\d{8}$/)
        .nullable()
        .default(null),
    }),
    z.object({
      lines: z.array(LogLine),
      /** Days there is a file of, newest first. */
      days: z.array(z.string()),
      folder: z.string(),
      /** What is written at all: `AUTOTELE_LOG_LEVEL`. */
      level: LogLevelName,
    }),
  ),
  /** From now on `logs.appended` comes, for a minute; ask again to go on. `on: false` ends it. */
  follow: method(z.strictObject({ on: z.boolean() }), Done),
  appended: event(z.object({ lines: z.array(LogLine) })),
} as const

export const DIAGNOSTIC_CHECKS = [
  'disk-write',
  'disk-space',
  'settings',
  'database',
  'keyring',
  'vault',
  'sessions',
  'name-resolution',
  'proxy',
  'telegram-address',
  'telegram-app',
  'telegram-session',
  'telegram-clock',
  'license-server',
  'license-clock',
  'license',
  'purchase',
  'log',
] as const

/**
 * What was found; each has a cause and a remedy in both languages. `ok` and `not-checked` say nothing more.
 * `params` fill the sentence.
 */
export const DIAGNOSTIC_CODES = [
  'ok',
  'cancelled',
  'needs-open-vault',
  'not-needed',
  'disk-not-writable',
  'disk-nearly-full',
  'disk-full',
  'settings-unreadable',
  'settings-invalid',
  'settings-server-secret',
  'database-damaged',
  'keyring-weak',
  'keyring-missing',
  'vault-none',
  'vault-locked',
  'session-missing',
  'session-damaged',
  'names-not-resolved',
  'proxy-unreachable',
  'proxy-credentials-refused',
  'proxy-not-socks5',
  'proxy-gets-nowhere',
  'address-unreachable',
  'address-not-telegram',
  'address-some-ports',
  'telegram-blocked',
  'telegram-app-missing',
  'telegram-app-refused',
  'no-account',
  'account-signed-out',
  'account-session-duplicated',
  'account-restricted',
  'account-frozen',
  'account-waiting',
  'account-offline',
  'clock-ahead',
  'clock-behind',
  'license-server-not-set',
  'license-server-unreachable',
  'license-server-not-itself',
  'license-none',
  'license-expired',
  'license-denied',
  'license-soon-over',
  'purchase-unpaid',
  'purchase-underpaid',
  'purchase-confirming',
  'purchase-in-review',
  'purchase-expired',
  'purchase-invalid',
  'log-not-written',
  'log-errors',
] as const
export const DiagnosticCode = z.enum(DIAGNOSTIC_CODES)
export type DiagnosticCode = z.infer<typeof DiagnosticCode>

export const DiagnosticItem = z.object({
  /** `check`, or `check/which` where there are several: `telegram-address/2`, `telegram-session/<account>`. */
  id: z.string(),
  check: z.enum(DIAGNOSTIC_CHECKS),
  /** What it is about, to be shown beside the name of the check: a name of an account, a number of a data centre. */
  subject: z.string().nullable(),
  state: z.enum(['waiting', 'running', 'ok', 'info', 'warning', 'failed', 'skipped']),
  /** Null until it is over. */
  code: DiagnosticCode.nullable(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  milliseconds: z.int().nullable(),
})
export type DiagnosticItem = z.infer<typeof DiagnosticItem>

export const DiagnosticReport = z.object({
  /** Null: none has been made yet. */
  startedAt: Instant.nullable(),
  running: z.boolean(),
  items: z.array(DiagnosticItem),
})
export type DiagnosticReport = z.infer<typeof DiagnosticReport>

/** What an export would hold, in full: what is shown is what is saved, to the byte. */
export const DiagnosticFile = z.object({
  name: z.string(),
  kind: z.enum(['report', 'system', 'hosts', 'settings', 'log']),
  bytes: z.int(),
  text: z.string(),
})
export type DiagnosticFile = z.infer<typeof DiagnosticFile>

/** Whom this installation has talked to, and how often. */
export const HostContact = z.object({
  host: z.string(),
  port: z.int(),
  purpose: z.enum(['telegram', 'proxy', 'license-server', 'updates', 'diagnostics', 'payment-page']),
  /** Attempts, and how many of them came to nothing. */
  count: z.int(),
  failed: z.int(),
  firstAt: Instant,
  lastAt: Instant,
})
export type HostContact = z.infer<typeof HostContact>

export const diagnostics = {
  get: method(Nothing, DiagnosticReport),
  /** Begins anew, or goes on with what is running; answers at once, `diagnostics.changed` tells every step. */
  start: method(Nothing, DiagnosticReport),
  /** What has not been looked at becomes `skipped`, `cancelled`. */
  cancel: method(Nothing, DiagnosticReport),
  changed: event(DiagnosticReport),
  /** Newest contact first; until the vault is open, only those of this start. */
  hosts: method(Nothing, z.array(HostContact)),
  /** Gathers and redacts; kept for 15 minutes, saves nothing. */
  prepareExport: method(Nothing, z.object({ exportId: z.string(), files: z.array(DiagnosticFile) })),
  /** The zip of those files, without `leaveOut`; the interface saves it. `diagnostics/export-over`. */
  export: method(
    z.strictObject({
      exportId: z.string().min(1).max(64),
      leaveOut: z.array(z.string().max(200)).max(100).default([]),
    }),
    z.object({ fileName: z.string(), type: z.literal('application/zip'), base64: z.base64() }),
  ),
} as const
