import { randomUUID } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect } from 'vitest'
import { verifyKeySet, verifyLicenseToken } from '@autotele/crypto'
import { createTestDevice, someDevice, type TestDevice } from '@autotele/license-server/testing'
import { startStage, until, type Stage } from './stage.ts'
import { root, run, testWith, toolEnvironment } from './tools.ts'

let stage: Stage | undefined
/** Made by the first test that may run: where there is no Caddy, there is nothing to make. */
const at = async (): Promise<Stage> => (stage ??= await startStage())
afterAll(() => stage?.end())

async function sell({ publicUrl, btcpay }: Stage) {
  const device = createTestDevice(publicUrl)
  const { status, body } = await device.call(
    'POST',
    '/v1/checkouts',
    { plan: 'monthly', device: someDevice },
    { 'Idempotency-Key': randomUUID() },
  )
  if (status !== 201) throw new Error(JSON.stringify(body))
  const invoiceId = String(new URL(String(body.checkoutUrl)).pathname.split('/').at(-1))
  await btcpay.pay(invoiceId)
  await btcpay.confirm(invoiceId)
  await btcpay.settled()
  return await until(async () => {
    const answer = await device.call('GET', `/v1/checkouts/${String(body.id)}`, undefined, {
      'Claim-Secret': String(body.claimSecret),
    })
    return answer.body.state === 'settled' && device
  })
}

let bought: Promise<TestDevice> | undefined
/** Somebody who has bought a month. */
const customer = async (): Promise<TestDevice> => await (bought ??= sell(await at()))

/**
 * Requests at once, and how long each waits for the next: of several, one always meets a server that is just stopping, and
 * what they are to disturb still gets most of the machine.
 */
const AT_ONCE = 4
const PAUSE_MS = 80

/** A customer who asks for new tokens all the time while `work` goes on, and verifies each. Gives the keys that signed them. */
async function whileServing({ publicUrl, rootKey }: Stage, work: () => Promise<void>) {
  const device = await customer()
  const wrong: string[] = []
  const kids = new Set<string>()
  let asked = 0
  let over = false
  const serve = async () => {
    while (!over) {
      try {
        const { status, body } = await device.call('POST', '/v1/licenses/refresh', {
          seq: 0,
          appVersion: '1.0.0',
        })
        if (status === 200) {
          const set = await verifyKeySet(String(body.keyset), rootKey as never)
          if (!set.ok) throw new Error(set.code)
          const now = Math.floor(Date.now() / 1000)
          const known = {
            keys: set.claims.keys,
            issuer: publicUrl,
            deviceId: device.id,
            now,
            allowTest: true,
          }
          const token = await verifyLicenseToken(String(body.token), known)
          if (!token.ok) throw new Error(token.code)
          kids.add(
            String(
              JSON.parse(Buffer.from(String(body.token).split('.')[0] ?? '', 'base64url').toString()).kid,
            ),
          )
        } else wrong.push(`HTTP ${String(status)} ${JSON.stringify(body)}`)
      } catch (error) {
        wrong.push(error instanceof Error ? `${error.message} ${String(error.cause)}` : 'unknown')
      }
      asked++
      await delay(PAUSE_MS)
    }
  }
  const serving = Array.from({ length: AT_ONCE }, serve)
  await work().finally(() => (over = true))
  await Promise.all(serving)
  expect(wrong).toEqual([])
  expect(asked).toBeGreaterThan(3)
  return kids
}

describe('two servers behind Caddy', () => {
  testWith('caddy', 'Caddy takes its configuration as it is for production', async () => {
    await run(
      'caddy',
      ['validate', '--adapter', 'caddyfile', '--config', join('deploy', 'caddy', 'Caddyfile')],
      {
        ...{ AUTOTELE_DOMAIN: 'license.example.com', AUTOTELE_ADMIN_DOMAIN: 'admin.example.com' },
        ...{ ACME_EMAIL: 'you@example.com', AUTOTELE_UPSTREAM: 'license-server:8080' },
        AUTOTELE_ADMIN_NETWORKS: '0.0.0.0/0 ::/0',
        XDG_DATA_HOME: join(root, 'node_modules', '.cache', 'caddy'),
      },
    )
  })

  testWith(
    'caddy',
    'the public name gives what customers need, with security headers, and nothing of the inside',
    async () => {
      const { publicUrl, healthUrl } = await at()
      const plans = await fetch(`${publicUrl}/v1/plans`)
      expect(plans.status).toBe(200)
      expect(plans.headers.get('strict-transport-security')).toContain('max-age=31536000')
      expect(plans.headers.get('x-content-type-options')).toBe('nosniff')
      expect(plans.headers.get('x-frame-options')).toBe('DENY')
      expect(plans.headers.get('server')).toBeNull()
      for (const path of [
        '/metrics',
        '/readyz',
        '/health/webhooks',
        '/admin',
        '/admin/',
        '/admin/v1/session',
        '//metrics',
        '/%6detrics',
      ]) {
        expect((await fetch(publicUrl + path)).status, path).toBe(404)
      }
      const large = await fetch(`${publicUrl}/webhooks/btcpay`, {
        method: 'POST',
        body: Buffer.alloc(3 << 20),
      }).catch(() => ({ status: 413 }))
      // Caddy 2.6 says 502 where later ones say 413.
      expect([413, 502]).toContain(large.status)
      expect((await fetch(healthUrl)).status).toBe(200)
    },
  )

  testWith('caddy', 'the administration answers on its own name, and nothing else does there', async () => {
    const { adminUrl, publicUrl } = await at()
    expect((await fetch(`${adminUrl}/admin/v1/session`)).status).toBe(401)
    for (const path of ['/v1/plans', '/metrics', '/webhooks/btcpay', '/']) {
      expect((await fetch(adminUrl + path)).status, path).toBe(404)
    }
    expect(
      (await fetch(`${publicUrl}/admin/v1/session`, { headers: { 'x-forwarded-host': 'localhost' } })).status,
    ).toBe(404)
  })

  testWith('promtool', 'what both servers measure is as Prometheus wants it', async () => {
    const { servers } = await at()
    for (const server of servers) {
      const text = await (await fetch(server.metricsUrl())).text()
      // prom-client's own process metrics are not ours to name.
      const ours = text
        .split('\n')
        .filter(line => /^(# (HELP|TYPE) )?autotele_/.test(line))
        .join('\n')
      expect(ours.length).toBeGreaterThan(2000)
      execFileSync('promtool', ['check', 'metrics'], { input: `${ours}\n`, env: toolEnvironment() })
    }
  })
})

describe('rotations, while a customer goes on verifying', () => {
  const secretOf = async (name: string) => (await readFile((await at()).secret(name), 'utf8')).trim()

  testWith(
    'caddy',
    'of the signing key, and a restart of both servers one after another: no request fails, every token verifies',
    async () => {
      const scene = await at()
      const before = await whileServing(scene, async () => {
        const { kid } = JSON.parse(await scene.command(['keys:create', '--json'])) as { kid: string }
        await scene.publishKeys(2)
        await scene.command(['keys:activate', kid])
      })
      const after = await whileServing(scene, () => scene.rollingRestart())
      expect(after.size).toBe(2)
      expect([...before].every(kid => after.has(kid))).toBe(true)
    },
  )

  testWith('caddy', 'of the database’s password: no request fails, nothing is restarted', async () => {
    const scene = await at()
    const before = await secretOf('database-url')
    await whileServing(scene, async () => void (await scene.command(['rotate', 'database-password'])))
    expect(await secretOf('database-url')).not.toBe(before)
    await expect(
      scene.command(['migrate'], { DATABASE_URL: before, DATABASE_URL_FILE: '' }),
    ).rejects.toThrow()
    await sell(scene)
  })

  testWith(
    'caddy',
    'of the encryption key: everything is sealed anew, and the old key opens nothing',
    async () => {
      const scene = await at()
      await scene.command(['admin:create', '--email', 'owner@example.com'])
      const before = await secretOf('key-encryption-key')
      await expect(scene.command(['rotate', 'encryption-key', 'finish'])).rejects.toThrow('begin one')
      await whileServing(scene, async () => {
        for (const step of ['begin', 'switch']) {
          await scene.command(['rotate', 'encryption-key', step])
          await scene.rollingRestart()
        }
        await scene.command(['rotate', 'encryption-key', 'finish'])
      })
      expect(await secretOf('key-encryption-key')).not.toContain(before)
      await expect(
        scene.command(['backup:create', '--rehearse'], {
          AUTOTELE_KEY_ENCRYPTION_KEY: before,
          AUTOTELE_KEY_ENCRYPTION_KEY_FILE: '',
          AUTOTELE_BACKUP_DIR: join(scene.folder, 'backups'),
        }),
      ).rejects.toThrow()
      const good = await scene.command(['backup:create', '--rehearse', '--json'], {
        AUTOTELE_BACKUP_DIR: join(scene.folder, 'backups'),
      })
      expect(JSON.parse(good)).toMatchObject({ rehearsal: { ok: true } })
    },
  )

  testWith(
    'caddy',
    'of the webhook secret: what BTCPay sends is accepted before, between and after',
    async () => {
      const scene = await at()
      const before = await secretOf('btcpay-webhook-secret')
      await scene.command(['rotate', 'webhook-secret', 'begin'])
      await scene.servers[0]?.restart()
      // One server knows both, the other one still the old one.
      await sell(scene)
      await scene.servers[1]?.restart()
      await scene.command(['rotate', 'webhook-secret', 'switch'])
      await sell(scene)
      await scene.command(['rotate', 'webhook-secret', 'finish'])
      expect(await secretOf('btcpay-webhook-secret')).not.toContain(before)
      expect(new Set(scene.btcpay.deliveries.list().map(one => one.httpCode))).toEqual(new Set([200]))
    },
  )

  testWith('caddy', 'of the API key: the new one is tried first, the old one is revoked last', async () => {
    const scene = await at()
    const names = ['cancreateinvoice', 'canviewinvoices', 'canviewstoresettings']
    const permissions = names.map(name => `btcpay.store.${name}:${scene.btcpay.storeId}`)
    const weak = scene.btcpay.createApiKey(permissions.slice(1))
    await expect(
      scene.command(['rotate', 'api-key', 'begin'], { AUTOTELE_BTCPAY_NEW_API_KEY: weak }),
    ).rejects.toThrow('cancreateinvoice')
    const before = await secretOf('btcpay-api-key')
    const next = scene.btcpay.createApiKey(permissions)
    await scene.command(['rotate', 'api-key', 'begin'], { AUTOTELE_BTCPAY_NEW_API_KEY: next })
    await scene.rollingRestart()
    await scene.command(['rotate', 'api-key', 'finish'])
    expect(await secretOf('btcpay-api-key')).toBe(next)
    const headers = { authorization: `token ${before}` }
    expect((await fetch(`${scene.btcpay.url}/api/v1/api-keys/current`, { headers })).status).toBe(401)
    await sell(scene)
  })
})
