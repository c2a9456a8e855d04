import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyKeySet, verifyLicenseToken } from '@autotele/crypto'
import { ROUTES, type KeySetClaims } from '@autotele/shared'
import { resolveSecrets } from './config/secrets.ts'
import { createSigningKey } from './licensing/index.ts'
import type { RunningServer } from './server.ts'
import { someDevice, type TestDevice } from './testing/device.ts'
import { startHarness, type Harness } from './testing/harness.ts'

let harness: Harness
let other: RunningServer
let addresses: string[]
beforeAll(async () => {
  harness = await startHarness()
  other = await harness.replica()
  addresses = [harness.server.localUrl, other.localUrl]
})
afterAll(async () => {
  await other.stop()
  await harness.stop()
})

/** A device that calls one replica after the other. */
function roaming(from = 0): TestDevice {
  let calls = from
  return harness.device(() => addresses[calls++ % addresses.length]!)
}

test('of devices that race on two replicas for the last seat exactly one gets it', async () => {
  const buyer = harness.device()
  const checkout = await harness.checkout(buyer)
  await harness.pay(checkout.invoiceId)
  const { licenseKey, licenseId } = (await harness.poll(buyer, checkout)).body
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      roaming(n).call('POST', ROUTES.activate, { licenseKey, device: someDevice }),
    ),
  )
  const statuses = answers.map(answer => answer.status).sort()
  expect(statuses).toEqual([200, ...Array<number>(11).fill(409)])
  expect(await harness.db.seat.count({ where: { licenseId, releasedAt: null } })).toBe(2)
})

test('keys rotate, and one is revoked at once, while devices refresh at two replicas: every token verifies', async () => {
  const { sealing } = await resolveSecrets(harness.config, () => undefined)
  const { rootKey, url } = harness.server
  const kids = new Set<string>()
  let verified = 0

  /** As the client does: of the key sets it has seen it keeps the newest, and believes no other. */
  const client = (n: number) => {
    const device = roaming(n)
    let newest: KeySetClaims | undefined
    let seq = 0
    return async (path: string, body: object) => {
      const { body: answer } = await device.call('POST', path, body)
      const set = await verifyKeySet(answer.keyset, rootKey!)
      if (!set.ok) throw new Error(set.code)
      if (!newest || newest.version < set.claims.version) newest = set.claims
      const now = harness.clock.unix()
      const expected = { keys: newest.keys, issuer: url, deviceId: device.id, now, allowTest: true }
      const token = await verifyLicenseToken(answer.token, { ...expected, minSeq: seq + 1 })
      if (!token.ok) throw new Error(`${token.code} with key set ${String(newest.version)}`)
      seq = token.claims.seq
      kids.add(JSON.parse(Buffer.from(answer.token.split('.')[0], 'base64url').toString()).kid as string)
      verified++
      return seq
    }
  }

  let over = false
  const fleet = Array.from({ length: 6 }, async (_, n) => {
    const call = client(n)
    let seq = await call(ROUTES.trials, { device: someDevice })
    while (!over) seq = await call(ROUTES.refresh, { seq, appVersion: '1' })
  })
  /** Lets the fleet go on for some answers, with replicas whose keys are older than each other's. */
  const answers = async (count: number) => {
    const until = verified + count
    await Promise.race([expect.poll(() => verified, { timeout: 15_000 }).toBeGreaterThan(until), ...fleet])
  }
  const move = (kid: string, state: string) =>
    harness.db.signingKey.update({ where: { kid }, data: { state } })
  const active = () => harness.db.signingKey.findFirstOrThrow({ where: { state: 'active' } })
  const rotate = async () => {
    const old = await active()
    const next = await createSigningKey(harness.db, sealing, 'next', harness.clock.now)
    harness.clock.advance({ seconds: 31 })
    await answers(30)
    await harness.db.$transaction([
      harness.db.signingKey.update({ where: { kid: old.kid }, data: { state: 'retiring' } }),
      harness.db.signingKey.update({ where: { kid: next.kid }, data: { state: 'active' } }),
    ])
    return old.kid
  }

  await answers(20)
  await rotate()
  // One replica has read the keys of before, and goes on with them while the other knows the new ones.
  await answers(30)
  harness.clock.advance({ seconds: 31 })
  await answers(30)
  // The theft: activated and revoked in one breath, while both replicas still hold the stolen key.
  const stolen = await rotate()
  await answers(10)
  await move(stolen, 'revoked')
  // What was under way at that instant; then neither replica signs with it, however old its keys.
  await answers(12)
  const before = [...kids]
  kids.clear()
  await answers(30)
  expect(kids).not.toContain(stolen)
  harness.clock.advance({ seconds: 31 })
  await answers(30)
  over = true
  await Promise.all(fleet)
  expect(new Set([...before, ...kids]).size).toBe(3)
})

test('a device whose database was restored from before goes on with a larger seq', async () => {
  const device = roaming()
  await device.call('POST', ROUTES.trials, { device: someDevice })
  let seq = 0
  for (let n = 0; n < 5; n++) {
    const { body } = await device.call('POST', ROUTES.refresh, { seq, appVersion: '1' })
    seq = (await harness.verify(body, device)).seq
  }
  // As a backup of an hour ago would have it.
  await harness.db.device.update({ where: { id: device.id }, data: { seq: 2 } })
  const { body } = await device.call('POST', ROUTES.refresh, { seq, appVersion: '1' })
  expect((await harness.verify(body, device)).seq).toBe(seq + 1)
})
