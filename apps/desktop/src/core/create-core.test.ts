import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { generatePrivateJwk, toPublicJwk, type PrivateJwk } from '@autotele/crypto'
import { describe, expect, test } from 'vitest'
import { contract, METHOD_NAMES, type EventMessage, type LicenseView } from '../contract/index.ts'
import { createCore, type Core, type CoreOptions } from './create-core.ts'
import { serveLicenses } from './license/testing/license-server.ts'
import { openDatabase, migrations } from './storage/index.ts'
import {
  fakeTime,
  memoryKeyring,
  seededRandom,
  tempFolder,
  testPorts,
  type TestPorts,
} from './testing/index.ts'
import { createSealedRecords, createVault } from './vault/index.ts'

const PASSPHRASE = 'un bateau traverse la nuit'
const rootKey = toPublicJwk(generatePrivateJwk())
/** What the shell around the core answers itself never comes here. */
const coreMethods = METHOD_NAMES.filter(name => !name.startsWith('shell.'))

async function startCore({
  folder = tempFolder(),
  ports = testPorts(),
  ...over
}: { folder?: string; ports?: TestPorts } & Partial<CoreOptions> = {}) {
  const events: EventMessage[] = []
  const core = await createCore(ports, {
    dataFolder: folder,
    version: '0.1.0',
    hosted: 'web',
    emit: message => events.push(message),
    license: {
      serverUrl: null,
      rootKey,
      acceptTestLicenses: false,
      machineId: () => Promise.resolve('the-machine-id'),
    },
    telegram: () => {
      throw new Error('no test here reaches Telegram')
    },
    ...over,
  })
  await core.start()
  return { core, events, ports, folder }
}

const done = async <T>(core: Core, name: string, input: unknown = {}): Promise<T> => {
  const answer = await core.call(name, input)
  if (!answer.ok) throw new Error(answer.error.code)
  return answer.data as T
}
const failed = (code: string) => ({ ok: false, error: expect.objectContaining({ code }) })
const failing = (code: string) => expect.objectContaining({ message: code })
const draft = {
  accountId: null,
  chatIds: [],
  text: 'Le secret du jardin',
  entities: [],
  media: [],
  places: [],
  silent: false,
  linkPreview: true,
  dates: ['2027-07-14T09:00'],
  timeZone: 'Europe/Paris',
  mode: 'once',
  rule: null,
  staggerMinutes: 0,
}

describe('opening', () => {
  test('a first start creates the vault, and the next start opens it through the keyring', async () => {
    const { core, folder, ports } = await startCore()
    expect(await done(core, 'app.state')).toEqual({
      version: '0.1.0',
      hosted: 'web',
      vault: 'new',
      keyring: 'available',
    })
    expect(await done(core, 'vault.create', { passphrase: null })).toMatchObject({ vault: 'open' })
    await core.stop()
    ports.keyring.inMemory = null
    const next = await startCore({ folder, ports })
    expect(await done(next.core, 'app.state')).toMatchObject({ vault: 'open' })
    await next.core.stop()
  })

  const ANSWERS_LOCKED = /^(?:app\.|vault\.(?:create|unlock|lock)$|(?:settings|logs|diagnostics)\.|backup\.)/
  test('until the vault is open only what opens it, settings and restoring answer', async () => {
    const { core } = await startCore()
    for (const name of coreMethods) {
      const open = ANSWERS_LOCKED.test(name)
      const answer = await core.call(name, open ? { nonsense: true } : {})
      expect([name, answer]).toEqual([name, failed(open ? 'call/invalid-input' : 'vault/locked')])
    }
    await core.stop()
  })

  test('once it is open every method of the contract has its handler', async () => {
    const { core } = await startCore()
    await done(core, 'vault.create', { passphrase: null })
    for (const name of coreMethods) {
      expect([name, await core.call(name, { nonsense: true })]).toEqual([name, failed('call/invalid-input')])
    }
    await core.stop()
  })

  test('locking takes everything away and unlocking brings it back', async () => {
    const { core, events, ports } = await startCore()
    await done(core, 'vault.create', { passphrase: PASSPHRASE })
    await done(core, 'plans.saveDraft', { draft })
    expect(await done(core, 'vault.lock')).toMatchObject({ vault: 'locked' })
    expect(ports.keyring.inMemory).toBeNull()
    expect(await core.call('plans.loadDraft', {})).toEqual(failed('vault/locked'))
    expect(await core.call('license.get', {})).toEqual(failed('vault/locked'))
    expect(await core.call('vault.unlock', { passphrase: 'another one' })).toEqual(
      failed('vault/wrong-passphrase'),
    )
    expect(await done(core, 'vault.unlock', { passphrase: PASSPHRASE })).toMatchObject({ vault: 'open' })
    expect(await done(core, 'plans.loadDraft')).toEqual(draft)
    expect(events.filter(event => event.name === 'app.changed').map(event => event.payload.vault)).toEqual([
      'new',
      'open',
      'locked',
      'open',
    ])
    await core.stop()
  })

  test('revisions grow by one', async () => {
    const { core, events } = await startCore()
    await done(core, 'vault.create', { passphrase: null })
    await done(core, 'settings.update', { theme: 'dark' })
    await core.stop()
    expect(events.length).toBeGreaterThan(2)
    expect(events.map(event => event.revision)).toEqual(events.map((_event, at) => at + 1))
  })

  test('a core that was killed opens its vault again without asking', async () => {
    const { folder, ports, core } = await startCore()
    await done(core, 'vault.create', { passphrase: PASSPHRASE })
    await core.stop()
    const next = await startCore({ folder, ports })
    expect(await done(next.core, 'app.state')).toMatchObject({ vault: 'open' })
    await next.core.stop()
  })

  describe('the vault locks itself, if the configuration says so,', () => {
    const MINUTE = 60_000
    async function lockingAfterFive() {
      const folder = tempFolder()
      mkdirSync(join(folder, 'config'))
      writeFileSync(join(folder, 'config', 'app_config.json'), '{"security":{"auto_logout_minutes":5}}')
      const started = await startCore({ folder })
      await done(started.core, 'vault.create', { passphrase: PASSPHRASE })
      const vault = async () => (await done<{ vault: string }>(started.core, 'app.state')).vault
      return { ...started, time: started.ports.time, vault }
    }

    test('when nobody is there', async () => {
      const { core, time, vault } = await lockingAfterFive()
      await time.advance(4 * MINUTE)
      await done(core, 'vault.stay')
      await time.advance(4 * MINUTE)
      expect(await vault()).toBe('open')
      await time.advance(MINUTE)
      expect(await vault()).toBe('locked')
      await core.stop()
    })

    test('also while pages and tray ask for news by themselves', async () => {
      const { core, time, vault } = await lockingAfterFive()
      for (let minute = 0; minute < 5; minute++) {
        for (const name of ['app.state', 'license.get', 'deliveries.progress']) await done(core, name)
        await time.advance(MINUTE)
      }
      expect(await vault()).toBe('locked')
      await core.stop()
    })

    test('also when it was opened without anybody, and nobody ever came', async () => {
      const { folder, core, ports } = await lockingAfterFive()
      await core.stop()
      const next = await startCore({ folder, ports })
      await ports.time.advance(5 * MINUTE)
      expect(ports.keyring.inMemory).toBeNull()
      await next.core.stop()
    })

    test('as soon as the machine wakes, when it has slept for longer', async () => {
      const { core, time, vault } = await lockingAfterFive()
      time.setWall(time.clock.now() + 4 * MINUTE)
      core.resume()
      expect(await vault()).toBe('open')
      time.setWall(time.clock.now() + 8 * 60 * MINUTE)
      core.resume()
      expect(await vault()).toBe('locked')
      await core.stop()
    })
  })
})

describe('a folder that cannot be used', () => {
  test('is in use by another copy', async () => {
    const { folder, core } = await startCore()
    await expect(startCore({ folder })).rejects.toEqual(failing('storage/folder-in-use'))
    await core.stop()
    await (await startCore({ folder })).core.stop()
  })

  test('holds the database of a later version: it is left as it is, and let go', async () => {
    const { folder, core } = await startCore()
    await core.stop()
    const database = new DatabaseSync(join(folder, 'autotele.db'))
    database.exec('PRAGMA user_version = 999')
    database.close()
    const before = readFileSync(join(folder, 'autotele.db'))
    for (let attempt = 0; attempt < 2; attempt++) {
      const next = await startCore({ folder })
      expect(await next.core.call('app.state', {})).toEqual(failed('storage/newer-version'))
      expect(await next.core.call('accounts.list', {})).toEqual(failed('storage/newer-version'))
      await next.core.stop()
    }
    expect(readFileSync(join(folder, 'autotele.db'))).toEqual(before)
  })

  test('has lost its vault file: no new vault is made over what the old one sealed', async () => {
    const { folder, core } = await startCore()
    await done(core, 'vault.create', { passphrase: null })
    await core.stop()
    const vaultFile = join(folder, 'config', 'vault.json')
    const saved = readFileSync(vaultFile)
    rmSync(vaultFile)
    const next = await startCore({ folder })
    expect(await next.core.call('vault.create', { passphrase: PASSPHRASE })).toEqual(failed('vault/damaged'))
    expect(existsSync(vaultFile)).toBe(false)
    await next.core.stop()
    writeFileSync(vaultFile, saved)
    const repaired = await startCore({ folder })
    expect(await done(repaired.core, 'app.state')).toMatchObject({ vault: 'open' })
    await repaired.core.stop()
  })

  test('holds the database of another vault', async () => {
    const one = await startCore({ ports: testPorts({ random: seededRandom('one') }) })
    await done(one.core, 'vault.create', { passphrase: null })
    await one.core.stop()
    const other = await startCore({ ports: testPorts({ random: seededRandom('other') }) })
    await done(other.core, 'vault.create', { passphrase: null })
    await other.core.stop()
    const vaultFile = (folder: string) => join(folder, 'config', 'vault.json')
    writeFileSync(vaultFile(one.folder), readFileSync(vaultFile(other.folder)))
    const mixed = await startCore({ folder: one.folder })
    expect(await mixed.core.call('app.state', {})).toEqual(failed('vault/damaged'))
    await mixed.core.stop()
  })
})

/** Runs a whole life: vault, trial, purchase, draft; then stops and gives back what must not be found. */
async function livedIn(passphrase: string | null) {
  const time = fakeTime()
  const server = serveLicenses(() => Math.floor(time.clock.now() / 1000))
  const keyring = memoryKeyring()
  const ports = testPorts({ time, keyring, http: server.http })
  const { core, folder, events } = await startCore({
    ports,
    license: {
      serverUrl: server.url,
      rootKey: server.root.publicJwk,
      acceptTestLicenses: false,
      machineId: () => Promise.resolve('the-machine-id'),
    },
  })
  await done(core, 'vault.create', { passphrase })
  await done(core, 'license.startTrial')
  await done(core, 'license.buy')
  server.license.plan = 'monthly'
  server.license.paidThrough = Math.floor(time.clock.now() / 1000) + 30 * 86_400
  server.checkouts[0]!.state = 'settled'
  await time.advance(10_000)
  await done(core, 'plans.saveDraft', { draft })
  const license = await done<LicenseView>(core, 'license.get')
  expect(license).toMatchObject({ state: 'valid', licenseKey: server.licenseKey })
  contract.license.get.output.parse(license)
  const key = Buffer.from(keyring.inMemory!)
  await core.stop()
  return { folder, key, server, keyring, ports, events }
}

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}

test('without a licence nothing new is given to Telegram; reading, writing, exporting and cancelling stay', async () => {
  const { core } = await startCore()
  await done(core, 'vault.create', { passphrase: null })
  const own: [string, object][] = [
    ['deliveries.list', { scope: 'all' }],
    ['deliveries.get', { ids: ['x'] }],
    ['deliveries.calendar', { from: '2027-01-01', to: '2027-01-31', timeZone: 'Europe/Paris' }],
    ['deliveries.cancel', { ids: ['x'] }],
    ['deliveries.cancelSoon', { ids: ['x'] }],
    ['deliveries.progress', {}],
    ['history.export', { format: 'csv', cursor: null, bom: true, filter: { scope: 'all' } }],
    ['history.statistics', { from: '2027-01-01', to: '2027-01-31', timeZone: 'Europe/Paris' }],
    ['series.list', {}],
    ['series.end', { id: 'x', withdraw: true }],
    ['accounts.list', {}],
    ['plans.preview', draft],
    ['plans.saveDraft', { draft }],
    ['templates.list', {}],
    ['templates.save', { id: null, name: 'Bonjour', text: 'Bonjour' }],
    ['lists.list', {}],
    ['drafts.list', {}],
    ['diagnostics.start', {}],
    ['logs.read', {}],
    ['license.get', {}],
  ]
  for (const [name, input] of own) {
    const answer = await core.call(name, input)
    const code = answer.ok ? null : answer.error.code
    expect(['license/required', 'call/invalid-input', 'call/internal'], name).not.toContain(code)
  }
  expect(await core.call('plans.confirm', { draft, token: 'x' })).toEqual(failed('license/required'))
  await core.stop()
})

describe('the whole profile folder', () => {
  test.each([null, PASSPHRASE])(
    'holds no key, token, passphrase or text in clear (passphrase: %s)',
    async passphrase => {
      const { folder, key, server, keyring, ports } = await livedIn(passphrase)

      const database = openDatabase(join(folder, 'autotele.db'), migrations)
      const files = { vault: join(folder, 'config', 'vault.json'), salt: join(folder, 'config', '.salt') }
      keyring.inMemory = key
      const vault = createVault({ files, keyring, random: ports.random, log: ports.log })
      await vault.load()
      const records = createSealedRecords(database, vault.sealer, ports.log)
      const { d } = records.read('license', 'device') as PrivateJwk
      const { token } = records.read('license', 'license') as { token: string }
      database.close()

      const secrets = [
        ...[key, Buffer.from(d, 'base64url')].flatMap(bytes => [
          bytes,
          bytes.toString('hex'),
          bytes.toString('base64'),
          bytes.toString('base64url'),
        ]),
        token,
        token.split('.')[2]!,
        server.licenseKey,
        server.licenseKey.replaceAll('-', ''),
        server.checkouts[0]!.secret,
        PASSPHRASE,
        draft.text,
        'the-machine-id',
      ]
      const found = everyFile(folder)
      expect(found.length).toBeGreaterThan(3)
      for (const file of found) {
        const contents = readFileSync(file)
        for (const secret of secrets) expect([file, contents.includes(secret)]).toEqual([file, false])
      }
    },
  )

  test('with one altered record it still opens; only that record is gone', async () => {
    const { folder, server, ports } = await livedIn(null)
    const database = new DatabaseSync(join(folder, 'autotele.db'))
    database.exec("UPDATE sealed_record SET sealed = zeroblob(50) WHERE kind = 'license' AND id = 'license'")
    database.close()
    const { core } = await startCore({
      folder,
      ports,
      license: { serverUrl: server.url, rootKey: server.root.publicJwk, acceptTestLicenses: false },
    })
    expect(await done(core, 'plans.loadDraft')).toEqual(draft)
    expect(await done(core, 'license.activate', { licenseKey: server.licenseKey })).toMatchObject({
      state: 'valid',
    })
    await core.stop()
  })

  test('moved to another computer, it opens with the passphrase and keeps its licence', async () => {
    const { folder, server } = await livedIn(PASSPHRASE)
    const elsewhere = testPorts({ keyring: memoryKeyring('missing'), http: server.http })
    const { core } = await startCore({
      folder,
      ports: elsewhere,
      license: { serverUrl: server.url, rootKey: server.root.publicJwk, acceptTestLicenses: false },
    })
    await done(core, 'vault.unlock', { passphrase: PASSPHRASE })
    expect(await done(core, 'license.get')).toMatchObject({ state: 'valid', licenseKey: server.licenseKey })
    expect(await done(core, 'plans.loadDraft')).toEqual(draft)
    await core.stop()
  })
})
