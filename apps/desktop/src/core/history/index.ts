import { join } from 'node:path'
import type { AccountId, DayStatistics, Handlers, ParsedInput } from '../../contract/index.ts'
import { isOpen, type Deliveries } from '../delivery/index.ts'
import { daysBetween } from '../messages/index.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import type { Clock, Log, Timers } from '../ports.ts'
import { writeFileAtomic } from '../storage/files.ts'
import { instantOf } from '../time.ts'
import { exportPiece, historyEntry, historyEntryWithText } from './export.ts'
import { createImport, type ImportDeps } from './import.ts'

export type HistoryDeps = ImportDeps & {
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly logsFolder: string
  readonly delivery: Pick<Deliveries, 'handlers' | 'outcomes' | 'watch'>
  /** Whether `send_history.json`, which lies in clear, holds the texts too. */
  readonly withTexts: () => boolean
  readonly watchSettings: (listener: () => void) => () => void
}

export type HistoryHandlers = Pick<
  Handlers,
  'history.statistics' | 'history.export' | 'history.checkCsv' | 'history.importCsv'
>

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
    const counted = new Map<string, DayStatistics>()
    for (const { span, accountId: of, state, count, late } of delivery.outcomes(days, accountId)) {
      const day = days[span]?.day ?? ''
      const key = `${day} ${of}`
      const present = counted.get(key) ?? {
        ...{ day, accountId: of },
        ...{ published: 0, late: 0, failed: 0, waiting: 0 },
      }
      counted.set(key, {
        ...present,
        published: present.published + (state === 'published' ? count : 0),
        late: present.late + late,
        failed: present.failed + (FAILED.has(state) ? count : 0),
        waiting: present.waiting + (isOpen(state) ? count : 0),
      })
    }
    return [...counted.values()]
  }

  const path = join(deps.logsFolder, 'send_history.json')
  const write = async (): Promise<void> => {
    const accountName = await accountNames()
    if (stopped) return
    const entryOf = deps.withTexts() ? historyEntryWithText : historyEntry
    const entries: object[] = []
    let cursor: string | null = null
    do {
      const page = list({ scope: 'past', cursor, limit: PAGE })
      entries.push(...page.items.map(view => entryOf(view, accountName(view))))
      cursor = page.next
    } while (cursor !== null && entries.length < ENTRIES_KEPT)
    await writeFileAtomic(path, `${JSON.stringify(entries, null, 2)}\n`)
  }

  // One after the other: of two, the one begun first must not be the last to be there.
  const inTurn = oneAtATime()
  const writeNow = (): void => {
    inTurn(write).catch((error: unknown) => {
      log('warning', 'history.write', { error: error instanceof Error ? error.name : 'unknown' })
    })
  }

  let cancelTimer = (): void => undefined
  let waiting = false
  let stopped = false
  const writeSoon = (): void => {
    if (waiting || stopped) return
    waiting = true
    cancelTimer = timers.after(WRITE_AFTER_MS, () => {
      waiting = false
      writeNow()
    })
  }
  const unwatch = delivery.watch(writeSoon)
  let withTexts = deps.withTexts()
  // Texts that are no longer wanted there do not wait: whoever says so may be about to close the application.
  const unwatchSettings = deps.watchSettings(() => {
    if (deps.withTexts() === withTexts) return
    withTexts = deps.withTexts()
    writeNow()
  })
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
      unwatchSettings()
      cancelTimer()
    },
  }
}

const FAILED: ReadonlySet<string> = new Set(['failed', 'skipped', 'missed'])
