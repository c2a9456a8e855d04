import { dialog, type BrowserWindow } from 'electron'
import type { DeliveryPage, Envelope, SeriesView } from '../contract/index.ts'

const WORDS = {
  fr: {
    unplaced: (count: number) =>
      count === 1
        ? '1 message n’est pas encore dans la file de Telegram : il ne partira que si AutoTele tourne à temps.'
        : `${count} messages ne sont pas encore dans la file de Telegram : ils ne partiront que si AutoTele tourne à temps.`,
    series: (count: number) =>
      count === 1
        ? '1 série est complétée par AutoTele au fil des jours.'
        : `${count} séries sont complétées par AutoTele au fil des jours.`,
    rest: 'Ce qui est déjà chez Telegram partira dans tous les cas.',
    title: 'Quitter AutoTele ?',
    stay: 'Rester',
    quit: 'Quitter',
  },
  en: {
    unplaced: (count: number) =>
      count === 1
        ? '1 message is not in Telegram’s queue yet: it goes out only if AutoTele runs in time.'
        : `${count} messages are not in Telegram’s queue yet: they go out only if AutoTele runs in time.`,
    series: (count: number) =>
      count === 1
        ? '1 series is topped up by AutoTele as days go by.'
        : `${count} series are topped up by AutoTele as days go by.`,
    rest: 'What is with Telegram already goes out in any case.',
    title: 'Quit AutoTele?',
    stay: 'Stay',
    quit: 'Quit',
  },
} as const

/** What depends on the program staying open. */
export type Dependants = {
  /** Messages that are here and not with Telegram. */
  readonly unplaced: number
  /** Active series whose reserve at Telegram ends within a day, or is not known. */
  readonly series: number
}

const DAY_MS = 86_400_000
const PATIENCE_MS = 2000

/** Asks the core; nothing when it does not answer soon or may not (its vault is locked): then nothing can be placed either. */
export async function findDependants(
  call: (name: string, input: unknown) => Promise<Envelope<unknown>>,
  now: number,
): Promise<Dependants> {
  const none = { unplaced: 0, series: 0 }
  const ask = async (): Promise<Dependants> => {
    const [deliveries, series] = await Promise.all([
      call('deliveries.list', { states: ['queued', 'sending', 'uncertain', 'paused'], limit: 1 }),
      call('series.list', {}),
    ])
    if (!deliveries.ok || !series.ok) return none
    const thin = (series.data as readonly SeriesView[]).filter(
      ({ state, reserveUntil }) =>
        state === 'active' && (reserveUntil === null || Date.parse(reserveUntil) - now < DAY_MS),
    )
    return { unplaced: (deliveries.data as DeliveryPage).total ?? 0, series: thin.length }
  }
  const late = new Promise<Dependants>(resolve => setTimeout(resolve, PATIENCE_MS, none).unref())
  return Promise.race([ask(), late])
}

/** True when the program may end. The answer that changes nothing is the one that Enter and Escape give. */
export async function mayQuit(
  { unplaced, series }: Dependants,
  language: 'fr' | 'en',
  window: BrowserWindow | undefined,
): Promise<boolean> {
  if (unplaced === 0 && series === 0) return true
  const words = WORDS[language]
  const sentences = [
    ...(unplaced > 0 ? [words.unplaced(unplaced)] : []),
    ...(series > 0 ? [words.series(series)] : []),
    words.rest,
  ]
  const question = {
    type: 'warning' as const,
    title: 'AutoTele',
    message: words.title,
    detail: sentences.join('\n\n'),
    buttons: [words.stay, words.quit],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  }
  const { response } =
    window === undefined
      ? await dialog.showMessageBox(question)
      : await dialog.showMessageBox(window, question)
  return response === 1
}
