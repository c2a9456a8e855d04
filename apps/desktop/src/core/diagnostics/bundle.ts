import { arch, platform, release, totalmem } from 'node:os'
import type { DiagnosticFile, DiagnosticReport, Handlers, SettingsView } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Logs } from '../logs/index.ts'
import type { Clock, Random, Timers } from '../ports.ts'
import { instantOf } from '../time.ts'
import type { Contacts } from './contacts.ts'
import { zip } from './zip.ts'

/** What the program knows of itself. */
export type About = { readonly version: string; readonly hosted: 'electron' | 'web' }

const KEPT_MS = 15 * 60_000
const LOG_DAYS = 3
const BYTES_PER_DAY = 256 * 1024

type Bundle = { readonly files: readonly DiagnosticFile[]; readonly forget: () => void }

/**
 * What a person may send to whoever helps them: shown first, saved as it was shown. It names no account, no chat and
 * nobody; the lines of the log lost their secrets when they were written.
 */
export function createBundles(deps: {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly contacts: Contacts
  readonly logs: Logs
  readonly settings: () => Promise<SettingsView | null>
  readonly about: About
  readonly report: () => DiagnosticReport
}): {
  readonly handlers: Pick<Handlers, 'diagnostics.prepareExport' | 'diagnostics.export'>
  stop(): void
} {
  const { clock, timers, random, contacts, logs } = deps
  const bundles = new Map<string, Bundle>()

  const forget = (id: string): void => {
    bundles.get(id)?.forget()
    bundles.delete(id)
  }

  const gather = async (): Promise<DiagnosticFile[]> => {
    const days = (await logs.days()).slice(0, LOG_DAYS)
    const texts = await Promise.all(days.map(day => logs.tail(day, BYTES_PER_DAY)))
    return [
      file('report.json', 'report', json(anonymous(deps.report()))),
      file('system.json', 'system', json(systemOf(deps.about, clock.now()))),
      file('hosts.json', 'hosts', json(contacts.list())),
      file('settings.json', 'settings', json(settingsOf(await deps.settings()))),
      ...days.map((day, index) => file(`autotele_${day}.log`, 'log', texts[index] ?? '')),
    ]
  }

  return {
    handlers: {
      'diagnostics.prepareExport': async () => {
        const files = await gather()
        const exportId = Buffer.from(random.bytes(12)).toString('hex')
        // One at a time: what is shown last is what may be saved.
        for (const id of [...bundles.keys()]) forget(id)
        bundles.set(exportId, { files, forget: timers.after(KEPT_MS, () => forget(exportId)) })
        return { exportId, files }
      },
      'diagnostics.export': ({ exportId, leaveOut }) => {
        const bundle = bundles.get(exportId)
        if (bundle === undefined) throw new CallFailure('diagnostics/export-over')
        const saved = bundle.files.filter(({ name }) => !leaveOut.includes(name))
        const now = instantOf(clock.now())
        return {
          fileName: `autotele-diagnostics-${now.slice(0, 10)}.zip`,
          type: 'application/zip',
          base64: zip(saved, new Date(clock.now())).toString('base64'),
        }
      },
    },
    stop: () => {
      for (const id of [...bundles.keys()]) forget(id)
    },
  }
}

const file = (name: string, kind: DiagnosticFile['kind'], text: string): DiagnosticFile => ({
  name,
  kind,
  bytes: Buffer.byteLength(text),
  text,
})
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Accounts by number instead of by name. */
const anonymous = ({ items, ...report }: DiagnosticReport): DiagnosticReport => {
  const accounts = items.filter(({ check }) => check === 'telegram-session').map(({ id }) => id)
  return {
    ...report,
    items: items.map(item => {
      const { name: _name, ...params } = item.params
      const number = accounts.indexOf(item.id) + 1
      if (item.check === 'sessions') return { ...item, params }
      return number > 0
        ? { ...item, id: `telegram-session/${number}`, subject: String(number), params }
        : item
    }),
  }
}

const systemOf = ({ version, hosted }: About, now: number) => ({
  at: instantOf(now),
  version,
  hosted,
  node: process.versions.node,
  electron: process.versions['electron'] ?? null,
  platform: platform(),
  release: release(),
  arch: arch(),
  timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  memoryMegabytes: Math.round(totalmem() / 1024 ** 2),
  coreMegabytes: Math.round(process.memoryUsage.rss() / 1024 ** 2),
  coreSeconds: Math.round(process.uptime()),
})

/** The interface's view holds no secret; of the person's own registration only that there is one. */
const settingsOf = (view: SettingsView | null) =>
  view === null
    ? { problem: 'settings/server-secret-in-client-file' }
    : { ...view, apiId: view.apiId !== null }
