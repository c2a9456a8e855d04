import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSocks5 } from '@autotele/sandbox/proxies'
import { pointGramjsAt, type TelegramSandbox } from '@autotele/sandbox/telegram'
import { generatePrivateJwk, toPublicJwk } from '@autotele/crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { AccountView, ImportResult, Inspection } from '../../apps/desktop/src/contract/index.ts'
import { createCore, type Core } from '../../apps/desktop/src/core/create-core.ts'
import { telethonFile, telethonString } from '../../apps/desktop/src/core/import/testing/old-program.ts'
import { writeProfile } from '../../apps/desktop/src/core/import/testing/old-profile.ts'
import type { Ports } from '../../apps/desktop/src/core/ports.ts'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/index.ts'
import { client, dataCentre, NASSIM, signedIn, valueOf } from '../gateway/support.ts'

function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-import-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

const ports = (): Ports => ({
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  timers: {
    after: (ms, run) => {
      const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1))
      return () => clearTimeout(timer)
    },
  },
  random: { bytes: length => crypto.getRandomValues(new Uint8Array(length)) },
  log: () => undefined,
  keyring: {
    strength: () => Promise.resolve('missing'),
    backend: () => Promise.resolve('none'),
    wrap: () => Promise.reject(new Error('no keyring')),
    unwrap: () => Promise.reject(new Error('no keyring')),
    hold: () => Promise.resolve(),
    held: () => Promise.resolve(null),
  },
  http: () => Promise.reject(new Error('offline')),
  openExternal: () => Promise.resolve(true),
})

/** The product's core over that data centre, its vault open. */
async function product(dc: TelegramSandbox, resolve = pointGramjsAt(dc).resolveAddress) {
  const core = await createCore(ports(), {
    dataFolder: folderForTest(),
    version: '9.9.9',
    hosted: 'web',
    emit: () => undefined,
    license: {
      serverUrl: null,
      rootKey: toPublicJwk(generatePrivateJwk()),
      acceptTestLicenses: false,
      machineId: () => Promise.resolve('machine'),
    },
    telegram: createGramjsGateway({ resolveAddress: resolve }),
    telegramApp: { apiId: 4242, apiHash: '0123456789abcdef0123456789abcdef' },
  })
  onTestFinished(() => core.stop())
  await core.start()
  await ask(core, 'vault.create', { passphrase: 'un bateau traverse la nuit' })
  return core
}

async function ask<T>(core: Core, name: string, input: unknown = {}): Promise<T> {
  const answer = await core.call(name, input)
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code}`)
  return answer.data as T
}

const importAll = async (core: Core, source: object): Promise<ImportResult[]> => {
  const { inspectionId, items } = await ask<Inspection>(core, 'import.inspect', source)
  return ask(core, 'import.run', { inspectionId, itemIds: items.map(({ id }) => id) })
}
const online = (core: Core): Promise<void> =>
  vi.waitFor(
    async () => {
      expect(await ask<AccountView[]>(core, 'accounts.list')).toMatchObject([{ health: 'online' }])
    },
    { timeout: 20_000, interval: 50 },
  )

/** A key that the other program signed in with, and has let go of. */
async function keyOfNassim(dc: TelegramSandbox): Promise<Uint8Array> {
  const { line, session } = await signedIn(dc)
  await line.destroy()
  const made = session()
  if (made === null) throw new Error('no session was made')
  return made.key
}

test('a Telethon string, made from a real key, becomes an account that is online and stays so', async () => {
  const dc = await dataCentre()
  const core = await product(dc)
  const text = telethonString({ key: await keyOfNassim(dc) })
  expect(await importAll(core, { kind: 'string', text })).toMatchObject([{ outcome: 'imported' }])
  await online(core)
  const [account] = await ask<AccountView[]>(core, 'accounts.list')
  expect(account?.name).toContain('Nassim')
  await ask(core, 'vault.lock')
  await ask(core, 'vault.unlock', { passphrase: 'un bateau traverse la nuit' })
  await online(core)
})

test('the older program’s folder brings its account; the same again is present, not doubled', async () => {
  const dc = await dataCentre()
  const core = await product(dc)
  const folder = writeProfile(folderForTest(), {
    'sessions/sessions_index.json': { s: { phone: `+${NASSIM.phone}`, account_name: 'Moi' } },
    'sessions/s.session': telethonFile({ key: await keyOfNassim(dc) }),
  })
  const source = { kind: 'path', path: folder, machineId: null }
  expect(await importAll(core, source)).toMatchObject([{ outcome: 'imported' }])
  await online(core)
  expect(await importAll(core, source)).toMatchObject([{ outcome: 'present' }])
  expect(await ask<AccountView[]>(core, 'accounts.list')).toHaveLength(1)

  // Another session of the same account.
  const other = telethonString({ key: await keyOfNassim(dc) })
  expect(await importAll(core, { kind: 'string', text: other })).toMatchObject([{ outcome: 'present' }])
  expect(await ask<AccountView[]>(core, 'accounts.list')).toHaveLength(1)
  await online(core)
})

test('a session that its index gives to another number is refused, and still works over there', async () => {
  const dc = await dataCentre()
  const core = await product(dc)
  const key = await keyOfNassim(dc)
  const folder = writeProfile(folderForTest(), {
    'sessions/sessions_index.json': { s: { phone: '+33639980001', account_name: 'Camille' } },
    'sessions/s.session': telethonFile({ key }),
  })
  expect(await importAll(core, { kind: 'path', path: folder, machineId: null })).toMatchObject([
    { outcome: 'failed', problem: 'import/other-account' },
  ])
  expect(await ask(core, 'accounts.list')).toEqual([])
  const session = { dcId: 2, host: '149.154.167.51', port: 443, key }
  const { line } = client(dc, { session, purpose: 'account' })
  valueOf(await line.connect())
  expect(valueOf(await line.me()).phone).toBe(NASSIM.phone)
})

test('a session that Telegram has forgotten is told as signed out, and leaves no account', async () => {
  const dc = await dataCentre()
  const core = await product(dc)
  const path = join(folderForTest(), 'a.session')
  writeFileSync(path, telethonFile({ key: crypto.getRandomValues(new Uint8Array(256)) }))
  expect(await importAll(core, { kind: 'path', path, machineId: null })).toMatchObject([
    { outcome: 'failed', problem: 'telegram/signed-out' },
  ])
  expect(await ask(core, 'accounts.list')).toEqual([])
})

test('a proxy set in the settings is what an imported account goes through', async () => {
  const dc = await dataCentre()
  const key = await keyOfNassim(dc)
  const nowhere = { host: '192.0.2.10', port: 443 }
  const core = await product(dc, () => nowhere)
  const proxy = await startSocks5({
    username: 'camille',
    password: 'sésame',
    resolve: () => ({ host: dc.host, port: dc.port }),
  })
  onTestFinished(() => proxy.stop())
  const setting = { kind: 'socks5', host: proxy.host, port: proxy.port, username: 'camille' }
  expect(await ask(core, 'network.test', { ...setting, password: 'faux' })).toMatchObject({
    error: 'proxy/credentials-refused',
  })
  expect(await ask(core, 'network.test', { ...setting, password: 'sésame' })).toMatchObject({ error: null })
  await ask(core, 'network.setProxy', { ...setting, password: 'sésame' })
  expect(await importAll(core, { kind: 'string', text: telethonString({ key }) })).toMatchObject([
    { outcome: 'imported' },
  ])
  await online(core)
  expect(new Set(proxy.asked.map(({ host }) => host))).toEqual(new Set([nowhere.host]))
})
