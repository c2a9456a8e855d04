import type { Check } from '../../cli/btcpay-commands.ts'
import type { Clock } from '../../clock.ts'
import { toUnix } from '../../clock.ts'
import type { Config } from '../../config/config.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Database } from '../../storage/database.ts'
import type { BackupStatus } from '../backup/index.ts'
import * as checks from './checks.ts'
import { checkDatabase, checkKeys, checkPurchases } from './database.ts'
import type { Network } from './network.ts'
import {
  failed,
  notCheckable,
  passed,
  TITLES,
  worst,
  type Finding,
  type Point,
  type PointId,
} from './points.ts'

export { systemNetwork, type Network } from './network.ts'
export type { Point } from './points.ts'

export type PreflightInput = {
  readonly config: Config
  /** What is wrong with the environment; then little else can be asked. */
  readonly secretFiles: Readonly<Record<string, string | undefined>>
  readonly secrets: Secrets
  readonly db: Database
  readonly databaseUrl: string
  readonly btcpayChecks: readonly Check[]
  readonly backup: { readonly folder: string; readonly status: BackupStatus; readonly copying: boolean }
  readonly prometheusUrl: string
  readonly network: Network
  readonly clock: Clock
}

/** Asks everything, and gives every point of both lists of the guide and of the host, in their order. */
export async function preflight(input: PreflightInput): Promise<readonly Point[]> {
  const { config, db, network, clock, backup, prometheusUrl } = input
  const now = () => new Date(clock().epochMilliseconds)
  const seconds = toUnix(clock())
  const publicUrl = config.publicUrl ?? `http://127.0.0.1:${String(config.port)}`
  const urls = [publicUrl, ...[config.adminUrl, config.btcpay?.url].filter(url => url !== undefined)]
  const btcpay = (names: RegExp) => checks.fromBtcpay(input.btcpayChecks, names)
  const { purchase, first } = await checkPurchases(db)
  const reads: Record<PointId, Finding | Promise<Finding>> = {
    btcpay: btcpay(/^(reachable|version|synchronised)$/),
    store: btcpay(/^(store settings|invoices by us alone|store in use|payment tolerance|confirmations)$/),
    'api-key': btcpay(/^(key|permission .*|key limited to the store)$/),
    wallet: btcpay(/^test invoice$/),
    tls: checks.checkTls(urls, network, now()),
    application: application(publicUrl, network),
    configuration: worst([production(config), btcpay(/^webhook$/)], 'complete; the webhook leads here'),
    purchase,
    documentation: notCheckable(
      'a person reads it',
      'Read the administrator’s guide through once, with your own names in mind.',
    ),
    backup: checks.checkBackup(backup.status, backup.copying, seconds),
    monitoring: checks.checkMonitoring(prometheusUrl, network),
    'first-payments': first,
    logs: checks.checkAlerts(prometheusUrl, network),
    feedback: notCheckable('a person asks', 'Give customers an address to write to, and read it.'),
    updates: notCheckable(
      'a container does not see its host',
      'systemctl status unattended-upgrades; plan an update of BTCPay and of this server each month.',
    ),
    restore: checks.checkRehearsal(backup.status, seconds),
    dns: checks.checkDns(urls, network),
    ports: checks.checkPorts(publicUrl, config.metricsPort, network),
    database: checkDatabase(input.databaseUrl),
    keys: checkKeys(db, input.secrets, config.keySetFile, clock),
    secrets: checks.checkSecrets(input.secretFiles),
    clock: checks.checkClock(config.btcpay?.url ?? publicUrl, network, now),
    disk: checks.checkDisk([backup.folder]),
    firewall: notCheckable(
      'a container does not see its host',
      'ufw status verbose; sshd -T | grep -E "permitrootlogin|passwordauthentication"; fail2ban-client status sshd. deploy/vps/harden.sh sets them.',
    ),
  }
  return await Promise.all(
    Object.entries(TITLES).map(async ([id, [list, fr, en]]): Promise<Point> => {
      const finding = await reads[id as PointId]
      return { id, list, title: { fr, en }, ...finding }
    }),
  )
}

const production = ({ production: yes }: Config): Finding =>
  yes
    ? passed('production')
    : failed('NODE_ENV is not production', 'Set NODE_ENV=production, as the compose file does.')

/** The server's own health, as customers reach it; the applications themselves are elsewhere. */
async function application(publicUrl: string, network: Network): Promise<Finding> {
  const live = await network.fetch(`${publicUrl}/v1/plans`).catch(() => undefined)
  if (live?.status !== 200) {
    return failed(
      `${publicUrl}/v1/plans: ${live ? `HTTP ${String(live.status)}` : 'no answer'}`,
      'docker compose ps; docker compose logs license-server caddy',
    )
  }
  return notCheckable(
    'the server answers on its public name; the application is on other computers',
    'Install the build that you hand out on a clean computer, and start a trial with it.',
  )
}
