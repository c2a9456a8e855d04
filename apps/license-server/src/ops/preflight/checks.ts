import { stat, statfs } from 'node:fs/promises'
import { z } from 'zod'
import type { Check } from '../../cli/btcpay-commands.ts'
import type { BackupStatus } from '../backup/index.ts'
import type { Network } from './network.ts'
import { failed, notCheckable, passed, warning, worst, type Finding } from './points.ts'

const DAY_SECONDS = 86_400

/** A point made of what `btcpay:check` found under these names. */
export function fromBtcpay(checks: readonly Check[], names: RegExp): Finding {
  const those = checks.filter(check => names.test(check.name))
  if (those.length === 0)
    return failed('BTCPay was not asked', 'First put right what is wrong with BTCPay itself.')
  return worst(
    those.map(({ name, result, found, remedy = '' }) => {
      const text = `${name}: ${found}`
      if (result === 'ok') return passed(text)
      if (result === 'skipped') return notCheckable(text, remedy || 'Look in BTCPay’s own pages.')
      return result === 'warning' ? warning(text, remedy) : failed(text, remedy)
    }),
    those.map(check => `${check.name}: ${check.found}`).join('; '),
  )
}

/** Certificates of the public addresses, and that plain HTTP leads to HTTPS. */
export async function checkTls(urls: readonly string[], network: Network, now: Date): Promise<Finding> {
  const findings = await Promise.all(
    urls.map(async (url): Promise<Finding> => {
      const { protocol, hostname, port } = new URL(url)
      if (protocol !== 'https:')
        return failed(`${url} is not https`, 'Only https is safe: give the public addresses with https.')
      try {
        const end = await network.certificateEnd(hostname, Number(port || 443))
        const days = Math.floor((end.getTime() - now.getTime()) / (DAY_SECONDS * 1000))
        if (days < 14)
          return failed(
            `${hostname}: ${String(days)} days left`,
            'See docs/en/runbook/CertificateExpiring.md.',
          )
        return passed(`${hostname}: ${String(days)} days left`)
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unknown'
        return failed(
          `${hostname}: ${reason}`,
          'Is Caddy running, are ports 80 and 443 open, does DNS lead here? docker compose logs caddy',
        )
      }
    }),
  )
  return worst(findings, findings.map(one => one.found).join('; '))
}

export async function checkDns(urls: readonly string[], network: Network): Promise<Finding> {
  const hosts = [...new Set(urls.map(url => new URL(url).hostname))]
  const found = await Promise.all(hosts.map(async host => ({ host, addresses: await network.resolve(host) })))
  const missing = found.filter(one => one.addresses.length === 0).map(one => one.host)
  if (missing.length > 0)
    return failed(`${missing.join(', ')}: no address`, 'Make an A (and AAAA) record that leads to this host.')
  return passed(found.map(one => `${one.host}: ${one.addresses.join(', ')}`).join('; '))
}

/** What must be reached from outside is, and what must not be is not. Seen from here, through the public name. */
export async function checkPorts(publicUrl: string, metricsPort: number, network: Network): Promise<Finding> {
  const { hostname } = new URL(publicUrl)
  const findings: Finding[] = []
  const remedy = 'ufw allow 80/tcp; ufw allow 443/tcp; and the provider’s own firewall.'
  for (const port of [80, 443]) {
    if (!(await network.isOpen(hostname, port)))
      findings.push(failed(`${hostname}:${String(port)} is closed`, remedy))
  }
  for (const port of [metricsPort, 5432]) {
    if (await network.isOpen(hostname, port)) {
      findings.push(
        failed(
          `${hostname}:${String(port)} is open to everyone`,
          'Publish no port but 80 and 443 (docker compose ps).',
        ),
      )
    }
  }
  for (const path of ['/metrics', '/admin/v1/session']) {
    const response = await network.fetch(publicUrl + path, { redirect: 'manual' }).catch(() => undefined)
    if (response && response.status !== 404) {
      findings.push(
        failed(
          `${path} answers on the public name (HTTP ${String(response.status)})`,
          'Use deploy/caddy/Caddyfile as it is.',
        ),
      )
    }
  }
  return worst(findings, `${hostname}: 80 and 443 open, the inside closed`)
}

/** This host's clock beside that of a server elsewhere; HTTP gives it to the second. */
export async function checkClock(url: string, network: Network, now: () => Date): Promise<Finding> {
  const remedy = 'systemctl restart chrony; see docs/en/runbook/ClockWrong.md.'
  const response = await network.fetch(url, { method: 'HEAD', redirect: 'manual' }).catch(() => undefined)
  const date = Date.parse(response?.headers.get('date') ?? '')
  if (Number.isNaN(date))
    return notCheckable('nobody said what time it is', 'timedatectl shows whether the clock is synchronised.')
  const off = Math.abs(now().getTime() - date) / 1000
  return off > 30
    ? failed(`${off.toFixed(0)} s off`, remedy)
    : passed(`within ${Math.max(1, Math.ceil(off)).toString()} s of ${new URL(url).host}`)
}

export async function checkDisk(folders: readonly string[]): Promise<Finding> {
  const findings: Finding[] = []
  for (const folder of folders) {
    const at = await statfs(folder).catch(() => undefined)
    if (!at) findings.push(failed(`${folder} is not there`, `Make it, owned by 1000:1000.`))
    else {
      const free = at.bavail / at.blocks
      const text = `${folder}: ${(free * 100).toFixed(0)} % free`
      findings.push(free < 0.1 ? failed(text, 'See docs/en/runbook/DiskAlmostFull.md.') : passed(text))
    }
  }
  return worst(findings, findings.map(one => one.found).join('; '))
}

/** Every secret comes from a file, and nobody but owner and group may read it. */
export async function checkSecrets(files: Readonly<Record<string, string | undefined>>): Promise<Finding> {
  const findings: Finding[] = []
  for (const [name, path] of Object.entries(files)) {
    if (path === undefined) {
      findings.push(
        warning(
          `${name} is in the environment`,
          `Put it into a file and set ${name}_FILE: only such a secret can be rotated.`,
        ),
      )
      continue
    }
    const mode = (await stat(path).catch(() => undefined))?.mode
    if (mode === undefined) findings.push(failed(`${path} is not there`, 'deploy/generate-secrets.sh'))
    else if (process.platform !== 'win32' && (mode & 0o007) !== 0)
      findings.push(failed(`${path} may be read by everyone`, `chmod 0640 ${path}`))
  }
  return worst(
    findings,
    `${String(Object.keys(files).length)} files, none for everyone; a copy elsewhere cannot be seen from here`,
  )
}

export function checkBackup(status: BackupStatus, copying: boolean, nowSeconds: number): Finding {
  const { createdAt, copiedAt } = status
  if (createdAt === undefined)
    return failed('no backup was ever made', 'docker compose --profile backup up -d')
  const hours = Math.floor((nowSeconds - createdAt) / 3600)
  if (hours > 26)
    return failed(`the newest backup is ${String(hours)} hours old`, 'See docs/en/runbook/BackupOld.md.')
  if (!copying)
    return warning(
      `${String(hours)} hours old, on this host alone`,
      'Set AUTOTELE_BACKUP_COPY_TO: a lost host takes its backups with it.',
    )
  if (copiedAt === undefined || nowSeconds - copiedAt > 2 * DAY_SECONDS) {
    return failed('no copy left this host in two days', 'See docs/en/runbook/BackupNotCopied.md.')
  }
  return passed(`${String(hours)} hours old, copied away`)
}

export function checkRehearsal({ rehearsedAt, rehearsalOk }: BackupStatus, nowSeconds: number): Finding {
  const remedy = 'backup:rehearse says what is wrong; see docs/en/runbook/RehearsalOld.md.'
  if (rehearsalOk === false) return failed('the last rehearsal failed', remedy)
  if (rehearsedAt === undefined) return failed('no restore was ever rehearsed', remedy)
  const hours = Math.floor((nowSeconds - rehearsedAt) / 3600)
  return hours > 48
    ? failed(`rehearsed ${String(hours)} hours ago`, remedy)
    : passed(`rehearsed well ${String(hours)} hours ago`)
}

const targetsSchema = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ health: z.string(), labels: z.looseObject({ job: z.string() }) })),
  }),
})
const alertsSchema = z.object({
  data: z.object({
    alerts: z.array(z.object({ state: z.string(), labels: z.looseObject({ alertname: z.string() }) })),
  }),
})
const managersSchema = z.object({ data: z.object({ activeAlertmanagers: z.array(z.unknown()) }) })

/** Whether Prometheus reads every target and has somebody to send alerts to. */
export async function checkMonitoring(prometheusUrl: string, network: Network): Promise<Finding> {
  const ask = askPrometheus(prometheusUrl, network)
  const targets = targetsSchema.safeParse(await ask('targets?state=active')).data?.data.activeTargets
  if (!targets) return failed(`${prometheusUrl} does not answer`, 'docker compose --profile monitoring up -d')
  const down = [...new Set(targets.filter(one => one.health !== 'up').map(one => one.labels.job))]
  const findings: Finding[] = []
  if (targets.length === 0 || down.length > 0) {
    findings.push(
      failed(
        `not read: ${down.join(', ') || 'anything'}`,
        'docker compose --profile monitoring ps; the targets page of Prometheus says why.',
      ),
    )
  }
  const managers = managersSchema.safeParse(await ask('alertmanagers')).data?.data.activeAlertmanagers ?? []
  if (managers.length === 0) findings.push(failed('no Alertmanager', 'docker compose logs alertmanager'))
  findings.push(
    notCheckable(
      'whether an alert reaches a person',
      'Send one: docker compose exec alertmanager amtool alert add test severity=critical --alertmanager.url=http://127.0.0.1:9093',
    ),
  )
  return worst(findings, '')
}

/** What the alerts make of logs and figures. */
export async function checkAlerts(prometheusUrl: string, network: Network): Promise<Finding> {
  const answer = alertsSchema.safeParse(await askPrometheus(prometheusUrl, network)('alerts')).data
  const look = 'docker compose logs --since 24h license-server | grep -E \'"level":(50|60)\''
  if (!answer) return notCheckable('Prometheus does not answer', look)
  const firing = [
    ...new Set(answer.data.alerts.filter(one => one.state === 'firing').map(one => one.labels.alertname)),
  ]
  if (firing.length > 0)
    return failed(`firing: ${firing.join(', ')}`, 'Each has a page under docs/en/runbook.')
  return notCheckable('no alert fires; whether a person reads the logs cannot be seen', look)
}

const askPrometheus =
  (url: string, network: Network) =>
  async (path: string): Promise<unknown> =>
    await network
      .fetch(`${url}/api/v1/${path}`)
      .then(response => response.json())
      .catch(() => undefined)
