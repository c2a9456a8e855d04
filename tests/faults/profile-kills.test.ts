import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { generatePrivateJwk, toPublicJwk } from '@autotele/crypto'
import { CORE_ENTRY } from '@autotele/sandbox/product'
import { pointGramjsAt, startTelegram } from '@autotele/sandbox/telegram'
import { expect, onTestFinished, test, vi } from 'vitest'
import type {
  AccountView,
  ChatView,
  LicenseView,
  Recurrence,
  SeriesView,
  SignInStep,
} from '../../apps/desktop/src/contract/index.ts'
import { createCore, type Core } from '../../apps/desktop/src/core/create-core.ts'
import { serveLicenses } from '../../apps/desktop/src/core/license/testing/license-server.ts'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/index.ts'
import { createVault } from '../../apps/desktop/src/core/vault/index.ts'
import { forkNode } from '../../apps/desktop/src/host/fork-node.ts'
import { openLog } from '../../apps/desktop/src/host/log-file.ts'
import { systemClock, systemRandom, systemTimers } from '../../apps/desktop/src/host/node-ports.ts'
import { noKeyring, superviseCore } from '../../apps/desktop/src/host/supervisor.ts'
import { NASSIM } from '../gateway/support.ts'
import { CODE, startFastProduct } from './fast-product.ts'

const PASSPHRASES = ['un bateau traverse la nuit', 'sept chats sur le toit rouge']
const KILLS = Number(process.env['AUTOTELE_KILLS'] ?? 4)
const TEXT = 'Le secret du jardin de la mairie'

function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-kills-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

const draft = (text: string) => ({
  accountId: null,
  chatIds: [],
  text,
  dates: ['2027-07-14T09:00'],
  timeZone: 'Europe/Paris',
})

test('the process of the core, killed while it writes: it comes back, and what it had acknowledged is there', async () => {
  const telegram = await startTelegram({ log: () => undefined })
  onTestFinished(() => telegram.stop())
  const { host, port, dcId, rsaPublicKey } = telegram
  const args = {
    telegram: { host, port, dcId, rsaPublicKey },
    licenseServer: 'http://127.0.0.1:9',
    rootKey: toPublicJwk(generatePrivateJwk()),
  }
  const core = superviseCore({
    fork: () => forkNode(CORE_ENTRY),
    init: { dataFolder: folderForTest(), version: '9.9.9', hosted: 'web', args },
    clock: systemClock,
    // The restart's pause is another test's; how long a core may be silent stays as it is.
    timers: { after: (ms, run) => systemTimers.after(ms === 15_000 ? ms : Math.min(ms, 50), run) },
    keyring: noKeyring,
    openExternal: () => Promise.resolve(false),
    log: () => undefined,
  })
  core.start()
  onTestFinished(() => core.stop())
  const ask = async <T>(name: string, input: unknown = {}): Promise<T> => {
    const answer = await core.call(name, input)
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code}`)
    return answer.data as T
  }
  const eventually = <T>(work: () => Promise<T>): Promise<T> =>
    vi.waitFor(work, { timeout: 30_000, interval: 20 })

  await eventually(() => ask('vault.create', { passphrase: PASSPHRASES[0] }))
  const step = await ask<{ signInId: string }>('accounts.signIn', { phone: `+${NASSIM.phone}` })
  await ask<SignInStep>('accounts.submitCode', { signInId: step.signInId, code: NASSIM.code })

  let acknowledged = 0
  let passphrase = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const pid = core.pid()
    if (pid === null) throw new Error('no core to kill')
    // What is being written when it dies is different each time.
    const changes = [
      async () => ask('vault.changeDataKey', { current: PASSPHRASES[passphrase] }),
      async () => {
        const [current, next] = [PASSPHRASES[passphrase], PASSPHRASES[1 - passphrase]]
        await ask('vault.changePassphrase', { current, next })
        passphrase = 1 - passphrase
      },
      async () => ask('backup.takeSnapshot'),
    ]
    const writing = (async () => {
      void changes[kill % changes.length]?.().catch(() => undefined)
      for (;;) {
        await ask('settings.update', { autoLogoutMinutes: acknowledged + 1 })
        acknowledged += 1
      }
    })().catch(() => undefined)
    await delay(20 + Math.random() * 400)
    process.kill(pid, 'SIGKILL')
    await writing
    await eventually(async () => {
      expect(core.pid()).not.toBe(pid)
      expect(await ask('app.state')).toMatchObject({ vault: 'open' })
    })
    const { autoLogoutMinutes } = await ask<{ autoLogoutMinutes: number }>('settings.get')
    // The last one may have been written and not have been acknowledged any more.
    expect([acknowledged, acknowledged + 1]).toContain(autoLogoutMinutes)
    acknowledged = autoLogoutMinutes
    expect(await ask<AccountView[]>('accounts.list')).toHaveLength(1)
    // A passphrase change that was cut short has happened or has not.
    await ask('vault.lock')
    const opens = async (at: number) => (await core.call('vault.unlock', { passphrase: PASSPHRASES[at] })).ok
    if (!(await opens(passphrase))) {
      passphrase = 1 - passphrase
      expect(await opens(passphrase)).toBe(true)
    }
    await ask('plans.saveDraft', { draft: draft(`${TEXT} ${String(kill)}`) })
    expect(await ask('plans.loadDraft')).toMatchObject({ text: `${TEXT} ${String(kill)}` })
  }
  await eventually(async () => expect(await ask('accounts.list')).toMatchObject([{ health: 'online' }]))
})

test('a series whose core is killed while it is edited is wholly edited or wholly as before, and nothing of it is there twice', async () => {
  const phone = '33639980111'
  const product = await startFastProduct(20, world => {
    const user = world.addUser({ firstName: 'Inès', phone, login: { code: CODE } })
    for (const title of ['Quartier nord', 'Quartier sud'])
      world.addChat({ kind: 'supergroup', title, members: [{ user, role: 'creator' }] })
  })
  const { ask, core, telegram } = product
  const peers = telegram.world.chats().map(({ peer }) => peer)
  await ask('vault.create', { passphrase: PASSPHRASES[0] })
  await ask('license.startTrial')
  const accountId = await product.signIn(phone)
  const { chats } = await ask<{ chats: ChatView[] }>('targets.list', { accountId, refresh: true })
  const rule = (time: string): Recurrence => ({
    ...{ from: new Date(product.now() + 2 * 86_400_000).toISOString().slice(0, 10), time },
    ...{ frequency: { unit: 'day', every: 10 }, end: { kind: 'never' } },
  })
  const plan = {
    ...{ accountId, chatIds: chats.flatMap(({ id, title }) => (title.startsWith('Quartier') ? id : [])) },
    ...{ text: 'Texte 0', dates: [], timeZone: 'UTC', mode: 'repeat', rule: rule('09:00') },
  }
  const { token } = await ask<{ token: string }>('plans.preview', plan)
  await ask('plans.confirm', { draft: plan, token })

  const queues = () => peers.map(peer => telegram.world.scheduled(phone, peer))
  /** Everything is at Telegram, once, as the series says it. */
  const whole = () =>
    vi.waitFor(
      async () => {
        const [series] = await ask<SeriesView[]>('series.list')
        const placed = queues().map(queue =>
          queue.map(({ text, date }) => `${text} ${new Date(date * 1000).toISOString()}`).sort(),
        )
        const said = `${series!.text} `
        expect(placed.map(({ length }) => length)).toEqual([3, 3])
        for (const queue of placed) {
          expect(new Set(queue).size).toBe(queue.length)
          for (const one of queue) expect(one.startsWith(said) && one.slice(-13, -8)).toBe(series!.rule.time)
        }
        return `${series!.text} ${series!.rule.time}`
      },
      { timeout: 60_000, interval: 100 },
    )
  expect(await whole()).toBe('Texte 0 09:00')
  const [{ id }] = (await ask<SeriesView[]>('series.list')) as [SeriesView]

  let before = 'Texte 0 09:00'
  for (let kill = 1; kill <= KILLS; kill++) {
    const time = kill % 2 === 0 ? `1${String(kill % 10)}:00` : before.slice(-5)
    const change = { id, text: `Texte ${String(kill)}`, entities: [], scheduled: true }
    // A call that the kill cuts off is not made again.
    const editing = core.call('series.edit', { ...change, ...(kill % 2 === 0 ? { rule: rule(time) } : {}) })
    await delay(Math.random() * 60)
    await product.kill()
    const acknowledged = (await editing).ok
    const after = await whole()
    expect(
      acknowledged ? [`Texte ${String(kill)} ${time}`] : [before, `Texte ${String(kill)} ${time}`],
    ).toContain(after)
    before = after
  }
  expect(telegram.calls.filter(({ method }) => method === 'messages.deleteMessages')).toEqual([])
})

/** As it stands, and as a program might have written it. */
function formsOf(secret: string | Uint8Array): Buffer[] {
  const bytes = Buffer.from(secret as string)
  const hex = bytes.toString('hex')
  // Base64 of something inside something: wherever the three-byte groups begin, the middle is one of these.
  const base64 = [0, 1, 2].map(shift =>
    bytes.subarray(shift, shift + Math.floor((bytes.length - shift) / 3) * 3),
  )
  return [
    bytes,
    ...(typeof secret === 'string' ? [Buffer.from(secret, 'utf16le')] : []),
    Buffer.from(hex),
    Buffer.from(hex.toUpperCase()),
    ...base64.flatMap(part => [
      Buffer.from(part.toString('base64')),
      Buffer.from(part.toString('base64url')),
    ]),
  ].filter(form => form.length >= 8)
}

test('nothing of a whole life is in any file of the profile in clear, in whichever form', async () => {
  const telegram = await startTelegram({ log: () => undefined })
  onTestFinished(() => telegram.stop())
  const dataFolder = folderForTest()
  const server = serveLicenses(() => Math.floor(Date.now() / 1000))
  const keyring = {
    ...noKeyring,
    backend: () => Promise.resolve('none'),
    hold: () => Promise.resolve(),
    held: () => Promise.resolve(null),
  }
  const log = openLog({ dataFolder, source: 'core', level: 'debug', clock: systemClock })
  const core: Core = await createCore(
    {
      ...{ clock: systemClock, timers: systemTimers, random: systemRandom, log, keyring, http: server.http },
      openExternal: () => Promise.resolve(true),
    },
    {
      ...{ dataFolder, version: '9.9.9', hosted: 'web', emit: () => undefined },
      license: {
        serverUrl: server.url,
        rootKey: server.root.publicJwk,
        acceptTestLicenses: true,
        machineId: () => Promise.resolve('the-machine-id'),
      },
      telegram: createGramjsGateway(pointGramjsAt(telegram)),
      telegramApp: { apiId: 4242, apiHash: '0123456789abcdef0123456789abcdef' },
    },
  )
  await core.start()
  onTestFinished(() => core.stop())
  const ask = async <T>(name: string, input: unknown = {}): Promise<T> => {
    const answer = await core.call(name, input)
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code}`)
    return answer.data as T
  }
  await ask('vault.create', { passphrase: PASSPHRASES[0] })
  await ask('license.startTrial')
  const step = await ask<{ signInId: string }>('accounts.signIn', { phone: `+${NASSIM.phone}` })
  await ask('accounts.submitCode', { signInId: step.signInId, code: NASSIM.code })
  const [account] = await ask<AccountView[]>('accounts.list')
  const { chats } = await ask<{ chats: ChatView[] }>('targets.list', {
    accountId: account!.id,
    refresh: true,
  })
  const writable = chats.filter(({ canPost }) => canPost).slice(0, 2)
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  const plan = {
    ...draft(TEXT),
    accountId: account!.id,
    chatIds: writable.map(({ id }) => id),
    dates: [`${tomorrow}T09:00`],
  }
  const { token } = await ask<{ token: string }>('plans.preview', plan)
  await ask('plans.confirm', { draft: plan, token })
  await ask('plans.saveDraft', { draft: draft(`${TEXT}, encore`) })
  await vi.waitFor(
    async () => expect(JSON.stringify(await ask('deliveries.progress'))).toContain('"done":2'),
    {
      timeout: 20_000,
      interval: 100,
    },
  )
  await ask('backup.takeSnapshot')
  const { licenseKey } = await ask<LicenseView>('license.get')

  // Read while it runs, with the journal of the database; then once more as it is left.
  const read = (): { name: string; bytes: Buffer }[] =>
    readdirSync(dataFolder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => ({ name: entry.name, bytes: readFileSync(join(entry.parentPath, entry.name)) }))
  const files = read()
  await core.stop()
  files.push(...read())
  expect(files.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['autotele.db', 'autotele.db-wal', `${account!.id}.session`]),
  )

  const vault = createVault({
    files: { vault: join(dataFolder, 'config', 'vault.json'), salt: join(dataFolder, 'config', '.salt') },
    ...{ keyring, random: systemRandom, log },
  })
  await vault.load()
  await vault.unlock(PASSPHRASES[0]!)
  const session = JSON.parse(
    vault.sealer.openText('session', account!.id, files.find(({ name }) => name.endsWith('.session'))!.bytes),
  ) as { key: string }
  const secrets = new Map<string, string | Uint8Array>([
    ['auth key', Buffer.from(session.key, 'base64')],
    ['half of the auth key', Buffer.from(session.key, 'base64').subarray(64, 128)],
    ['vault key', vault.key()],
    ['message', TEXT],
    ['phone', NASSIM.phone],
    ['name', account!.name],
    ['passphrase', PASSPHRASES[0]!],
    ['machine', 'the-machine-id'],
    ...(licenseKey === null ? [] : ([['license key', licenseKey]] as const)),
    ...chats.filter(({ title }) => title.length > 5).map(({ title }) => [`title ${title}`, title] as const),
  ])
  vault.close()
  for (const shift of [0, 1, 2])
    files.push({
      name: 'planted',
      bytes: Buffer.from(Buffer.from(`${'.'.repeat(shift)}${TEXT}`).toString('base64')),
    })
  files.push({ name: 'planted', bytes: Buffer.from(TEXT, 'utf16le') })
  const found = files.flatMap(({ name, bytes }) =>
    [...secrets]
      .filter(([, secret]) => formsOf(secret).some(form => bytes.includes(form)))
      .map(([what]) => [name, what]),
  )
  // What was planted shows that the search finds.
  expect(found).toEqual(Array(4).fill(['planted', 'message']))
})
