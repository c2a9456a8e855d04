import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config.ts'
import { migrate } from '../storage/migrate.ts'
import { adminCreate, attentionAnswer, attentionList, auditVerify, reconcileNow } from './admin-commands.ts'
import { backupCreate, backupList, backupRehearse, backupRestore, backupSchedule } from './backup-commands.ts'
import { btcpayCheck, btcpaySetupWebhook } from './btcpay-commands.ts'
import { fail, type Environment, type Invocation } from './environment.ts'
import { preflightCommand } from './preflight-command.ts'
import { rotate, secretsInit } from './rotate-command.ts'
import { rebuildNow } from './rebuild-command.ts'
import { runKeysCommand } from './keys-command.ts'

type Command = {
  /** What follows the name. */
  readonly usage: string
  readonly summary: string
  readonly help: string
  readonly options?: Readonly<Record<string, 'string' | 'boolean'>>
  readonly run: (invocation: Invocation) => Promise<unknown>
}

const keys =
  (name: string) =>
  async ({ words, env, say }: Invocation): Promise<unknown> => {
    const lines: string[] = []
    if (!(await runKeysCommand([name, ...words], env, text => lines.push(text)))) {
      return fail(`keys:${name} ${COMMANDS[`keys:${name}`]?.usage ?? ''}`)
    }
    for (const line of lines) say(line)
    return parseLine(lines.join('\n'))
  }

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const ROTATION = `A rotation, without one failed verification: keys:create; keys:list > payload; keys:sign on the offline
machine; put the file in place of AUTOTELE_KEYSET_FILE; a day later keys:activate; 15 days later keys:retire, keys:list,
keys:sign and the file again. After a theft: keys:create, keys:sign, keys:activate, then keys:revoke, keys:sign.`

/** Every command but `serve`, which is the program itself. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  migrate: {
    usage: '',
    summary: 'bring the database to the newest migration',
    help: 'serve does it too; alone, it lets a release migrate before its first replica starts.',
    async run({ env, say }) {
      const { databaseUrl } = loadConfig(env)
      if (databaseUrl === undefined)
        return fail('DATABASE_URL is not set: such a server migrates its own at start')
      const applied = await migrate(databaseUrl)
      say(applied.length === 0 ? 'Nothing to do.' : applied.join('\n'))
      return { applied }
    },
  },
  'admin:create': {
    usage: '--email <address> [--role owner|support|finance|read-only] [--reset]',
    summary: 'invite an administrator; the first one can come no other way',
    help: `Prints a link that is good once, for 15 minutes: there the person chooses a password (15 characters or more) and
sets up an authenticator. --reset does the same for someone who lost theirs: old password, codes and sessions are void.`,
    options: { email: 'string', role: 'string', reset: 'boolean' },
    run: adminCreate,
  },
  'keys:init': {
    usage: '<file>',
    summary: 'make a root key in <file>; on a machine that is kept offline',
    help: `Prints its public half, which clients are built with. ${ROTATION}`,
    run: keys('root'),
  },
  'keys:create': {
    usage: '',
    summary: 'make a signing key: active when there is none, else next',
    help: ROTATION,
    run: keys('create'),
  },
  'keys:list': { usage: '', summary: 'print what a key set must contain', help: ROTATION, run: keys('list') },
  'keys:sign': {
    usage: '<root> <payload> <version>',
    summary: 'sign that payload as this version; offline',
    help: ROTATION,
    run: keys('sign'),
  },
  'keys:activate': {
    usage: '<kid>',
    summary: 'sign with this key from now on; the active one becomes retiring',
    help: ROTATION,
    run: keys('activate'),
  },
  'keys:retire': {
    usage: '<kid>',
    summary: 'stop publishing a key, 15 days after it stopped signing',
    help: ROTATION,
    run: keys('retire'),
  },
  'keys:revoke': {
    usage: '<kid>',
    summary: 'publish a key as revoked: every token it signed is worthless',
    help: ROTATION,
    run: keys('revoke'),
  },
  'btcpay:check': {
    usage: '',
    summary: 'check BTCPay with the server’s own key; each finding says what to do',
    help: `Version, synchronisation, permissions of the key, settings of the store, the webhook (when the key may see it),
and a test invoice, archived again when the key may. Ends with 1 when something must be put right.`,
    run: btcpayCheck,
  },
  'btcpay:setup-webhook': {
    usage: '',
    summary: 'make the webhook, or put right the one there is',
    help: `Takes an operator key (canmodifywebhooks) from AUTOTELE_BTCPAY_OPERATOR_KEY, or asks for it; it is kept nowhere.
The secret is AUTOTELE_BTCPAY_WEBHOOK_SECRET, the address AUTOTELE_PUBLIC_URL.`,
    run: btcpaySetupWebhook,
  },
  reconcile: {
    usage: '[--all | --from-zero]',
    summary: 'read again, now, every invoice that is due',
    help: `--all reads every invoice we ever asked for. --from-zero, after a loss or after restoring a backup, also takes from
BTCPay every purchase that the database does not know: each becomes a license with a new key, which is printed for the
customer who shows that invoice. May run beside the server, and again.`,
    options: { all: 'boolean', 'from-zero': 'boolean' },
    run: invocation => (invocation.options['from-zero'] ? rebuildNow(invocation) : reconcileNow(invocation)),
  },
  preflight: {
    usage: '',
    summary: 'the deployment checklist: every point asked of what really runs, with what to do',
    help: `Both lists of the administrator's guide and the host: BTCPay, store, key, wallet, TLS, webhook, a purchase, backup and its
rehearsal, monitoring, DNS, ports, keys, secrets, clock, disk. What cannot be seen from here is said to be so, and how a
person looks. AUTOTELE_BTCPAY_OPERATOR_KEY lets it see the webhook; AUTOTELE_PROMETHEUS_URL (http://prometheus:9090) is asked
for monitoring. Makes a test invoice. Ends with 1 when a point failed.`,
    run: invocation => preflightCommand(invocation),
  },
  'secrets:init': {
    usage: '<folder>',
    summary: 'make the secrets that are missing in a folder',
    help: `Passwords of the database, its monitor and Grafana, the database's URL, the encryption key, the pepper, the webhook's
secret, and the identity that opens backups, each in a file, from the operating system's randomness. What is there stays.`,
    run: secretsInit,
  },
  rotate: {
    usage: '<api-key|webhook-secret|database-password|encryption-key> [begin|switch|finish]',
    summary: 'replace a secret while the servers run, one step at a time',
    help: `Each step says what comes next; between two steps the servers are restarted one after another
(deploy/rolling-restart.sh), and deploy/rotate.sh does the whole of it. api-key: begin (takes AUTOTELE_BTCPAY_NEW_API_KEY or
asks, and tries it), finish (revokes the old one). webhook-secret: begin, switch (tells BTCPay, with an operator key), finish
after 90 minutes. database-password: begin, no restart. encryption-key: begin, switch, finish (seals everything again).
Signing keys: keys:create --help. Secrets must be in files (..._FILE).`,
    run: rotate,
  },
  'backup:create': {
    usage: '[--rehearse]',
    summary: 'make a backup now, as is done every night',
    help: `A dump of one instant, gzip within age (age -d -i identity file | gunzip shows it), its SHA-256 beside it, copied to
AUTOTELE_BACKUP_COPY_TO; backups older than AUTOTELE_BACKUP_DAYS are deleted, never the newest. --rehearse restores it into
a scratch database as well. Secrets and the key set file are in no backup: keep them elsewhere.`,
    options: { rehearse: 'boolean' },
    run: backupCreate,
  },
  'backup:list': {
    usage: '',
    summary: 'the backups there are, newest first',
    help: 'Names, and when a backup was last made, copied away and rehearsed well (--json has them all).',
    run: backupList,
  },
  'backup:rehearse': {
    usage: '[file]',
    summary: 'restore a backup into a scratch database and see whether it would do',
    help: `The newest one without a file. Checksum, every row, the invariants of the money, the audit log to its end, every sealed
key openable with this server's keys; then the database is dropped. The result is a metric. Ends with 1 when it would not do.`,
    run: backupRehearse,
  },
  'backup:restore': {
    usage: '[file]',
    summary: 'fill the empty database of this server from a backup',
    help: `The newest one without a file. A database that is not empty is refused, and what to do is said. Afterwards start the
servers and run reconcile --from-zero: it finds what was paid after the backup was made.`,
    run: backupRestore,
  },
  'backup:schedule': {
    usage: '',
    summary: 'run until stopped: every night at AUTOTELE_BACKUP_AT a backup and its rehearsal',
    help: `What the container "backup" does. At once when the newest backup is older than a day; a night that failed is tried again
after 15 minutes. Metrics for node_exporter's textfile collector are in AUTOTELE_BACKUP_DIR/metrics.`,
    run: backupSchedule,
  },
  'attention:list': {
    usage: '[--all]',
    summary: 'what waits for a person, and what was decided (--all)',
    help: 'Each item says what happened, what accepting does, and what refusing means.',
    options: { all: 'boolean' },
    run: attentionList,
  },
  'attention:accept': {
    usage: '<id> --reason <text>',
    summary: 'do what an item proposes',
    help: 'BTCPay is asked again first; what it no longer shows is not done.',
    options: { reason: 'string' },
    run: attentionAnswer('accept'),
  },
  'attention:refuse': {
    usage: '<id> --reason <text>',
    summary: 'close an item without it',
    help: 'attention:list says what a refusal means.',
    options: { reason: 'string' },
    run: attentionAnswer('refuse'),
  },
  'audit:verify': {
    usage: '[--head <hash>]',
    summary: 'show that no row of the audit log was altered, removed or slipped in',
    help: `Prints the newest row's hash. Keep it outside the database: given back with --head, it shows that no end was cut
off. Ends with 1 when the chain is broken.`,
    options: { head: 'string' },
    run: auditVerify,
  },
}

const overview = (): string => {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(21)} ${summary}`)
  return `Usage: npm run server -- [command] [options]

  ${'serve'.padEnd(21)} run the server (the default)
${rows.join('\n')}

<command> --help says more. --json prints one line of JSON instead of text. Everything is configured by the environment;
.env.example explains it.`
}

type Streams = { readonly out: (text: string) => void; readonly error: (text: string) => void }

/** Runs one command. Gives the exit code: 2 for a command line that means nothing. Throws `ConfigError` for the rest. */
export async function runCommand(
  args: readonly string[],
  env: Environment,
  streams: Streams,
): Promise<number> {
  const [name = '', ...rest] = args
  if (name === '--help' || name === 'help') {
    streams.out(overview())
    return 0
  }
  const command = COMMANDS[name]
  if (!command) {
    streams.error(`There is no command "${name}".\n\n${overview()}`)
    return 2
  }
  const flags = Object.entries(command.options ?? {}).map(([flag, type]) => [flag, { type }] as const)
  let parsed
  try {
    const options = {
      ...Object.fromEntries(flags),
      help: { type: 'boolean' },
      json: { type: 'boolean' },
    } as const
    parsed = parseArgs({ args: keyIdsLast(rest), options, allowPositionals: true })
  } catch (error) {
    streams.error(`${error instanceof Error ? error.message : ''}\nUsage: ${name} ${command.usage}`)
    return 2
  }
  const { positionals: words } = parsed
  const values: Readonly<Record<string, unknown>> = parsed.values
  if (values['help']) {
    streams.out(`Usage: npm run server -- ${name} ${command.usage}\n\n${command.summary}\n\n${command.help}`)
    return 0
  }
  const json = values['json'] === true
  const options: Record<string, string | boolean | undefined> = {}
  for (const [flag] of flags) {
    const value = values[flag]
    if (typeof value === 'string' || typeof value === 'boolean') options[flag] = value
  }
  const result = await command.run({ words, options, env, say: json ? () => undefined : streams.out })
  if (json) streams.out(JSON.stringify(result))
  return 0
}

/** A key id is base64url (RFC 7638): one in 64 begins with a hyphen, and would be taken for a flag. */
function keyIdsLast(words: readonly string[]): string[] {
  const isKeyId = (word: string): boolean => /^-[\w-]{42}$/.test(word)
  if (words.includes('--') || !words.some(isKeyId)) return [...words]
  return [...words.filter(word => !isKeyId(word)), '--', ...words.filter(isKeyId)]
}
