import { Temporal } from 'temporal-polyfill'

/** The process's clock; injected, so that a year passes in a test and the database's own never decides. */
export type Clock = () => Temporal.Instant
export const systemClock: Clock = () => Temporal.Now.instant()

/** Storage speaks `Date`; nothing else does. */
export const toDate = (instant: Temporal.Instant): Date => new Date(instant.epochMilliseconds)
export const fromDate = (date: Date): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(date.getTime())

/** Unix seconds, as JWT and BTCPay write time; what is left of a second is dropped. */
export const toUnix = (instant: Temporal.Instant): number => Math.floor(instant.epochMilliseconds / 1000)
export const fromUnix = (seconds: number): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds(seconds * 1000)

/** As the HTTP contract writes it: `2026-11-22T10:00:00Z`. */
export const toIso = (instant: Temporal.Instant): string => instant.toString({ smallestUnit: 'second' })

/** `instant` moved by whole seconds. */
export const plusSeconds = (instant: Temporal.Instant, seconds: number): Temporal.Instant =>
  instant.add({ seconds })

export const isBefore = (a: Temporal.Instant, b: Temporal.Instant): boolean =>
  Temporal.Instant.compare(a, b) < 0
export const earlier = (a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant =>
  isBefore(b, a) ? b : a
