import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHarness, type Harness } from '../testing/harness.ts'
import { checkBtcpay, isRecent, setupWebhook, WEBHOOK_EVENTS } from './btcpay-commands.ts'
import { COMMANDS, runCommand } from './commands.ts'

async function run(args: string[], env: Record<string, string> = {}) {
  const lines: string[] = []
  const code = await runCommand(args, env, { out: line => lines.push(line), error: line => lines.push(line) })
  return { code, text: lines.join('\n') }
}

describe('the command line', () => {
  test('names every command, and each explains itself', async () => {
    const { code, text: overview } = await run(['--help'])
    expect(code).toBe(0)
    for (const name of Object.keys(COMMANDS)) {
      expect(overview).toContain(name)
      const help = await run([name, '--help'])
      expect(help.code).toBe(0)
      expect(help.text).toContain(`Usage: npm run server -- ${name}`)
      expect(help.text.length).toBeGreaterThan(100)
    }
  })
  test.each([[['nonsense']], [['migrate', '--no-such-option']]])(
    '%j means nothing, and is told so',
    async args => {
      expect(await run(args)).toMatchObject({ code: 2, text: expect.stringContaining('Usage:') })
    },
  )

  test('the id of a key may begin with a hyphen and is no flag', async () => {
    await expect(run(['keys:retire', `-${'Z'.repeat(42)}`, '--json'])).rejects.toThrow(
      'makes its keys itself',
    )
  })
})

describe('on a database', () => {
  let harness: Harness
  let env: Record<string, string>
  beforeAll(async () => {
    harness = await startHarness()
    env = {
      DATABASE_URL: harness.config.databaseUrl!,
      AUTOTELE_DATA_DIR: harness.config.dataDir,
      AUTOTELE_BTCPAY_URL: harness.btcpay.url,
      AUTOTELE_BTCPAY_API_KEY: 'test-key',
      AUTOTELE_BTCPAY_STORE_ID: 'store',
    }
  })
  afterAll(() => harness.stop())
  const json = async (...args: string[]) =>
    JSON.parse((await run([...args, '--json'], env)).text) as Record<string, unknown>

  test('the first administrator is made on the host, once, and on the record', async () => {
    const made = await json('admin:create', '--email', 'Owner@example.com')
    expect(made).toMatchObject({ email: 'owner@example.com', role: 'owner' })
    expect(made['link']).toBe(`http://127.0.0.1:8080/admin/#/enrol/${String(made['enrolmentSecret'])}`)
    await expect(run(['admin:create'], env)).rejects.toThrow('--email is missing')
    // A link that was not used in time is replaced; what somebody enrolled with only goes when asked for.
    const again = await json('admin:create', '--email', 'owner@example.com')
    expect(again['enrolmentSecret']).not.toBe(made['enrolmentSecret'])
    await harness.db.administrator.updateMany({ data: { passwordHash: 'enrolled' } })
    await expect(run(['admin:create', '--email', 'owner@example.com'], env)).rejects.toThrow('--reset')
    await json('admin:create', '--email', 'owner@example.com', '--reset')
    expect(await json('audit:verify')).toMatchObject({ ok: true, rows: 3 })
    expect((await run(['audit:verify'], env)).text).toContain('3 rows, none altered')
  })

  test('a payment that nobody announced is found, and what waits for a person is answered', async () => {
    const device = harness.device()
    const { invoiceId } = await harness.checkout(device)
    const at = harness.clock.unix()
    harness.btcpay.set(invoiceId, {
      status: 'Expired',
      additionalStatus: 'PaidPartial',
      paidAmount: '20',
      payments: [{ receivedDate: at, status: 'Settled' }],
    })
    expect(await json('reconcile', '--all')).toMatchObject({ failed: [] })
    const [item] = (await json('attention:list')) as unknown as { id: string; kind: string }[]
    expect(item).toMatchObject({ kind: 'underpaid', invoiceId })
    await expect(run(['attention:accept', item!.id], env)).rejects.toThrow('--reason is missing')
    expect(await json('attention:accept', item!.id, '--reason', 'a friend')).toMatchObject({
      resolution: 'accepted',
    })
    expect(await harness.db.ledgerEntry.count({ where: { invoiceId } })).toBe(1)
    expect((await run(['attention:list'], env)).text).toBe('Nothing waits for a person.')
    harness.btcpay.pullPayments.push({ id: 'pp1', name: `Refund ${invoiceId}` })
    expect(await json('reconcile')).toMatchObject({ refunds: null })
    harness.btcpay.permissions.push('btcpay.store.canmanagepullpayments:store')
    expect(await json('reconcile')).toMatchObject({ refunds: [invoiceId] })
    expect(await json('attention:list')).toMatchObject([{ kind: 'refund', invoiceId }])
  })
})

test.each([
  ['2.3.3', false],
  ['2.3.4', true],
  ['2.4.1+abc', true],
  ['1.99.9', false],
  ['3.0.0', true],
  ['unknown', false],
])('version %s of BTCPay is recent enough: %s', (version, expected) => {
  expect(isRecent(version)).toBe(expected)
})

describe('BTCPay', () => {
  type Fake = {
    version: string
    permissions: string[]
    store: object
    webhooks: Record<string, unknown>[]
    fail?: boolean
  }
  /** A BTCPay that has what the check looks at; what it was asked is kept. */
  async function startFake(fake: Fake) {
    const calls: string[] = []
    const server = createServer((request, response) => {
      void (async () => {
        const path = (request.url ?? '').replace('/api/v1', '')
        const call = `${request.method ?? ''} ${path}`
        calls.push(call)
        const send = (body: unknown) => response.end(JSON.stringify(body))
        const body = await text(request)
        if (call === 'GET /server/info') return send({ version: fake.version, fullySynched: true })
        if (call === 'GET /api-keys/current') return send({ apiKey: 'secret', permissions: fake.permissions })
        if (call === 'GET /stores/s') return send(fake.store)
        if (call === 'GET /stores/s/webhooks') return send(fake.webhooks)
        if (path.startsWith('/stores/s/webhooks')) {
          const hook = { id: 'hook', ...(JSON.parse(body) as object) }
          fake.webhooks.splice(0, 1, hook)
          return send(hook)
        }
        if (fake.fail) return response.writeHead(400).end('{}')
        return send({ id: 'inv' })
      })()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    return { calls, config: { url, apiKey: 'key', storeId: 's' }, stop: () => server.close() }
  }
  const store = {
    anyoneCanCreateInvoice: false,
    speedPolicy: 'MediumSpeed',
    paymentTolerance: 0,
    archived: false,
  }
  const all = ['cancreateinvoice', 'canviewstoresettings', 'canmodifyinvoices', 'webhooks.canmodifywebhooks']
  const permissions = all.map(one => `btcpay.store.${one}:s`)
  const publicUrl = 'https://license.example'

  test('set up well, passes; the test invoice is put away', async () => {
    const fake: Fake = { version: '2.4.1', permissions, store, webhooks: [] }
    const btcpay = await startFake(fake)
    const { config } = btcpay
    expect(await setupWebhook({ config, publicUrl, secret: 'a-secret' })).toMatchObject({ made: true })
    expect(await setupWebhook({ config, publicUrl, secret: 'a-secret' })).toMatchObject({ made: false })
    expect(fake.webhooks).toMatchObject([
      {
        secret: 'a-secret',
        enabled: true,
        authorizedEvents: { everything: false, specificEvents: WEBHOOK_EVENTS },
      },
    ])
    const checks = await checkBtcpay({ config, publicUrl })
    expect(checks.filter(check => check.result !== 'ok')).toEqual([])
    expect(btcpay.calls).toContain('DELETE /stores/s/invoices/inv')
    btcpay.stop()
  })

  test('set up badly, is told everything at once, with what to do, and never the key', async () => {
    const btcpay = await startFake({
      version: '2.3.3',
      permissions: ['unrestricted'],
      store: { anyoneCanCreateInvoice: true, speedPolicy: 'HighSpeed', paymentTolerance: 2, archived: true },
      webhooks: [
        {
          id: 'x',
          url: `${publicUrl}/webhooks/btcpay`,
          enabled: true,
          automaticRedelivery: true,
          authorizedEvents: { everything: false, specificEvents: ['InvoiceSettled'] },
        },
      ],
      fail: true,
    })
    const checks = await checkBtcpay({ config: btcpay.config, publicUrl })
    const bad = checks.filter(check => check.result !== 'ok')
    expect(bad.map(check => check.name)).toEqual([
      'version',
      'key limited to the store',
      'invoices by us alone',
      'store in use',
      'payment tolerance',
      'confirmations',
      'webhook',
      'test invoice',
    ])
    for (const { remedy } of bad) expect(remedy).toBeTruthy()
    expect(JSON.stringify(checks)).not.toContain('secret')
    btcpay.stop()
    const gone = await checkBtcpay({ config: btcpay.config, publicUrl })
    expect(gone).toMatchObject([{ name: 'reachable', result: 'failed' }])
  })
})
