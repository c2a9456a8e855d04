import { request } from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAMILLE, NASSIM, startTelegram } from '../index.ts'
import type { PeerKey, TelegramSandbox } from '../index.ts'
import { startControl } from './index.ts'
import type { Control } from './index.ts'

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }

let telegram: TelegramSandbox
let control: Control
let base: URL
let cookie = ''

// Not fetch: it would not let a test say a wrong host or origin.
const ask = (path: string, headers: OutgoingHttpHeaders = {}, body?: URLSearchParams): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(new URL(path, base), {
      method: body ? 'POST' : 'GET',
      headers: {
        'accept-language': 'fr',
        ...(body ? { 'content-type': 'application/x-www-form-urlencoded', origin: base.origin } : {}),
        ...headers,
      },
    })
    sent.on('error', reject)
    sent.on('response', response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
      })
    })
    sent.end(body?.toString())
  })

const show = (path = '/', headers: OutgoingHttpHeaders = {}) => ask(path, { cookie, ...headers })

/** Sends a form and gives the page that it leads to. */
const act = async (fields: Record<string, string | number>, then = '/'): Promise<Answer> => {
  const form = new URLSearchParams({ then })
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value))
  const sent = await ask('/', { cookie }, form)
  expect(sent).toMatchObject({ status: 303, headers: { location: then } })
  return show(then)
}

const chatNamed = (title: string): PeerKey =>
  telegram.world.chats().find(one => one.chat.title.includes(title))!.peer
const phoneOf = (phone: string): string => `+${telegram.world.account(phone).phone ?? ''}`
const inSeconds = (seconds: number): number => telegram.world.now() + seconds

beforeAll(async () => {
  telegram = await startTelegram()
  control = await startControl({ telegram })
  base = new URL(control.url)
  const entered = await ask(control.url)
  cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
})

afterAll(async () => {
  await control.stop()
  await telegram.stop()
})

describe('the door', () => {
  it('opens once for each link, and the browser keeps a cookie that no script reads', async () => {
    expect((await ask(control.url)).status).toBe(403)
    const link = control.newLink()
    const first = await ask(link)
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(first.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
    expect((await ask(link)).status).toBe(403)
    expect((await show()).status).toBe(200)
  })

  it('is closed to who has no cookie, and says nothing of what is inside', async () => {
    const closed = await ask('/')
    expect(closed.status).toBe(403)
    expect(closed.body).not.toContain('Camille')
    expect((await ask('/', {}, new URLSearchParams({ do: 'clock.real' }))).status).toBe(403)
  })

  it('is closed to other names of this machine and to forms of other sites', async () => {
    expect((await show('/', { host: `evil.example:${base.port}` })).status).toBe(403)
    const form = new URLSearchParams({ do: 'clock.move', ms: '60000' })
    for (const origin of ['http://evil.example', 'null', `http://localhost:${base.port}`]) {
      expect((await ask('/', { cookie, origin }, form)).status).toBe(403)
    }
    expect(telegram.clock.offset()).toBe(0)
  })

  it('lets nothing from elsewhere into the page, and leads nowhere else', async () => {
    const { headers, body } = await show()
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(body).not.toMatch(/<script(?! src="\/refresh\.js")|style="|https?:\/\//)
    const away = new URLSearchParams({ do: 'clock.real', then: '//evil.example' })
    expect((await ask('/', { cookie }, away)).headers.location).toBe('/')
  })
})

describe('the page', () => {
  it('tells who can sign in with what, in French or English', async () => {
    const french = await show()
    expect(french.body).toContain('<html lang="fr">')
    for (const said of ['Camille Moreau', '12345', 'tournesol', 'Messages planifiés']) {
      expect(french.body).toContain(said)
    }
    const english = await show('/', { 'accept-language': 'en-GB,en;q=0.9,fr;q=0.3' })
    expect(english.body).toContain('Scheduled messages')
  })

  it('shows text as text', async () => {
    telegram.world.schedule(CAMILLE, chatNamed('Agenda'), {
      text: '<script>1</script>',
      date: inSeconds(900),
    })
    const { body } = await show()
    expect(body).toContain('&lt;script&gt;1&lt;/script&gt;')
  })

  it('has a page for each chat, and one for the calls', async () => {
    for (const { peer, chat } of telegram.world.chats()) {
      const { status, body } = await show(`/chats/${peer}`)
      expect([status, body.includes(chat.title)]).toEqual([200, true])
    }
    expect((await show('/chats')).status).toBe(200)
    expect((await show('/calls')).body).toContain('Aucun client')
    expect((await show('/chats/channel:1')).status).toBe(303)
  })
})

describe('a person', () => {
  it('moves the clock to the next due date, and back to the real time', async () => {
    const chat = chatNamed('Voisins')
    telegram.world.schedule(CAMILLE, chat, { text: 'dans dix minutes', date: inSeconds(600) })
    expect((await act({ do: 'clock.due' })).body).toContain('sur l’heure réelle')
    expect(telegram.world.history(CAMILLE, chat).at(-1)?.text).toBe('dans dix minutes')
    await act({ do: 'clock.move', ms: 3_600_000 })
    expect(telegram.clock.offset()).toBeGreaterThan(3_600_000)
    await act({ do: 'clock.real' })
    expect(telegram.clock.offset()).toBe(0)
  })

  it('changes, publishes and deletes what is scheduled', async () => {
    const [phone, peer] = [phoneOf(CAMILLE), chatNamed('Quartier')]
    const [one, two] = [1, 2].map(n =>
      telegram.world.schedule(CAMILLE, peer, { text: `n° ${n}`, date: inSeconds(n * 7200) }),
    )
    await act({ do: 'queue.edit', phone, peer, id: one!.id, text: 'corrigé', date: '' })
    expect(telegram.world.scheduled(CAMILLE, peer).at(-1)).toMatchObject({ text: 'corrigé', date: one!.date })
    await act({ do: 'queue.publish', phone, peer, id: one!.id })
    expect(telegram.world.history(CAMILLE, peer).at(-1)?.text).toBe('corrigé')
    await act({ do: 'queue.remove', phone, peer, id: two!.id })
    expect(telegram.world.scheduled(CAMILLE, peer)).toEqual([])
    const again = await act({ do: 'queue.publish', phone, peer, id: two!.id })
    expect(again.body).toContain('MESSAGE_ID_INVALID')
  })

  it('restricts a chat and a member, closes a topic, converts a group', async () => {
    const peer = chatNamed('Dons')
    const limits = { do: 'chat.restrict', peer, right: 'send_photos', slow: 30, price: 5, restricted: 'on' }
    await act(limits, `/chats/${peer}`)
    const chatOf = (key: PeerKey) => telegram.world.chats().find(one => one.peer === key)!.chat
    expect(chatOf(peer)).toMatchObject({
      defaultBanned: ['send_photos'],
      slowModeSeconds: 30,
      messagePrice: 5,
      restricted: true,
    })
    const user = telegram.world.account(NASSIM).id
    await act({ do: 'member.mute', peer, user })
    expect(chatOf(peer).members[user]).toMatchObject({ bannedRights: ['send_messages'] })
    await act({ do: 'member.out', peer, user })
    expect(chatOf(peer).members[user]).toMatchObject({ role: 'banned' })
    const forum = chatNamed('Jardin')
    await act({ do: 'chat.topic', peer: forum, topic: 5 })
    expect(chatOf(forum).topics?.find(one => one.id === 5)).toMatchObject({ closed: true })
    await act({ do: 'chat.migrate', peer: chatNamed('Équipe') })
    expect(telegram.world.chats().filter(one => one.chat.title === 'Équipe bénévoles')).toHaveLength(2)
  })

  it('sends, edits and deletes from another device, and is told what Telegram refuses', async () => {
    const [phone, peer] = [phoneOf(NASSIM), chatNamed('Voisins')]
    await act({ do: 'message.send', peer, phone, text: 'd’ailleurs' })
    const last = () => telegram.world.history(NASSIM, peer).at(-1)!
    expect(last().text).toBe('d’ailleurs')
    await act({ do: 'message.edit', peer, phone, id: last().id, text: 'd’ici' })
    expect(last().text).toBe('d’ici')
    await act({ do: 'message.delete', peer, phone, id: last().id })
    expect(last().text).not.toBe('d’ici')
    const refused = await act({ do: 'message.send', peer: chatNamed('Mairie'), phone, text: 'x' })
    expect(refused.body).toContain('Telegram refuse : CHAT_ADMIN_REQUIRED')
    expect((await act({ do: 'account.qr', phone, token: 'AAAA' })).body).toContain('AUTH_TOKEN_INVALID')
    expect((await act({ do: 'unheard.of' })).body).toContain('Ce n’est plus là.')
  })

  it('limits an account, for one send or for all, and lifts it', async () => {
    const phone = phoneOf(CAMILLE)
    const refusal = () => telegram.world.account(CAMILLE).sendRefusal
    expect((await act({ do: 'account.flood', phone })).body).toContain('Prochain envoi : FLOOD_WAIT_30')
    await act({ do: 'account.peerFlood', phone })
    expect(refusal()).toEqual({ code: 400, text: 'PEER_FLOOD', once: false })
    await act({ do: 'account.free', phone })
    expect(refusal()).toBeNull()
  })
})
