import type { Tx } from '../storage/database.ts'

export type KeyState = 'next' | 'active' | 'retiring' | 'retired' | 'revoked'

/** From which states a key may come into another. */
const FROM: Readonly<Record<'active' | 'retired' | 'revoked', readonly KeyState[]>> = {
  active: ['next', 'retiring'],
  retired: ['next', 'retiring'],
  revoked: ['next', 'retiring', 'retired'],
}

/**
 * Moves a signing key to another state, in a transaction of the caller's; the active one becomes retiring when another
 * takes its place. `false` when the key is not in a state that leads there.
 */
export async function moveKey(tx: Tx, kid: string, state: keyof typeof FROM): Promise<boolean> {
  const from = { kid, state: { in: [...FROM[state]] } }
  if ((await tx.signingKey.count({ where: from })) === 0) return false
  if (state === 'active') {
    await tx.signingKey.updateMany({ where: { state: 'active' }, data: { state: 'retiring' } })
  }
  return (await tx.signingKey.updateMany({ where: from, data: { state } })).count === 1
}
