import { systemClock } from '../clock.ts'
import { SECRETS } from '../config/config.ts'
import { resolveSecrets } from '../config/secrets.ts'
import { readStatus } from '../ops/backup/index.ts'
import { preflight, systemNetwork, type Network, type Point } from '../ops/preflight/index.ts'
import { backupSettings } from './backup-commands.ts'
import { checkBtcpay } from './btcpay-commands.ts'
import { withDatabase, type Invocation } from './environment.ts'

const SIGNS: Readonly<Record<Point['result'], string>> = {
  passed: 'ok     ',
  warning: 'warning',
  failed: 'FAILED ',
  'not-checkable': 'look   ',
}
const LISTS = {
  before: 'Avant le lancement / Before the launch',
  after: 'Post-lancement / After the launch',
  host: 'Le serveur / The host',
} as const

/** `preflight`: both lists of the guide's checklist, each point asked of what really runs. */
export async function preflightCommand(
  invocation: Invocation,
  network: Network = systemNetwork,
): Promise<unknown> {
  const { env, say } = invocation
  const points = await withDatabase(env, async (db, config, databaseUrl) => {
    const { folder, copyTo } = await backupSettings(config, say)
    const { btcpay, publicUrl } = config
    const operatorKey = env['AUTOTELE_BTCPAY_OPERATOR_KEY']?.trim()
    const checks = btcpay ? await checkBtcpay({ config: btcpay, publicUrl, fetch: network.fetch }) : []
    // The server's key may not see the webhook, as is right; an operator's, when one is given, may.
    const seen =
      btcpay && operatorKey
        ? await checkBtcpay({ config: { ...btcpay, apiKey: operatorKey }, publicUrl, fetch: network.fetch })
        : []
    const webhook = seen.filter(check => check.name === 'webhook')
    const required = SECRETS.filter(name => !name.startsWith('AUTOTELE_BACKUP_'))
    return await preflight({
      ...{ config, db, databaseUrl, network, clock: systemClock },
      secretFiles: Object.fromEntries(required.map(name => [name, env[`${name}_FILE`]?.trim()])),
      secrets: await resolveSecrets(config, say),
      btcpayChecks:
        webhook.length > 0 ? [...checks.filter(check => check.name !== 'webhook'), ...webhook] : checks,
      backup: { folder, status: await readStatus(folder), copying: copyTo !== undefined },
      prometheusUrl: env['AUTOTELE_PROMETHEUS_URL']?.trim() ?? 'http://prometheus:9090',
    })
  })
  for (const list of ['before', 'after', 'host'] as const) {
    say(`\n${LISTS[list]}`)
    for (const { title, result, found, remedy } of points.filter(point => point.list === list)) {
      say(`  ${SIGNS[result]} ${title.fr} / ${title.en}\n          ${found}`)
      if (remedy !== undefined && result !== 'passed') say(`          → ${remedy}`)
    }
  }
  const count = (result: Point['result']) => points.filter(point => point.result === result).length
  const ok = count('failed') === 0
  say(
    `\n${String(count('passed'))} passed, ${String(count('warning'))} warnings, ${String(count('failed'))} failed, ${String(count('not-checkable'))} to be looked at by a person`,
  )
  if (!ok) process.exitCode = 1
  return { ok, points }
}
