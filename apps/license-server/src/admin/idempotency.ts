import { createHash } from 'node:crypto'
import { deriveSealingKey, openSealed, sealBytes } from '@autotele/crypto'
import { toDate, type Clock } from '../clock.ts'
import type { Tx } from '../storage/database.ts'

/** A call that is to have its effect once, however often it comes. */
export type Once = {
  /** Who calls; two people's keys are strangers to each other. */
  readonly principal: string
  /** The path that was called. */
  readonly route: string
  readonly key: string
  readonly body: Uint8Array
}
type Outcome<T> =
  { readonly kind: 'done' | 'replayed'; readonly value: T } | { readonly kind: 'reused' | 'running' }

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/**
 * Runs work under an idempotency key, within the transaction of its effect: the answer is kept exactly when the effect
 * is. It is sealed under the key itself, so what is stored shows no license key.
 */
export function createIdempotency({ clock, pepper }: { readonly clock: Clock; readonly pepper: Uint8Array }) {
  const sealingKey = (key: string) =>
    deriveSealingKey(Buffer.concat([pepper, Buffer.from(key)]), 'idempotent response')

  return async function runOnce<T>(tx: Tx, once: Once, work: () => Promise<T>): Promise<Outcome<T>> {
    const { principal, route, key } = once
    const where = { deviceId: principal, route, keyHash: sha256(key) }
    const bodyHash = sha256(once.body)
    const lock = `${principal} ${route} ${where.keyHash}`
    const [{ free } = { free: false }] = await tx.$queryRaw<{ free: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(hashtextextended(${lock}, 7214514)) AS free`
    if (!free) return { kind: 'running' }
    const known = await tx.idempotencyKey.findUnique({ where: { deviceId_route_keyHash: where } })
    if (known && known.bodyHash !== bodyHash) return { kind: 'reused' }
    if (known?.response) {
      const plain = Buffer.from(openSealed(known.response, sealingKey(key), lock)).toString()
      return { kind: 'replayed', value: JSON.parse(plain) as T }
    }
    const value = await work()
    const response = sealBytes(Buffer.from(JSON.stringify(value)), sealingKey(key), lock)
    await tx.idempotencyKey.create({
      data: { ...where, bodyHash, resourceId: route, response, createdAt: toDate(clock()) },
    })
    return { kind: 'done', value }
  }
}
export type RunOnce = ReturnType<typeof createIdempotency>
