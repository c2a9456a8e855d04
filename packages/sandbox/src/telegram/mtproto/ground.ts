import { createRsaKey } from '../crypto/rsa.ts'
import type { RsaKey } from '../crypto/rsa.ts'
import { createLayers } from '../tl/layers.ts'
import type { Layers } from '../tl/layers.ts'
import { createFaults } from './faults.ts'
import type { Faults } from './faults.ts'
import { createMessageIds } from './message-ids.ts'
import type { MessageIds } from './message-ids.ts'
import type { WireHabits } from './session.ts'

/** What the data centres of one sandbox have in common. */
export type Ground = {
  readonly layers: Layers
  readonly rsa: RsaKey
  readonly faults: Faults
  readonly habits: WireHabits
  readonly ids: MessageIds
  /** Transport time, seconds. */
  readonly seconds: () => number
  /** Moves transport time by so many ms, forth or back. */
  readonly shiftClock: (ms: number) => void
}

/** `worldNow` is in ms: it says how long faults last. Transport time is the machine's, and moves apart from it. */
export const createGround = (worldNow: () => number): Ground => {
  let offset = 0
  const now = (): number => Date.now() + offset
  const ids = createMessageIds(now)
  return {
    layers: createLayers(),
    rsa: createRsaKey(),
    faults: createFaults(worldNow),
    habits: {
      containers: true,
      gzipAbove: 512,
      staleSalt: true,
      paddingBlocks: 15,
      resendUnacknowledged: true,
    },
    ids,
    seconds: () => Math.floor(now() / 1000),
    shiftClock: ms => {
      offset += ms
      if (ms < 0) ids.reset()
    },
  }
}
