import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAMILLE, NASSIM, seedCommunity, startTelegram } from '../index.ts'
import type { PeerKey, TelegramSandbox, World } from '../index.ts'
import type { Client, Driver } from './driver.ts'
import { gramjs } from './gramjs.ts'
import { mtcute } from './mtcute.ts'
import { teleproto } from './teleproto.ts'

// One server, three client libraries as they come from npm, the same steps in the same order. What only one library
// asks for (its own transport, order of calls, ways to acknowledge) is what a server made for another would miss.

/** Lives at the second data centre, so that every client that asks the first for a code is sent there. */
const MARGAUX = '+33 6 39 98 00 03'
const MARGAUX_WITH_PASSWORD = '+33 6 39 98 00 04'
const SECOND_DC = 4

const seed = (world: World): void => {
  seedCommunity(world)
  world.addUser({ firstName: 'Margaux', phone: MARGAUX, login: { code: '24680', dcId: SECOND_DC } })
  world.addUser({
    firstName: 'Marion',
    phone: MARGAUX_WITH_PASSWORD,
    login: { code: '13579', password: 'coquelicot', dcId: SECOND_DC },
  })
}

const log: string[] = []
let sandbox: TelegramSandbox

beforeAll(async () => {
  sandbox = await startTelegram({
    seed,
    dataCentres: [{ id: 2 }, { id: SECOND_DC }],
    log: line => log.push(line),
  })
})
afterAll(() => sandbox.stop())

const now = (): number => Math.floor(sandbox.clock.now() / 1000)
const chatNamed = (title: string): PeerKey =>
  sandbox.world.chats().find(({ chat }) => chat.title.includes(title))!.peer

const refusal = async (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'no error',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )

const signIn = async (client: Client, phone: string): Promise<string> => {
  const { hash } = await client.sendCode(phone)
  return client.signIn(phone, hash, sandbox.codeFor(phone))
}

/** How many requests of a method a data centre has recorded. */
const asked = (method: string): number => sandbox.calls.filter(call => call.method === method).length

/** What a client is known to do rightly; the others have it as a defect, and the test says so. */
type Knows = { readonly updatesMissedWhileAway: boolean; readonly resultsBehindAnError: boolean }

const suite = (driver: Driver, knows: Knows): void => {
  const clients: Client[] = []
  let camille: Client
  let saved: string
  const open = async (session?: string): Promise<Client> => {
    const client = await driver.open(sandbox, session)
    clients.push(client)
    return client
  }

  beforeAll(async () => {
    camille = await open()
  })
  afterAll(async () => {
    for (const client of clients) await client.close()
  })

  it('login: with phone and code', async () => {
    const nassim = await open()
    const { type } = await nassim.sendCode(NASSIM)
    expect(type).toBe('App')
    expect(await signIn(nassim, NASSIM)).toBe('Nassim')
    expect(await nassim.me()).toBe('Nassim')
    expect(sandbox.calls.at(-1)).toMatchObject({ layer: driver.layer, phone: '33639980002' })
  })

  it('wrong code: refused, and the right one is taken afterwards', async () => {
    const { hash } = await camille.sendCode(CAMILLE)
    expect(await refusal(camille.signIn(CAMILLE, hash, '00000'))).toBe('PHONE_CODE_INVALID')
    expect(await refusal(camille.signIn(CAMILLE, hash, sandbox.codeFor(CAMILLE)))).toBe(
      'SESSION_PASSWORD_NEEDED',
    )
  })

  it('2FA: a wrong password is refused, the right one signs in', async () => {
    expect(await refusal(camille.givePassword('jonquille'))).toBe('PASSWORD_HASH_INVALID')
    expect(await camille.givePassword('tournesol')).toBe('Camille')
    expect(await camille.me()).toBe('Camille')
  })

  it.each([
    ['without a password', NASSIM, undefined, 'Nassim'],
    ['with one', CAMILLE, 'tournesol', 'Camille'],
    ['at another data centre', MARGAUX, undefined, 'Margaux'],
    ['at another data centre, with a password', MARGAUX_WITH_PASSWORD, 'coquelicot', 'Marion'],
  ])('QR: %s', async (_, phone, password, name) => {
    const client = await open()
    const shown: Uint8Array[] = []
    const signedIn = client.signInByQr(token => {
      if (shown.push(token) === 1) sandbox.acceptQr(token, phone)
    }, password)
    expect(await signedIn).toBe(name)
    expect(await client.me()).toBe(name)
  })

  it('migration: PHONE_MIGRATE takes it to the data centre of the number', async () => {
    const client = await open()
    expect(await signIn(client, MARGAUX)).toBe('Margaux')
    expect(await client.me()).toBe('Margaux')
  })

  it('dialogs: all of them', async () => {
    const titles = await camille.titles()
    const expected = ['📣 Quartier des Lilas', 'Équipe bénévoles', 'Jardin partagé 🌻', 'Nassim Benali']
    for (const title of expected) expect(titles).toContain(title)
  })

  it('schedule: kept for its date, at the server', async () => {
    const date = now() + 7200
    const id = await camille.schedule('Agenda', 'Exposition 🎨', date)
    expect(await camille.scheduled('Agenda')).toEqual([{ id, text: 'Exposition 🎨', date }])
    expect(sandbox.world.scheduled(CAMILLE, chatNamed('Agenda'))).toMatchObject([{ id, date }])
  })

  it('edit: text and date of what is scheduled', async () => {
    const [message] = await camille.scheduled('Agenda')
    const date = message!.date + 600
    await camille.edit('Agenda', message!.id, 'Exposition reportée', date)
    expect(await camille.scheduled('Agenda')).toEqual([
      { id: message!.id, text: 'Exposition reportée', date },
    ])
  })

  it('send now: published at once, nothing left in the queue', async () => {
    const [message] = await camille.scheduled('Agenda')
    await camille.sendNow('Agenda', message!.id)
    expect(await camille.scheduled('Agenda')).toEqual([])
    expect((await camille.history('Agenda'))[0]).toBe('Exposition reportée')
  })

  it('delete: gone from the queue, never published', async () => {
    const id = await camille.schedule('Agenda', 'à oublier', now() + 3600)
    await camille.unschedule('Agenda', id)
    expect(await camille.scheduled('Agenda')).toEqual([])
    expect(await camille.history('Agenda')).not.toContain('à oublier')
  })

  it('upload: a small file by parts, a big one by big parts', async () => {
    const small = { name: 'affiche.bin', bytes: Buffer.alloc(70_000, 1) }
    const big = { name: 'video.bin', bytes: Buffer.alloc(11 * 1024 * 1024, 2) }
    const before = { small: asked('upload.saveFilePart'), big: asked('upload.saveBigFilePart') }
    await camille.scheduleFile('Marché', small, 'une affiche', now() + 3600)
    await camille.scheduleFile('Marché', big, 'un film', now() + 7200)
    expect(asked('upload.saveFilePart')).toBeGreaterThan(before.small)
    expect(asked('upload.saveBigFilePart')).toBeGreaterThan(before.big)
    const texts = (await camille.scheduled('Marché')).map(({ text }) => text)
    expect(texts.sort()).toEqual(['un film', 'une affiche'])
    for (const { id } of await camille.scheduled('Marché')) await camille.unschedule('Marché', id)
  })

  it('album: one group of messages for one date', async () => {
    const files = [1, 2, 3].map(n => ({ name: `${n}.bin`, bytes: Buffer.alloc(2000 + n, n) }))
    await camille.scheduleAlbum('Marché', files, 'trois documents', now() + 3600)
    const messages = sandbox.world.scheduled(CAMILLE, chatNamed('Marché'))
    expect(messages).toHaveLength(3)
    expect(new Set(messages.map(({ groupedId }) => groupedId)).size).toBe(1)
    expect(messages.map(({ text }) => text).filter(text => text !== '')).toEqual(['trois documents'])
    for (const { id } of messages) await camille.unschedule('Marché', id)
  })

  it('publication seen: told when the date comes, and found in the history', async () => {
    const text = `bonjour de ${driver.name}`
    const date = now() + 3600
    await camille.schedule('Quartier', text, date)
    sandbox.clock.advanceWorld((date - now() + 1) * 1000)
    await expect
      .poll(() => camille.seen.updates, { timeout: 10_000 })
      .toContain('updateDeleteScheduledMessages')
    await expect.poll(() => camille.seen.texts, { timeout: 10_000 }).toContain(text)
    expect(await camille.history('Quartier')).toContain(text)
  })

  const behind = knows.resultsBehindAnError
    ? 'all are settled'
    : 'known defect: those behind it are never settled'
  it(`an error and results in one container: ${behind}`, async () => {
    const nassim = await open()
    await signIn(nassim, NASSIM)
    const before = sandbox.world.scheduled(NASSIM, chatNamed('Agenda')).length
    sandbox.faults.errorAndResultsInOneContainer({
      method: 'messages.sendMessage',
      text: 'CHAT_RESTRICTED',
      results: 4,
    })
    const settled: string[] = []
    const texts = [1, 2, 3, 4, 5].map(n => `n° ${n} de ${driver.name}`)
    for (const text of texts)
      void refusal(nassim.schedule('Agenda', text, now() + 5000)).then(outcome => settled.push(outcome))
    await expect.poll(() => settled, { timeout: 10_000 }).toContain('CHAT_RESTRICTED')
    await expect
      .poll(() => sandbox.world.scheduled(NASSIM, chatNamed('Agenda')).length, { timeout: 10_000 })
      .toBe(before + 4)
    // Settles after the container that held all five.
    expect(await nassim.me()).toBe('Nassim')
    if (knows.resultsBehindAnError) await expect.poll(() => settled, { timeout: 10_000 }).toHaveLength(5)
    else expect(settled).toEqual(['CHAT_RESTRICTED'])
    for (const { id } of sandbox.world.scheduled(NASSIM, chatNamed('Agenda')))
      sandbox.world.deleteScheduled(NASSIM, chatNamed('Agenda'), [id])
    await nassim.close()
    clients.splice(clients.indexOf(nassim), 1)
  })

  const missed = knows.updatesMissedWhileAway
    ? 'learns what it missed'
    : 'known defect: never learns what it missed'
  it(`reconnect: goes on by itself after the connection is cut, ${missed}`, async () => {
    const nassim = sandbox.world.account(NASSIM)
    const peer = sandbox.world.keyOfUser(sandbox.world.account(CAMILLE))
    sandbox.dropAll()
    sandbox.world.say(peer, nassim, { text: `pendant la coupure de ${driver.name}` })
    expect(await camille.me()).toBe('Camille')
    // Heard after the reconnection, so that what was missed would have been heard before.
    await expect
      .poll(
        () => {
          sandbox.world.say(peer, nassim, { text: `après la coupure de ${driver.name}` })
          return camille.seen.texts
        },
        { timeout: 20_000, interval: 200 },
      )
      .toContain(`après la coupure de ${driver.name}`)
    const heard = (): boolean => camille.seen.texts.includes(`pendant la coupure de ${driver.name}`)
    if (knows.updatesMissedWhileAway) await expect.poll(heard, { timeout: 20_000 }).toBe(true)
    else expect(heard()).toBe(false)
    expect(await camille.history('Nassim')).toContain(`pendant la coupure de ${driver.name}`)
  })

  it('resume: a saved session needs no sign-in', async () => {
    saved = await camille.saved()
    await camille.close()
    clients.splice(clients.indexOf(camille), 1)
    const before = asked('auth.sendCode')
    camille = await open(saved)
    expect(await camille.me()).toBe('Camille')
    expect(asked('auth.sendCode')).toBe(before)
  })

  it('log out: the session is good for nothing afterwards', async () => {
    await camille.logOut()
    expect(await refusal(camille.me())).toBe('AUTH_KEY_UNREGISTERED')
  })
}

describe(gramjs.name, () => {
  suite(gramjs, { updatesMissedWhileAway: false, resultsBehindAnError: false })
})
describe(teleproto.name, () => {
  suite(teleproto, { updatesMissedWhileAway: true, resultsBehindAnError: true })
})
describe(mtcute.name, () => {
  suite(mtcute, { updatesMissedWhileAway: true, resultsBehindAnError: true })
})

describe('the server', () => {
  it('knew every method that three libraries asked for, and could write every answer', () => {
    expect(sandbox.unknownMethods).toEqual([])
    expect(log).toEqual([])
  })
})
