import type { Output } from '../../../contract/index.ts'

/** What is counted, in the order in which it is shown. */
export const counted = ['published', 'late', 'failed', 'waiting'] as const
export type Counts = Readonly<Record<(typeof counted)[number], number>>

type DayOfAccount = Output<'history.statistics'>[number]
const none: Counts = { published: 0, late: 0, failed: 0, waiting: 0 }

export const sumOf = (rows: readonly Counts[]): Counts =>
  rows.reduce<Counts>(
    (sum, row) => ({
      published: sum.published + row.published,
      late: sum.late + row.late,
      failed: sum.failed + row.failed,
      waiting: sum.waiting + row.waiting,
    }),
    none,
  )

/** The rows of each day, or of each account, together. */
export function sumsBy<K extends 'day' | 'accountId'>(
  rows: readonly DayOfAccount[],
  key: K,
): ReadonlyMap<DayOfAccount[K], Counts> {
  const sums = new Map<DayOfAccount[K], Counts>()
  for (const row of rows) sums.set(row[key], sumOf([sums.get(row[key]) ?? none, row]))
  return sums
}
