import type { DeliveryId, Output } from '../../contract/index.ts'

export type Change = Output<'series.pause'>
export type Counts = Pick<Change, 'done' | 'failed'>

/** The most that one call takes (contract). */
const BATCH = 500

export function* batches(ids: readonly DeliveryId[]): Generator<DeliveryId[]> {
  for (let from = 0; from < ids.length; from += BATCH) yield ids.slice(from, from + BATCH)
}
