import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { preflightCommand } from '../../cli/preflight-command.ts'
import { startHarness, type Harness } from '../../testing/harness.ts'
import type { Network } from './network.ts'
import { TITLES } from './points.ts'
import type { Point } from './index.ts'

let harness: Harness
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'autotele-preflight-'))
  harness = await startHarness()
})
afterAll(async () => {
  await harness.stop()
  await rm(folder, { recursive: true })
})

const btcpay = (url: string, method = 'GET'): Response => {
  const permissions = ['cancreateinvoice', 'canviewinvoices'].map(name => `btcpay.store.${name}:store`)
  if (url.endsWith('/server/info')) return Response.json({ version: '2.4.1', fullySynched: true })
  if (url.endsWith('/api-keys/current')) return Response.json({ permissions })
  return method === 'POST' ? Response.json({ id: 'invoice' }) : new Response(null, { status: 404 })
}

/** A host where everything of the network is as it should be, and what a test makes worse. */
const network = (over: Partial<Network> = {}): Network => ({
  resolve: async () => ['192.0.2.1'],
  certificateEnd: async () => new Date(Date.now() + 60 * 86_400_000),
  isOpen: async (_host, port) => port === 80 || port === 443,
  fetch: async (input, init) => {
    const url = String(input)
    if (url.startsWith(harness.btcpay.url)) return btcpay(url, init?.method)
    if (url.endsWith('/v1/plans')) return new Response('{}')
    if (url.includes('prometheus')) throw new TypeError('no such host')
    return new Response(null, { status: 404 })
  },
  ...over,
})
async function run(over: Partial<Network> = {}, env: Record<string, string> = {}) {
  const lines: string[] = []
  const invocation = {
    words: [],
    options: {},
    env: {
      DATABASE_URL: harness.config.databaseUrl ?? '',
      AUTOTELE_DATA_DIR: harness.config.dataDir,
      AUTOTELE_PUBLIC_URL: 'https://license.example',
      AUTOTELE_BTCPAY_URL: harness.btcpay.url,
      AUTOTELE_BTCPAY_API_KEY: 'test-key',
      AUTOTELE_BTCPAY_STORE_ID: 'store',
      AUTOTELE_BACKUP_DIR: folder,
      ...env,
    },
    say: (text: string) => void lines.push(text),
  }
  const { points } = (await preflightCommand(invocation, network(over))) as { points: Point[] }
  process.exitCode = 0
  return { lines, of: (id: string) => points.find(point => point.id === id)!, points }
}

test('every point of both lists is answered; what did not pass says what to do; what cannot be seen never passes', async () => {
  const { points, of, lines } = await run()
  expect(points.map(point => point.id)).toEqual(Object.keys(TITLES))
  expect(points.filter(point => point.list === 'before')).toHaveLength(11)
  expect(points.filter(point => point.list === 'after')).toHaveLength(5)
  for (const { id, result, remedy } of points) if (result !== 'passed') expect(remedy, id).toBeTruthy()
  for (const id of ['documentation', 'feedback', 'updates', 'firewall', 'application']) {
    expect(of(id).result, id).toBe('not-checkable')
  }
  for (const id of ['dns', 'ports', 'keys', 'disk']) expect(of(id), id).toMatchObject({ result: 'passed' })
  expect(of('backup')).toMatchObject({ result: 'failed', found: 'no backup was ever made' })
  expect(of('restore').result).toBe('failed')
  expect(of('monitoring').result).toBe('failed')
  expect(of('purchase')).toMatchObject({ result: 'failed', found: 'nobody has bought yet' })
  expect(lines.join('\n')).not.toContain('test-key')
})

test('what is wrong outside is found: no address, a certificate that ends, a port that is open, a wrong key', async () => {
  const { of } = await run(
    {
      resolve: async () => [],
      certificateEnd: async () => new Date(Date.now() + 5 * 86_400_000),
      isOpen: async (_host, port) => port !== 80,
    },
    { AUTOTELE_KEY_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64') },
  )
  expect(of('dns')).toMatchObject({ result: 'failed', found: expect.stringContaining('no address') })
  expect(of('tls').found).toContain('days left')
  expect(of('ports').found).toMatch(/:80 is closed.*5432 is open to everyone/)
  expect(of('keys')).toMatchObject({ result: 'failed', found: expect.stringContaining('cannot be opened') })
})
