/** Milliseconds since 1970 as an instant of the contract, to the second: `2027-07-14T07:00:00Z`. */
export const instantOf = (ms: number): string =>
  new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')

/** An instant of the contract as Unix seconds. */
export const secondsOf = (instant: string): number => Math.floor(Date.parse(instant) / 1000)
