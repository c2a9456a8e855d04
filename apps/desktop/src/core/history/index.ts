import { join } from 'node:path'
import type { AccountId, DayStatistics, Handlers, ParsedInput } from '../../contract/index.ts'
import type { Deliveries } from '../delivery/index.ts'
import { daysBetween } from '../messages/index.ts'
import type { Clock, Log, Timers } from '../ports.ts'
import { writeFileAtomic } from '../storage/files.ts'
import { instantOf } from '../time.ts'
import { exportPiece, historyEntry } from './export.ts'
import { createImport, type ImportDeps } from './import.ts'

export type HistoryDeps = ImportDeps & {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly logsFolder: string
  readonly delivery: Pick<Deliveries, 'handlers' | 'outcomes' | 'watch'>
}

export type HistoryHandlers = Pick<
  Handlers,
  'history.statistics' | 'history.export' | 'history.checkCsv' | 'history.importCsv'
>

const LATE_SECONDS = 60
const MOST_DAYS = 400
/** `send_history.json` tells of the latest of them. */
const ENTRIES_KEPT = 1000
const PAGE = 250
const WRITE_AFTER_MS = 5000

/** What was sent and what became of it: counted, written down, and read back in. */
export function createHistory(deps: HistoryDeps) {
  const { delivery, clock, timers, log } = deps
  const list = (input: ParsedInput<'deliveries.list'>) => {
    const page = delivery.handlers['deliveries.list'](input)
    if (page instanceof Promise) throw new TypeError('a list is read at once')
    return page
  }
  const accountNames = async (): Promise<(of: { readonly accountId: AccountId }) => string> => {
    const names = new Map((await deps.accounts()).map(({ id, name }) => [id, name]))
    return ({ accountId }) => names.get(accountId) ?? ''
  }
  const imports = createImport(deps)

  const statistics = ({
    from,
    to,
    timeZone,
    accountId,
  }: ParsedInput<'history.statistics'>): DayStatistics[] => {
    const days = daysBetween(from, to, timeZone, MOST_DAYS)
    const first = days[0]
    const last = days.at(-1)
    if (first === undefined || last === undefined) return []
    const counted = new Map<string, DayStatistics>()
    let index = 0
    for (const row of delivery.outcomes(first.start, last.end, accountId)) {
      while ((days[index]?.end ?? Infinity) <= row.at) index += 1
      const day = days[index]?.day ?? last.day
      const key = `${day} ${row.accountId}`
      const present = counted.get(key) ?? {
        day,
        accountId: row.accountId,
        published: 0,
        late: 0,
        failed: 0,
        waiting: 0,
      }
      const late = row.publishedAt !== null && row.publishedAt - row.at > LATE_SECONDS
      counted.set(key, {
        ...present,
        published: present.published + (row.state === 'published' ? 1 : 0),
        late: present.late + (late ? 1 : 0),
        failed: present.failed + (['failed', 'skipped', 'missed'].includes(row.state) ? 1 : 0),
        waiting: present.waiting + (WAITING.has(row.state) ? 1 : 0),
      })
    }
    return [...counted.values()]
  }

  const path = join(deps.logsFolder, 'send_history.json')
  const write = async (): Promise<void> => {
    const accountName = await accountNames()
    if (stopped) return
    const entries: object[] = []
    let cursor: string | null = null
    do {
      const page = list({ scope: 'past', cursor, limit: PAGE })
      entries.push(...page.items.map(view => historyEntry(view, accountName(view))))
      cursor = page.next
    } while (cursor !== null && entries.length < ENTRIES_KEPT)
    await writeFileAtomic(path, `${JSON.stringify(entries, null, 2)}\n`)
  }

  let cancelTimer = (): void => undefined
  let waiting = false
  let stopped = false
  const writeSoon = (): void => {
    if (waiting || stopped) return
    waiting = true
    cancelTimer = timers.after(WRITE_AFTER_MS, () => {
      waiting = false
      void write().catch((error: unknown) => {
        log('warning', 'history.write', { error: error instanceof Error ? error.name : 'unknown' })
      })
    })
  }
  const unwatch = delivery.watch(writeSoon)
  writeSoon()

  const handlers: HistoryHandlers = {
    'history.statistics': statistics,
    'history.export': async input =>
      exportPiece(input, list, await accountNames(), instantOf(clock.now()).slice(0, 10)),
    'history.checkCsv': imports.check,
    'history.importCsv': imports.run,
  }
  return {
    handlers,
    /** A file being written is whole or not there: nobody has to wait for it. */
    stop: (): void => {
      stopped = true
      unwatch()
      cancelTimer()
    },
  }
}

const WAITING: ReadonlySet<string> = new Set([
  'queued',
  'sending',
  'uncertain',
  'scheduled',
  'paused',
  'drifted',
])
