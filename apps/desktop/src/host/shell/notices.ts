import type {
  EventMessage,
  LicenseView,
  Notice,
  NoticeKind,
  Progress,
  ShellSettings,
} from '../../contract/index.ts'
import { noticeWords, type NoticeWords } from './notice-words.ts'

export type NoticeDesk = {
  /** What this event of the core is worth saying, if anything; order and repetition of events do not matter. */
  read(message: EventMessage): readonly Notice[]
}

/** A shorter pause is part of an ordinary day. */
const LONG_WAIT_MS = 5 * 60_000

const OUT = ['signed-out', 'session-duplicated', 'restricted', 'frozen']

/**
 * Turns the core's events into notices. Only changes count: what already stood when the program started is on the
 * screen, and is not said again. Failures are said once for each round of placing, however many there are.
 */
export function createNoticeDesk(options: {
  readonly now: () => number
  readonly language: () => 'fr' | 'en'
}): NoticeDesk {
  const health = new Map<string, string>()
  const progress = new Map<string, Progress>()
  const failuresTold = new Set<string>()
  let license: LicenseView['state'] | undefined

  function accounts(message: EventMessage & { name: 'accounts.changed' }, words: NoticeWords): Notice[] {
    return message.payload.flatMap(({ id, name, health: now, pausedUntil }) => {
      const before = health.get(id)
      health.set(id, now)
      if (before === undefined || before === now) return []
      if (OUT.includes(now)) return [notice('account', words.account(name), 'accounts')]
      const longWait =
        now === 'paused' && pausedUntil !== null && Date.parse(pausedUntil) - options.now() > LONG_WAIT_MS
      return longWait ? [notice('wait', words.wait(name), 'accounts')] : []
    })
  }

  function placing(now: Progress, words: NoticeWords): Notice[] {
    const before = progress.get(now.accountId)
    progress.set(now.accountId, now)
    const over = now.done + now.failed >= now.total
    const notices: Notice[] = []
    if (now.failed > (before?.failed ?? 0) && !failuresTold.has(now.accountId)) {
      failuresTold.add(now.accountId)
      notices.push(notice('failed', words.failed, 'deliveries'))
    }
    if (now.waiting?.reason === 'held' && before !== undefined && before.waiting?.reason !== 'held')
      notices.push(notice('wait', words.held, 'deliveries'))
    if (over) failuresTold.delete(now.accountId)
    const wasUnderWay = before !== undefined && before.done + before.failed < before.total
    if (over && wasUnderWay && now.done > 0) {
      notices.push(notice('finished', words.finished(now.done), 'deliveries'))
    }
    return notices
  }

  function licensed(now: LicenseView['state'], words: NoticeWords): Notice[] {
    const before = license
    license = now
    if (before === undefined || before === now) return []
    if (now === 'warn') return [notice('license', words.licenseSoon, 'license')]
    return now === 'expired' || now === 'denied' ? [notice('license', words.licenseOver, 'license')] : []
  }

  return {
    read(message) {
      const words = noticeWords[options.language()]
      switch (message.name) {
        case 'accounts.changed':
          return accounts(message, words)
        case 'deliveries.progressed':
          return placing(message.payload, words)
        case 'license.changed':
          return licensed(message.payload.state, words)
        default:
          return []
      }
    },
  }
}

const notice = (
  kind: NoticeKind,
  [title, text]: readonly [string, string],
  page: Notice['page'],
): Notice => ({
  kind,
  title,
  text,
  page,
})

/** Whether a notice of this kind may be shown at this instant, in the person's zone. Pure. */
export function mayShow(
  kind: NoticeKind,
  settings: Pick<ShellSettings, 'notices' | 'quietHours'>,
  now: number,
  timeZone: string,
): boolean {
  const { enabled, from, to } = settings.quietHours
  if (!settings.notices[kind]) return false
  if (!enabled) return true
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(now)
  // Over midnight the hours are what lies outside the day between `to` and `from`; texts of this shape compare.
  const quiet = from < to ? time >= from && time < to : time >= from || time < to
  return !quiet
}
