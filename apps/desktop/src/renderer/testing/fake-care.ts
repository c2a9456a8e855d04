import type {
  DiagnosticItem,
  DiagnosticReport,
  EventName,
  Handlers,
  HostContact,
  LogLine,
  MethodName,
  Payload,
} from '../../contract/index.ts'

type Names = Extract<MethodName, `${'logs' | 'diagnostics'}.${string}`>

const line = (
  at: string,
  level: LogLine['level'],
  event: string,
  fields: LogLine['fields'] = {},
): LogLine => ({
  at: `2027-01-05T${at}.000+01:00`,
  level,
  source: 'core',
  event,
  fields,
})
const lines: LogLine[] = [
  line('08:59:58', 'info', 'core started', { version: '0.1.0' }),
  line('09:00:01', 'info', 'account online', { account: 'a1' }),
  line('09:00:04', 'info', 'delivery placed', { delivery: 'd1', attempt: 1 }),
  line('09:00:09', 'warning', 'telegram asks to wait', { account: 'a2', seconds: 42 }),
  line('09:00:51', 'info', 'delivery placed', { delivery: 'd2', attempt: 2 }),
  line('09:01:12', 'error', 'proxy unreachable', { host: 'proxy.example', port: 1080 }),
]

const item = (
  check: DiagnosticItem['check'],
  state: DiagnosticItem['state'],
  code: DiagnosticItem['code'],
  params: DiagnosticItem['params'] = {},
  subject: string | null = null,
): DiagnosticItem => ({
  id: subject === null ? check : `${check}/${subject}`,
  ...{ check, subject, state, code, params, milliseconds: 12 },
})
const items: DiagnosticItem[] = [
  item('disk-write', 'ok', 'ok'),
  item('disk-space', 'warning', 'disk-nearly-full', { megabytes: 412 }),
  item('settings', 'ok', 'ok'),
  item('database', 'ok', 'ok'),
  item('keyring', 'info', 'keyring-weak'),
  item('proxy', 'failed', 'proxy-unreachable', { host: 'proxy.example', port: 1080 }),
  item('telegram-address', 'ok', 'ok', {}, '2'),
  item('telegram-session', 'failed', 'account-signed-out', { name: 'Nassim' }, 'Nassim'),
  item('license-server', 'ok', 'ok'),
  item('purchase', 'skipped', 'not-needed'),
]

const contact = (
  host: string,
  port: number,
  purpose: HostContact['purpose'],
  count: number,
): HostContact => ({
  ...{ host, port, purpose, count, failed: count > 20 ? 2 : 0 },
  firstAt: '2027-01-01T08:00:00Z',
  lastAt: '2027-01-05T08:01:00Z',
})

/** Log and diagnostics with something to see (`full`), in memory. */
export function fakeCare(
  emit: <N extends EventName>(name: N, payload: Payload<N>) => void,
  now: () => string,
  full: boolean,
): Pick<Handlers, Names> {
  let report: DiagnosticReport = { startedAt: null, running: false, items: [] }
  const tell = (after: DiagnosticReport) => {
    report = after
    emit('diagnostics.changed', after)
    return after
  }
  const levels = ['debug', 'info', 'warning', 'error']
  return {
    'logs.read': ({ level }) => ({
      lines: full ? lines.filter(one => levels.indexOf(one.level) >= levels.indexOf(level)) : [],
      days: full ? ['20270105', '20270104'] : [],
      folder: '/home/alix/AutoTele/logs',
      level: 'info',
    }),
    'logs.follow': () => ({}),
    'diagnostics.get': () => report,
    'diagnostics.start': () => {
      tell({
        startedAt: now(),
        running: true,
        items: items.map(one => ({ ...one, state: 'waiting', code: null })),
      })
      return tell({ startedAt: now(), running: false, items })
    },
    'diagnostics.cancel': () => tell({ ...report, running: false }),
    'diagnostics.hosts': () =>
      full
        ? [
            contact('149.154.167.51', 443, 'telegram', 31),
            contact('licences.example', 443, 'license-server', 4),
            contact('updates.example', 443, 'updates', 2),
          ]
        : [],
    'diagnostics.prepareExport': () => ({
      exportId: 'e1',
      files: [
        { name: 'diagnostic.txt', kind: 'report', bytes: 18, text: 'disk-write: ok\n…\n' },
        { name: 'autotele_20270105.log', kind: 'log', bytes: 9200, text: '09:00:01 info account online\n' },
      ],
    }),
    'diagnostics.export': () => ({
      fileName: 'autotele-diagnostics.zip',
      type: 'application/zip',
      base64: 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==',
    }),
  }
}
