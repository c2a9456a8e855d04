import pino, { type DestinationStream, type Logger } from 'pino'

/** Names under which a secret could reach a log by mistake. */
const SECRET_NAMES = [
  'authorization',
  'cookie',
  'enrolmentSecret',
  'keyEncryptionKey',
  'recoveryCodes',
  'set-cookie',
  'totpSecret',
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

/** At the top and two levels down; a hyphen needs brackets. */
const pathsOf = (name: string) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]

/** JSON lines on standard error: standard output is for `--json`. */
export const createLog = (
  level: string,
  destination: DestinationStream = pino.destination({ fd: 2, sync: true }),
): Logger =>
  pino(
    {
      level,
      base: { service: 'license-server' },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_NAMES.flatMap(pathsOf), censor: '[secret]' },
    },
    destination,
  )
