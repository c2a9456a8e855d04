import pino, { type Logger } from 'pino'

/** Names under which a secret could reach a log by mistake. */
const SECRET_NAMES = [
  'authorization',
  'apiKey',
  'claimSecret',
  'licenseKey',
  'password',
  'pepper',
  'secret',
  'token',
  'databaseUrl',
  'connectionString',
]

/** JSON lines on standard error: standard output is for `--json`. */
export const createLog = (level: string): Logger =>
  pino(
    {
      level,
      base: { service: 'license-server' },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_NAMES.flatMap(name => [name, `*.${name}`]), censor: '[secret]' },
    },
    pino.destination({ fd: 2, sync: true }),
  )
