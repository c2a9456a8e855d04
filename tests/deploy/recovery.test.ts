import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readViolations, someDevice } from '@autotele/license-server/testing'
import { setScene, type Scene } from '../faults/support.ts'

const cli = join(
  dirname(createRequire(import.meta.url).resolve('@autotele/license-server/main')),
  'cli',
  'main.ts',
)
let scene: Scene
beforeAll(async () => (scene = await setScene()))
afterAll(() => scene.end())

test('after the loss of everything each purchase is found again at BTCPay, once, and its key activates', async () => {
  const server = await scene.start()
  const sold: string[] = []
  for (const pays of [true, true, false]) {
    const { invoiceId } = await scene.checkout(scene.device())
    if (!pays) continue
    await scene.btcpay.pay(invoiceId)
    await scene.btcpay.confirm(invoiceId)
    sold.push(invoiceId)
  }
  await scene.quiet()
  const before = await scene.query<{
    paid: string
  }>(`SELECT (paid_through - paid_at)::text AS paid FROM licenses
    JOIN ledger ON ledger.license_id = licenses.id ORDER BY 1`)
  await server.kill('SIGTERM')
  await scene.query('DROP SCHEMA public CASCADE')
  await scene.query('DROP SCHEMA pgboss CASCADE')
  await scene.query('CREATE SCHEMA public')

  const again = await scene.start()
  const rebuild = async () => {
    const { databaseUrl, btcpay, secrets } = scene
    const env = {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: databaseUrl,
      AUTOTELE_BTCPAY_URL: btcpay.url,
      AUTOTELE_BTCPAY_API_KEY: btcpay.apiKey,
      AUTOTELE_BTCPAY_STORE_ID: btcpay.storeId,
      AUTOTELE_BTCPAY_WEBHOOK_SECRET: secrets.webhook,
      AUTOTELE_PEPPER: secrets.pepper,
      AUTOTELE_KEY_ENCRYPTION_KEY: secrets.keyEncryptionKey,
      // Neither made nor read: every secret is above.
      AUTOTELE_KEYSET_FILE: 'none',
    }
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [cli, 'reconcile', '--from-zero', '--json'],
      { env },
    )
    return JSON.parse(stdout) as { recovered: { invoiceId: string; licenseKey: string }[]; failed: string[] }
  }
  const { recovered, failed } = await rebuild()
  expect(failed).toEqual([])
  expect(recovered.map(one => one.invoiceId).sort()).toEqual(sold.sort())
  for (const invoiceId of sold) expect(await scene.grants(invoiceId)).toEqual(['grant'])
  // From the same instants of payment: nobody gains or loses a day.
  expect(
    await scene.query(`SELECT (paid_through - paid_at)::text AS paid FROM licenses
      JOIN ledger ON ledger.license_id = licenses.id ORDER BY 1`),
  ).toEqual(before)
  const { status, body } = await scene
    .device()
    .call('POST', '/v1/licenses/activate', { licenseKey: recovered[0]?.licenseKey, device: someDevice })
  expect({ status, result: body.result }).toEqual({ status: 200, result: 'granted' })
  expect((await rebuild()).recovered).toEqual([])
  for (const [invariant, count] of Object.entries(await readViolations(scene.databaseUrl))) {
    expect(count, invariant).toBe(0)
  }
  await again.kill('SIGTERM')
})
