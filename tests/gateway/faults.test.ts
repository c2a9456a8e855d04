import { expect, test } from 'vitest'
import {
  chatCalled,
  client,
  dataCentre,
  errorOf,
  message,
  NASSIM,
  signedIn,
  until,
  valueOf,
} from './support.ts'

const SEND = 'messages.sendMessage'
const MARKET = 'Marché bio'

test.each([
  ['before', 0],
  ['after', 1],
] as const)(
  'T1, T2: cut off %s execution, the outcome is unknown, and a look tells it',
  async (drop, stored) => {
    const dc = await dataCentre()
    const { line, hints, session } = await signedIn(dc)
    const chat = await chatCalled(line, MARKET)
    dc.faults.add({ method: SEND, drop })
    expect(errorOf(await line.schedule(message(dc, chat))).reaction).toBe('UNCERTAIN')
    expect(hints).toContainEqual({ kind: 'disconnected' })
    const second = client(dc, { session: session(), purpose: 'account' })
    valueOf(await second.line.connect())
    expect(valueOf(await second.line.scheduledHistory(chat.peer))).toHaveLength(stored)
    // The same random_id again: at most one in the end, whatever happened.
    await second.line.schedule(message(dc, chat))
    expect(valueOf(await second.line.scheduledHistory(chat.peer))).toHaveLength(1)
  },
)

test('T2: an answer that never comes is given up, and nothing of that connection leaves any more', async () => {
  const dc = await dataCentre()
  const hurry = { by: 1 }
  const { line, hints } = await signedIn(dc, { hurry })
  const chat = await chatCalled(line, MARKET)
  // Only the call that nobody answers is in a hurry; signing in takes what a busy machine takes.
  hurry.by = 50
  dc.faults.add({ method: SEND, delayMs: 60_000 })
  expect(errorOf(await line.schedule(message(dc, chat)))).toMatchObject({
    reaction: 'UNCERTAIN',
    code: 'telegram/timeout',
  })
  expect(hints).toContainEqual({ kind: 'disconnected' })
  const before = dc.calls.length
  expect(errorOf(await line.schedule(message(dc, chat, { randomId: '7' }))).reaction).toBe('OFFLINE')
  expect(dc.calls).toHaveLength(before)
})

test('T9, T10: a flood of any length, zero included, comes back at once with its number', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  for (const seconds of [0, 2, 61, 86_400]) {
    dc.faults.add({ method: SEND, code: 420, text: `FLOOD_WAIT_${seconds}` })
    const failure = errorOf(await line.schedule(message(dc, chat)))
    expect(failure).toMatchObject({ reaction: 'WAIT', code: 'telegram/wait', waitSeconds: seconds })
  }
  expect(dc.calls.filter(({ method }) => method === SEND)).toHaveLength(4)
})

test('T9: slow mode keeps its name and concerns this chat alone', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  dc.faults.add({ method: SEND, code: 420, text: 'SLOWMODE_WAIT_45' })
  expect(errorOf(await line.schedule(message(dc, chat)))).toMatchObject({
    reaction: 'WAIT_TARGET',
    code: 'telegram/slow-mode',
    waitSeconds: 45,
  })
})

test('T11: server trouble is told at once and tried by nobody but us', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  for (const [code, text] of [
    [500, 'RPC_CALL_FAIL'],
    [500, 'WORKER_BUSY_TOO_LONG_RETRY'],
    [500, 'SOMETHING_NEW'],
  ] as const) {
    dc.faults.add({ method: SEND, code, text })
    expect(errorOf(await line.schedule(message(dc, chat))).reaction).toBe('BACKOFF')
  }
  expect(dc.calls.filter(({ method }) => method === SEND)).toHaveLength(3)
})

test('a time-out on the server leaves the outcome open', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  dc.faults.add({ method: SEND, code: -503, text: 'Timeout' })
  expect(errorOf(await line.schedule(message(dc, chat))).reaction).toBe('UNCERTAIN')
})

test('T1, T19: calls made together leave one after another, and an error among them holds up none', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  dc.faults.add({ method: SEND, code: 400, text: 'CHAT_RESTRICTED' })
  const answers = await Promise.all(
    ['1', '2', '3', '4', '5'].map(randomId => line.schedule(message(dc, chat, { randomId }))),
  )
  expect(answers.map(({ ok }) => ok)).toEqual([false, true, true, true, true])
  expect(valueOf(await line.scheduledHistory(chat.peer))).toHaveLength(4)
})

test('T13, T14: a lost connection is told, and a new one carries on with the same session', async () => {
  const dc = await dataCentre()
  const { line, hints, session, me } = await signedIn(dc)
  dc.dropAll()
  expect(errorOf(await line.me()).reaction).toBe('OFFLINE')
  expect(hints.filter(({ kind }) => kind === 'disconnected')).toHaveLength(1)
  const second = client(dc, { session: session(), purpose: 'account' })
  valueOf(await second.line.connect())
  expect(valueOf(await second.line.me())).toEqual(me)
})

test('T13: of a connection that was given up nothing goes on: no socket, no timer, no loop', async () => {
  const left = (): readonly string[] =>
    process.getActiveResourcesInfo().filter(kind => kind === 'TCPSocketWrap' || kind === 'Timeout')
  const { line } = await signedIn(await dataCentre())
  expect(left()).toContain('TCPSocketWrap')
  await line.destroy()
  await until(() => expect(left()).toEqual([]))
})

test('a session ended from another device is told as such', async () => {
  const dc = await dataCentre()
  const { line } = await signedIn(dc)
  const chat = await chatCalled(line, MARKET)
  dc.revoke(NASSIM.phone)
  expect(errorOf(await line.schedule(message(dc, chat)))).toMatchObject({
    reaction: 'RELOGIN',
    code: 'telegram/signed-out',
  })
})

test.each([
  [-429, { reaction: 'BACKOFF', code: 'telegram/unreachable', waitSeconds: 60 }],
  [-444, { reaction: 'APP', code: 'telegram/update-needed' }],
] as const)(
  'T12: the transport error %i on connecting is told as what it is, once',
  async (transport, told) => {
    const dc = await dataCentre()
    const { line, session } = await signedIn(dc)
    await line.destroy()
    dc.faults.add({ transport })
    const second = client(dc, { session: session(), purpose: 'account' })
    expect(errorOf(await second.line.connect())).toMatchObject(told)
  },
)

test('a clock that is wrong by hours is corrected by the protocol', async () => {
  const dc = await dataCentre()
  dc.clock.shiftTransport(3 * 3600_000)
  const { line, me } = await signedIn(dc)
  expect(valueOf(await line.me())).toEqual(me)
})

test.each(['containers', 'staleSalt'] as const)(
  'the server’s habit of %s makes no difference',
  async habit => {
    const dc = await dataCentre()
    dc.wire[habit] = !dc.wire[habit]
    const { line } = await signedIn(dc)
    const chat = await chatCalled(line, MARKET)
    valueOf(await line.schedule(message(dc, chat)))
  },
)
