import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHarness, type Harness } from '../testing/harness.ts'
import { runAttentionCommand } from './attention-command.ts'

let harness: Harness
beforeAll(async () => (harness = await startHarness({ AUTOTELE_LATE_PAYMENTS: 'review' })))
afterAll(() => harness.stop())

async function run(...args: string[]) {
  const lines: string[] = []
  const env = {
    DATABASE_URL: harness.config.databaseUrl,
    AUTOTELE_BTCPAY_URL: harness.btcpay.url,
    AUTOTELE_BTCPAY_API_KEY: 'test-key',
    AUTOTELE_BTCPAY_STORE_ID: 'store',
    AUTOTELE_LATE_PAYMENTS: 'review',
    LANG: 'fr_FR.UTF-8',
  }
  const known = await runAttentionCommand(args, env, text => lines.push(text))
  return { known, text: lines.join('\n') }
}

test('an operator lists what waits, accepts it while the server runs, and cannot then refuse it', async () => {
  const device = harness.device()
  const checkout = await harness.checkout(device)
  harness.btcpay.set(checkout.invoiceId, {
    status: 'Expired',
    additionalStatus: 'PaidLate',
    paidAmount: '29.99',
    payments: [{ receivedDate: harness.clock.unix(), status: 'Settled' }],
  })
  await harness.deliver(checkout.invoiceId)
  await harness.worked()
  expect((await harness.poll(device, checkout)).body.state).toBe('in_review')
  const { text } = await run('list')
  expect(text).toContain(checkout.invoiceId)
  expect(text).toContain('après le délai de la facture')
  const [, id = ''] = /^#(\d+) late/m.exec(text) ?? []
  expect((await run('accept', id)).text).toBe(`${id} accepted`)
  expect((await run('accept', id)).text).toBe(`${id} accepted (before)`)
  await expect(run('refuse', id)).rejects.toThrow('answered otherwise')
  expect((await harness.poll(device, checkout)).body).toMatchObject({ state: 'settled' })
  expect((await run('list')).text).toBe('')
  expect((await run('list', '--all')).text).toMatch(/\[accepted cli:/)
})

test('what is no command is refused', async () => {
  for (const args of [[], ['drop'], ['accept'], ['accept', 'x'], ['list', 'more'], ['accept', '1', '2']]) {
    expect((await run(...args)).known).toBe(false)
  }
})
