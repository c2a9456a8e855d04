/** What may be changed about the keys; each has its words under `protection.dialogs`. */
export type KeyChange = 'change' | 'add' | 'keyring' | 'remove' | 'require' | 'relax' | 'dataKey'

const USUAL = [0, 5, 15, 30, 60, 120] as const

/** Minutes to choose from for the lock, with the one that is set even if it is none of ours. */
export const lockMinutes = (present: number): readonly number[] =>
  [...new Set([...USUAL, present])].sort((a, b) => a - b)
