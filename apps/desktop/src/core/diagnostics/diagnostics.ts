import type { DiagnosticItem, DiagnosticReport, Handlers } from '../../contract/index.ts'
import type { Emit, Log, Random, Timers } from '../ports.ts'
import { instantOf } from '../time.ts'
import { createBundles, type About } from './bundle.ts'
import { checksOf, type Check, type CheckDeps, type Verdict } from './checks.ts'
import type { Contacts } from './contacts.ts'
import type { Logs } from '../logs/index.ts'

export type { OpenParts } from './checks.ts'

export type Diagnostics = {
  readonly handlers: Pick<
    Handlers,
    | 'diagnostics.get'
    | 'diagnostics.start'
    | 'diagnostics.cancel'
    | 'diagnostics.hosts'
    | 'diagnostics.prepareExport'
    | 'diagnostics.export'
  >
  stop(): void
}

/** A check that takes longer than a patient person waits is given up. */
const LONGEST_CHECK_MS = 60_000

/** Looks at everything that may keep the application from working, one thing after another, and says what it found. */
export function createDiagnostics(
  given: CheckDeps & {
    readonly timers: Timers
    readonly random: Random
    readonly log: Log
    readonly emit: Emit
    readonly contacts: Contacts
    readonly logs: Logs
    readonly about: About
  },
): Diagnostics {
  const { clock, timers, log, emit, contacts } = given
  // What a diagnosis contacts, it tells, too.
  const deps: CheckDeps = {
    ...given,
    http: contacts.http(given.http),
    probe: {
      ...given.probe,
      whoAnswers: async (place, signal) => {
        const who = await given.probe.whoAnswers(place, signal)
        contacts.note(place.host, place.port, 'diagnostics', who === 'telegram')
        return who
      },
    },
  }
  const bundles = createBundles({ ...given, report: () => report })
  let report: DiagnosticReport = { startedAt: null, running: false, items: [] }
  let running: AbortController | null = null

  const change = (next: Partial<DiagnosticReport>): void => {
    report = { ...report, ...next }
    emit('diagnostics.changed', report)
  }
  const setItem = (id: string, next: Partial<DiagnosticItem>): void =>
    change({ items: report.items.map(item => (item.id === id ? { ...item, ...next } : item)) })

  const judge = async ({ id, run }: Check, signal: AbortSignal): Promise<Verdict> => {
    let cancelLimit = (): void => undefined
    const givenUp = new Promise<Verdict>(resolve => {
      const giveUp = (): void => resolve({ state: 'skipped', code: 'cancelled' })
      signal.addEventListener('abort', giveUp, { once: true })
      cancelLimit = timers.after(LONGEST_CHECK_MS, giveUp)
    })
    const asked = Promise.resolve(signal)
      .then(run)
      .catch((error: unknown): Verdict => {
        log('error', 'diagnostics.check', { id, error: error instanceof Error ? error.name : typeof error })
        return { state: 'skipped', code: 'cancelled' }
      })
    return await Promise.race([asked, givenUp]).finally(() => cancelLimit())
  }

  const walk = async (checks: readonly Check[], { signal }: AbortController): Promise<void> => {
    for (const check of checks) {
      if (signal.aborted) break
      const started = clock.monotonic()
      setItem(check.id, { state: 'running' })
      const { state, code, params } = await judge(check, signal)
      const milliseconds = Math.round(clock.monotonic() - started)
      setItem(check.id, { state, code, params: { ...params }, milliseconds })
      if (state !== 'ok') log('info', 'diagnostics.found', { check: check.check, state, code })
    }
  }

  const finish = (controller: AbortController): void => {
    if (running !== controller) return
    running = null
    change({
      running: false,
      items: report.items.map(item =>
        item.code === null ? { ...item, state: 'skipped', code: 'cancelled' } : item,
      ),
    })
  }

  const start = (): DiagnosticReport => {
    if (running !== null) return report
    const controller = new AbortController()
    running = controller
    const checks = checksOf(deps)
    change({
      startedAt: instantOf(clock.now()),
      running: true,
      items: checks.map(({ id, check, subject }) => ({
        ...{ id, check, subject, params: {} },
        ...{ state: 'waiting', code: null, milliseconds: null },
      })),
    })
    void walk(checks, controller).finally(() => finish(controller))
    return report
  }
  const cancel = (): DiagnosticReport => {
    const controller = running
    if (controller !== null) {
      controller.abort()
      finish(controller)
    }
    return report
  }

  return {
    handlers: {
      'diagnostics.get': () => report,
      'diagnostics.start': start,
      'diagnostics.cancel': cancel,
      'diagnostics.hosts': contacts.list,
      ...bundles.handlers,
    },
    stop: () => {
      cancel()
      bundles.stop()
    },
  }
}
