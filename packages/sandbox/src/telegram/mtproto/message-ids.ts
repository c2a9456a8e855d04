/** Transport time in ms; moves apart from the world's. */
export type MessageIds = {
  /** Strictly increasing. Answers are 1 mod 4, notifications 3 mod 4 (https://core.telegram.org/mtproto/description). */
  readonly next: (kind: 'answer' | 'notice') => bigint
  /** To be called when the transport clock was set back. */
  readonly reset: () => void
}

export const createMessageIds = (now: () => number): MessageIds => {
  let last = 0n
  return {
    next: kind => {
      const ms = now()
      const seconds = BigInt(Math.floor(ms / 1000))
      const fraction = (BigInt(Math.floor(ms % 1000)) << 32n) / 1000n
      const base = ((seconds << 32n) | fraction) & ~3n
      last = base > last ? base : (last & ~3n) + 4n
      return last | (kind === 'answer' ? 1n : 3n)
    },
    reset: () => {
      last = 0n
    },
  }
}

/** The second in which a message id was made. */
export const secondOf = (messageId: bigint): number => Number(BigInt.asUintN(64, messageId) >> 32n)
