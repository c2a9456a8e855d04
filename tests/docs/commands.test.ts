import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startThrowawayPostgres } from '@autotele/license-server/testing'
import { startBtcpay } from '@autotele/sandbox/btcpay'
import { describe, expect, test } from 'vitest'
import { commandLines, documents, parse, root } from './markdown.ts'

const cli = join(root, 'apps', 'license-server', 'src', 'cli', 'main.ts')
const run = promisify(execFile)
const guide = documents.filter(path => path.startsWith('docs/fr/guide-administrateur/')).sort()
// Run as a whole, with everything around them, elsewhere.
const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm start': 'tests/start/start.test.ts',
  'npm test': 'this',
  'npm run serve': 'tests/e2e/headless.test.ts',
}

/** A line's command of the server, if it is one. */
const serverCommand = (line: string): readonly string[] | undefined =>
  /(?:docker compose run --rm (?:-T )?tools|npm run (?:--silent )?server --) ([a-z][\w:-]*)((?: (?:"[^"]*"|[^\s|>&]+))*)/
    .exec(line)
    ?.slice(1)

describe('every command of the server that a document names', () => {
  const named = documents.flatMap(path =>
    parse(path)
      .blocks.filter(block => /^(?:sh\b.*|)$/.test(block.info))
      .flatMap(block =>
        commandLines(block).flatMap(line => {
          const [name, rest = ''] = serverCommand(line) ?? []
          return name === undefined
            ? []
            : [{ path, name, flags: rest.match(/(?<= )--(?!json|help)[a-z-]+/g) ?? [] }]
        }),
      ),
  )

  test('exists, with every option given to it', async () => {
    expect(named.length).toBeGreaterThan(60)
    const help = async (...args: readonly string[]) =>
      (await run(process.execPath, [cli, ...args, '--help'])).stdout
    const overview = await help()
    const withFlags = new Set(named.filter(({ flags }) => flags.length > 0).map(({ name }) => name))
    const texts = new Map<string, string>()
    for (const name of withFlags) texts.set(name, await help(name))
    for (const { path, name, flags } of named) {
      expect(overview, `${path}: ${name}`).toMatch(new RegExp(`^  ${name} `, 'm'))
      for (const flag of flags) expect(texts.get(name), `${path}: ${name} ${flag}`).toContain(flag)
    }
  })
})

// The blocks are bash; Windows' runners have one, but not the paths.
test.skipIf(process.platform === 'win32')(
  'the commands of the guide do what it says, one after the other, from an empty folder to a rehearsed backup',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'autotele-guide-'))
    const postgres = await startThrowawayPostgres(join(folder, 'postgres'))
    const btcpay = await startBtcpay()
    // What is told more than once is done once; --json says the same.
    const commands = new Set<string>()
    for (const path of guide) {
      for (const block of parse(path).blocks) {
        if (block.info !== 'sh') continue
        const lines = commandLines(block)
        if (lines.every(line => Object.keys(ELSEWHERE).some(command => line.startsWith(command)))) continue
        for (const line of lines) commands.add(line.replace(/ --json$/, ''))
      }
    }
    const secret = (name: string) => join(folder, 'secrets', name)
    // As the compose file gives it to "tools"; what the guide has put into files by hand is put there below.
    const env = {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: join(folder, 'cache'),
      AUTOTELE_PUBLIC_URL: 'http://127.0.0.1:1',
      AUTOTELE_ADMIN_URL: 'http://127.0.0.1:1',
      AUTOTELE_BTCPAY_URL: btcpay.url,
      AUTOTELE_BTCPAY_STORE_ID: btcpay.storeId,
      AUTOTELE_BTCPAY_OPERATOR_KEY: btcpay.operatorKey,
      AUTOTELE_BTCPAY_API_KEY: btcpay.apiKey,
      DATABASE_URL: postgres.databaseUrl,
      AUTOTELE_KEYSET_FILE: join(folder, 'license-keyset.jwt'),
      AUTOTELE_BTCPAY_WEBHOOK_SECRET_FILE: secret('btcpay-webhook-secret'),
      AUTOTELE_KEY_ENCRYPTION_KEY_FILE: secret('key-encryption-key'),
      AUTOTELE_PEPPER_FILE: secret('pepper'),
      AUTOTELE_BACKUP_DIR: join(folder, 'backups'),
      AUTOTELE_BACKUP_IDENTITY_FILE: secret('backup-identity'),
      AUTOTELE_BACKUP_COPY_TO: '',
      AUTOTELE_PROMETHEUS_URL: 'http://127.0.0.1:1',
      AUTOTELE_CLI: cli,
      AUTOTELE_RUNTIME: process.execPath,
    }
    // The checklist cannot be complete here: it ends with 1, and must not end otherwise.
    const script = `set -euo pipefail
tool() {
  if [ "$1" = preflight ]; then "$AUTOTELE_RUNTIME" "$AUTOTELE_CLI" "$@" || [ $? -eq 1 ]; return; fi
  "$AUTOTELE_RUNTIME" "$AUTOTELE_CLI" "$@"
}
docker() { shift 3; [ "$1" = -T ] && shift; shift; recipient; tool "$@"; }
npm() { shift 4; tool "$@"; }
recipient() {
  [ -n "\${AUTOTELE_BACKUP_RECIPIENTS:-}" ] && return
  AUTOTELE_BACKUP_RECIPIENTS=$("$AUTOTELE_RUNTIME" "$AUTOTELE_CLI" secrets:init secrets | sed -n 's/.*RECIPIENTS=//p')
  export AUTOTELE_BACKUP_RECIPIENTS
}
${[...commands].join('\n')}
`
    try {
      const file = join(folder, 'guide.sh')
      await writeFile(file, script)
      const { stdout } = await run('bash', [file], { cwd: folder, env, maxBuffer: 1 << 24 })
      expect(stdout).toContain('/admin/#/enrol/')
      expect(stdout).toMatch(/webhook \S+ made: /)
      expect(stdout).toMatch(/ok +test invoice/)
      expect(stdout).toContain('rehearsed well')
      expect(stdout).toContain('would do: ')
      expect(stdout).toContain('Nothing waits for a person.')
      expect(stdout).toContain('none altered')
      expect(stdout).toMatch(/\d+ passed, \d+ warnings, \d+ failed/)
    } finally {
      await btcpay.stop()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    }
  },
)
