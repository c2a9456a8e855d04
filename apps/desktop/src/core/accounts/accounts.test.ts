import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SignInStep } from '../../contract/index.ts'
import { onTestFinished, describe, expect, test } from 'vitest'
import { CallFailure } from '../failure.ts'
import { classify } from '../telegram/errors.ts'
import { createFakeDataCentre, fakeChannel, fakeUser } from '../telegram/testing/fake-data-centre.ts'
import { createMessaging, signedInMessaging, signIn } from '../telegram/testing/messaging-core.ts'
import { fakeTime, memoryDatabase, tempFolder } from '../testing/index.ts'
import { normalisePhone } from './sign-in/index.ts'
import { phoneHint } from './view.ts'

async function fresh() {
  const time = fakeTime()
  const parts = { time, database: memoryDatabase(), folder: tempFolder() }
  const dc = createFakeDataCentre(time.clock)
  dc.addUser(fakeUser(1))
  dc.addUser(fakeUser(2, 'tournesol'))
  dc.setDialogs([fakeChannel('1', 'Annonces')])
  const core = createMessaging(dc, parts)
  await core.start()
  onTestFinished(() => core.stop())
  return { ...core, core, dc, parts }
}

const codeOf = async (work: Promise<unknown> | unknown): Promise<string> => {
  try {
    await work
    return 'no failure'
  } catch (error) {
    return error instanceof CallFailure ? error.error.code : String(error)
  }
}

describe('signing in', () => {
  test('the code step tells how it comes, how long it is and when another may be asked for', async () => {
    const { handlers } = await fresh()
    expect(await handlers['accounts.signIn']({ phone: '+33 6 39 98 00 01' })).toMatchObject({
      step: 'code',
      phone: '+33639980001',
      delivery: 'app',
      length: 5,
      resend: { from: '2027-01-04T09:01:00Z', delivery: 'sms' },
    })
  })

  test('a wrong code keeps the sign-in; the right one, with spaces, ends it', async () => {
    const { handlers } = await fresh()
    const { signInId } = (await handlers['accounts.signIn']({ phone: '0033639980001' })) as {
      signInId: string
    }
    const wrong = handlers['accounts.submitCode']({ signInId, code: '99999' })
    expect(await codeOf(wrong)).toBe('telegram/code-invalid')
    expect(await handlers['accounts.submitCode']({ signInId, code: '123 45' })).toMatchObject({
      step: 'done',
      account: { name: 'Membre 1', health: 'online', phoneHint: '+33 •• •• •• 01', lastError: null },
    })
  })

  test('the second step shows its hint, survives a wrong password and takes the right one', async () => {
    const { handlers } = await fresh()
    const { signInId } = (await handlers['accounts.signIn']({ phone: '+33639980002' })) as {
      signInId: string
    }
    expect(await handlers['accounts.submitCode']({ signInId, code: '12345' })).toEqual({
      step: 'password',
      signInId,
      hint: 'une fleur',
    })
    const wrong = handlers['accounts.submitPassword']({ signInId, password: 'rose' })
    expect(await codeOf(wrong)).toBe('telegram/password-invalid')
    const done = await handlers['accounts.submitPassword']({ signInId, password: 'tournesol' })
    expect(done).toMatchObject({ step: 'done', account: { name: 'Membre 2' } })
  })

  test('A13: another code is not asked for before Telegram allows it', async () => {
    const { handlers, time, dc } = await fresh()
    const { signInId } = (await handlers['accounts.signIn']({ phone: '+33639980001' })) as {
      signInId: string
    }
    await time.advance(30_000)
    expect(await codeOf(handlers['accounts.resendCode']({ signInId }))).toBe('telegram/wait')
    expect(dc.calls.some(({ method }) => method === 'resendCode')).toBe(false)
    await time.advance(30_000)
    expect(await handlers['accounts.resendCode']({ signInId })).toMatchObject({ step: 'code', signInId })
  })

  test('an expired code says so and a new one may be asked for at once', async () => {
    const { handlers, dc } = await fresh()
    const { signInId } = (await handlers['accounts.signIn']({ phone: '+33639980001' })) as {
      signInId: string
    }
    dc.fault({ method: 'signIn', does: classify('PHONE_CODE_EXPIRED', 400) })
    dc.fault({ method: 'resendCode', does: classify('PHONE_CODE_EXPIRED', 400) })
    const late = handlers['accounts.submitCode']({ signInId, code: '12345' })
    expect(await codeOf(late)).toBe('telegram/code-expired')
    expect(await handlers['accounts.resendCode']({ signInId })).toMatchObject({ step: 'code' })
    expect(await handlers['accounts.submitCode']({ signInId, code: '12345' })).toMatchObject({ step: 'done' })
  })

  test('where Telegram asks to begin anew, that is done once and in silence; the code is another one then', async () => {
    const { handlers, dc } = await fresh()
    dc.fault({ method: 'sendCode', does: classify('AUTH_RESTART', 500) })
    const { signInId } = (await handlers['accounts.signIn']({ phone: '+33639980001' })) as {
      signInId: string
    }
    dc.fault({ method: 'signIn', does: classify('AUTH_RESTART_2', 500) })
    expect(await handlers['accounts.submitCode']({ signInId, code: '12345' })).toMatchObject({
      step: 'code',
      signInId,
    })
    expect(dc.calls.filter(({ method }) => method === 'sendCode')).toHaveLength(3)
    expect(await handlers['accounts.submitCode']({ signInId, code: '12345' })).toMatchObject({ step: 'done' })
    for (let times = 0; times < 2; times++)
      dc.fault({ method: 'sendCode', does: classify('AUTH_RESTART', 500) })
    expect(await codeOf(handlers['accounts.signIn']({ phone: '+33639980002' }))).toBe('telegram/unreachable')
  })

  test('a connection lost while the code is on its way does not end the sign-in', async () => {
    const { handlers, dc } = await fresh()
    const { signInId } = (await handlers['accounts.signIn']({ phone: '+33639980001' })) as {
      signInId: string
    }
    dc.dropAll()
    expect(await handlers['accounts.submitCode']({ signInId, code: '12345' })).toMatchObject({ step: 'done' })
  })

  test('a number without an account, a nonsense and a number that is there already are refused', async () => {
    const { handlers, core } = await fresh()
    const ask = (phone: string) => codeOf(handlers['accounts.signIn']({ phone }))
    expect(await ask('+33 6 00 00 00 00')).toBe('telegram/phone-unregistered')
    expect(await ask('06 39 98 00 01')).toBe('telegram/phone-invalid')
    await signIn(core, 1)
    expect(await ask('+33639980001')).toBe('telegram/account-already-added')
    expect(await handlers['accounts.list']({})).toHaveLength(1)
  })

  test('a sign-in that is over, cancelled or unknown says so', async () => {
    const { handlers, time } = await fresh()
    const first = (await handlers['accounts.signIn']({ phone: '+33639980001' })) as { signInId: string }
    await handlers['accounts.cancelSignIn'](first)
    const submit = (signInId: string) =>
      codeOf((async () => handlers['accounts.submitCode']({ signInId, code: '12345' }))())
    expect(await submit(first.signInId)).toBe('telegram/sign-in-over')
    const second = (await handlers['accounts.signIn']({ phone: '+33639980001' })) as { signInId: string }
    await time.advance(16 * 60_000)
    expect(await submit(second.signInId)).toBe('telegram/sign-in-over')
    expect(await handlers['accounts.cancelSignIn']({ signInId: 'nothing' })).toEqual({})
  })

  test('Telegram’s pause before a sign-in is told with its end', async () => {
    const { handlers, dc } = await fresh()
    dc.fault({ method: 'sendCode', does: classify('FLOOD_WAIT_300', 420) })
    const refused = await Promise.resolve(handlers['accounts.signIn']({ phone: '+33639980001' })).catch(
      (error: unknown) => (error as CallFailure).error,
    )
    expect(refused).toEqual({
      code: 'telegram/wait',
      params: { seconds: 300, retryAt: '2027-01-04T09:05:00Z' },
      retryable: true,
    })
  })
})

describe('signing in by picture', () => {
  const urlOf = (step: SignInStep) => {
    if (step.step !== 'qr') throw new Error(`no picture but ${step.step}`)
    return step
  }

  test('the picture is renewed before it expires, and only when somebody looks', async () => {
    const { handlers, dc, time } = await fresh()
    const first = urlOf(await handlers['accounts.signInByQr']({}))
    expect(first.expiresAt).toBe('2027-01-04T09:00:30Z')
    const asked = () => dc.calls.filter(({ method }) => method === 'loginToken').length
    await time.advance(26_000)
    expect(await handlers['accounts.refreshQr'](first)).toEqual(first)
    expect(asked()).toBe(1)
    await time.advance(1500)
    expect(urlOf(await handlers['accounts.refreshQr'](first)).url).not.toBe(first.url)
    await time.advance(5 * 60_000)
    expect(asked()).toBe(2)
  })

  test('confirmed on a telephone, it is the account; one with a second step asks for it first', async () => {
    const { handlers, dc } = await fresh()
    const first = urlOf(await handlers['accounts.signInByQr']({}))
    dc.confirmToken(first.url, 1)
    expect(await handlers['accounts.refreshQr'](first)).toMatchObject({ account: { name: 'Membre 1' } })
    const second = urlOf(await handlers['accounts.signInByQr']({}))
    expect(dc.exceptedUsers()).toEqual(['1001'])
    dc.confirmToken(second.url, 2)
    const { signInId } = second
    expect(await handlers['accounts.refreshQr']({ signInId })).toMatchObject({ step: 'password' })
    const done = await handlers['accounts.submitPassword']({ signInId, password: 'tournesol' })
    expect(done).toMatchObject({ step: 'done', account: { name: 'Membre 2' } })
  })

  test('a wait asked for instead of a picture is told, and nothing is left behind', async () => {
    const { handlers, dc } = await fresh()
    dc.fault({ method: 'loginToken', does: classify('FLOOD_WAIT_60', 420) })
    expect(await codeOf(handlers['accounts.signInByQr']({}))).toBe('telegram/wait')
    expect(dc.connections()).toBe(0)
  })
})

test('a bot is refused, and signed out at Telegram', async () => {
  const { handlers, dc } = await fresh()
  const bot = fakeUser(3)
  dc.addUser({ ...bot, me: { ...bot.me, bot: true } })
  const { signInId } = (await handlers['accounts.signIn']({ phone: '+33639980003' })) as { signInId: string }
  expect(await codeOf(handlers['accounts.submitCode']({ signInId, code: '12345' }))).toBe(
    'telegram/bot-refused',
  )
  expect(dc.calls.at(-1)?.method).toBe('logOut')
  expect(await handlers['accounts.list']({})).toEqual([])
})

test('a word sent by text message keeps its spaces, digits lose theirs', async () => {
  const { handlers, dc } = await fresh()
  const user = fakeUser(3)
  dc.addUser({ ...user, code: 'le grand jardin', delivery: 'sms-phrase' })
  const { signInId } = (await handlers['accounts.signIn']({ phone: '+33639980003' })) as { signInId: string }
  const done = await handlers['accounts.submitCode']({ signInId, code: ' le  grand jardin ' })
  expect(done).toMatchObject({ step: 'done' })
})

describe('what is kept', () => {
  test('A9: the session is on disk before the account is shown, and nothing of it can be read there', async () => {
    const { core, events, parts } = await fresh()
    const accountId = await signIn(core, 1)
    const file = join(parts.folder, `${accountId}.session`)
    expect(readdirSync(parts.folder)).toEqual([`${accountId}.session`])
    expect(readFileSync(file).toString('latin1')).not.toMatch(/dcId|127\.0\.0\.1/)
    expect(events.some(({ name }) => name === 'accounts.changed')).toBe(true)
    const row = parts.database.get('SELECT * FROM account')
    expect(JSON.stringify(row)).not.toMatch(/Membre|33639980001/)
    for (const value of Object.values(row ?? {}))
      if (value instanceof Uint8Array)
        expect(Buffer.from(value).toString('latin1')).not.toMatch(/Membre|3998/)
  })

  test('code, password and phone number are in no log line and no event', async () => {
    const { handlers, lines, events } = await fresh()
    const { signInId } = (await handlers['accounts.signIn']({ phone: '+33639980002' })) as {
      signInId: string
    }
    await handlers['accounts.submitCode']({ signInId, code: '12345' })
    await handlers['accounts.submitPassword']({ signInId, password: 'tournesol' })
    expect(JSON.stringify([lines, events])).not.toMatch(/12345|tournesol|33639980002/)
  })

  test('after a restart the account comes back by itself, without a code', async () => {
    const { core, dc, parts } = await fresh()
    await signIn(core, 1)
    await core.stop()
    const again = createMessaging(dc, parts)
    await again.start()
    onTestFinished(() => again.stop())
    expect(await again.handlers['accounts.list']({})).toMatchObject([{ name: 'Membre 1', health: 'online' }])
  })

  test('a session file that was altered signs the account out instead of trusting it, until it is put back', async () => {
    const { core, dc, parts } = await fresh()
    const accountId = await signIn(core, 1)
    await core.stop()
    const { writeFileSync } = await import('node:fs')
    const file = join(parts.folder, `${accountId}.session`)
    const bytes = readFileSync(file)
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(file, bytes)
    const again = createMessaging(dc, parts)
    await again.start()
    onTestFinished(() => again.stop())
    expect(await again.handlers['accounts.list']({})).toMatchObject([{ health: 'signed-out' }])
    await again.stop()
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(file, bytes)
    const restored = createMessaging(dc, parts)
    await restored.start()
    onTestFinished(() => restored.stop())
    expect(await restored.handlers['accounts.list']({})).toMatchObject([
      { health: 'online', lastError: null },
    ])
  })
})

describe('staying connected', () => {
  test('a lost connection comes back by itself, ever more patiently, and says so meanwhile', async () => {
    const { handlers, dc, time, accountId } = await signedInMessaging()
    const health = async () => (await handlers['accounts.list']({}))[0]?.health
    dc.setDown(true)
    await time.advance(0)
    expect(await health()).toBe('offline')
    const before = dc.calls.length
    await time.advance(10 * 60_000)
    expect(dc.calls.length).toBe(before)
    dc.setDown(false)
    await time.advance(90_000)
    expect(await health()).toBe('online')
    expect(accountId).toBeTruthy()
  })

  test('T15: one connection per account at any time', async () => {
    const { core, dc } = await fresh()
    const accountId = await signIn(core, 1)
    for (let i = 0; i < 5; i++) core.accounts.resume()
    await core.handlers['accounts.reconnect']({ accountId })
    await core.time.advance(60_000)
    expect(dc.connections()).toBe(1)
    // Not even while one takes the place of another: Telegram would end the session (AUTH_KEY_DUPLICATED).
    expect(dc.mostConnections()).toBe(1)
  })

  test('a machine that slept, or a clock that was set, makes a new connection before anything is sent', async () => {
    const { core, dc } = await fresh()
    const accountId = await signIn(core, 1)
    const dialled = () => dc.calls.filter(({ method }) => method === 'connect').length
    const before = dialled()
    core.time.setWall(core.time.clock.now() + 8 * 3600_000)
    expect(core.accounts.line(accountId)).toBeNull()
    await core.time.advance(1000)
    expect(dialled()).toBe(before + 1)
    expect(core.accounts.line(accountId)).not.toBeNull()
  })

  test('a session ended elsewhere is shown as signed out and not knocked at again', async () => {
    const { core, dc } = await fresh()
    await signIn(core, 1)
    dc.revoke()
    dc.dropAll()
    await core.time.advance(60_000)
    expect(await core.handlers['accounts.list']({})).toMatchObject([
      { health: 'signed-out', lastError: 'telegram/signed-out' },
    ])
    const before = dc.calls.length
    await core.time.advance(3600_000)
    expect(dc.calls).toHaveLength(before)
  })

  test('one account out of order does not disturb another', async () => {
    const { core } = await fresh()
    const first = await signIn(core, 1)
    const { signInId } = (await core.handlers['accounts.signIn']({ phone: '+33639980002' })) as {
      signInId: string
    }
    await core.handlers['accounts.submitCode']({ signInId, code: '12345' })
    await core.handlers['accounts.submitPassword']({ signInId, password: 'tournesol' })
    core.accounts.report(first, classify('FLOOD_WAIT_60', 420))
    const views = await core.handlers['accounts.list']({})
    expect(views.map(({ health }) => health)).toEqual(['paused', 'online'])
    await core.time.advance(70_000)
    expect((await core.handlers['accounts.list']({}))[0]).toMatchObject({
      health: 'online',
      pausedUntil: null,
    })
  })
})

describe('health', () => {
  const viewOf = async (core: Awaited<ReturnType<typeof fresh>>['core']) =>
    (await core.handlers['accounts.list']({}))[0]
  const restarted = async ({ core, dc, parts }: Awaited<ReturnType<typeof fresh>>) => {
    await core.stop()
    const again = createMessaging(dc, parts)
    await again.start()
    onTestFinished(() => again.stop())
    return again
  }

  test.each([
    ['AUTH_KEY_DUPLICATED', 406, 'session-duplicated', 'telegram/session-duplicated'],
    ['SESSION_REVOKED', 401, 'signed-out', 'telegram/signed-out'],
    ['FROZEN_METHOD_INVALID', 420, 'frozen', 'telegram/frozen'],
    ['PEER_FLOOD', 400, 'restricted', 'telegram/restricted'],
    ['USER_DEACTIVATED_BAN', 401, 'restricted', 'telegram/account-banned'],
    ['FLOOD_WAIT_3600', 420, 'paused', null],
  ] as const)(
    '%s is shown with its cause, and still after a restart',
    async (name, code, health, lastError) => {
      const parts = await fresh()
      const accountId = await signIn(parts.core, 1)
      parts.core.accounts.report(accountId, classify(name, code))
      expect(await viewOf(parts.core)).toMatchObject({ health, lastError })
      expect(await viewOf(await restarted(parts))).toMatchObject({ health, lastError })
    },
  )

  test('a network that lets nothing through is told as such, with what was tried, until it does', async () => {
    const { core, dc, time } = await fresh()
    await signIn(core, 1)
    dc.setDown(true)
    await time.advance(1000)
    expect(await viewOf(core)).toMatchObject({ health: 'offline' })
    await time.advance(60_000)
    expect(await viewOf(core)).toMatchObject({
      health: 'blocked',
      tried: [{ host: '149.154.167.50', port: 443, outcome: 'unreachable' }],
    })
    dc.setDown(false)
    await time.advance(90_000)
    expect(await viewOf(core)).toMatchObject({ health: 'online', tried: [] })
  })

  test('what was tried in vain is still told after a restart on the same network', async () => {
    const parts = await fresh()
    await signIn(parts.core, 1)
    parts.dc.setDown(true)
    await parts.time.advance(61_000)
    const tried = [{ host: '149.154.167.50', port: 443, outcome: 'unreachable' }]
    expect(await viewOf(parts.core)).toMatchObject({ health: 'blocked', tried })
    const again = await restarted(parts)
    expect(await viewOf(again)).toMatchObject({ health: 'blocked', tried })
    parts.dc.setDown(false)
    await parts.time.advance(90_000)
    expect(await viewOf(again)).toMatchObject({ health: 'online', tried: [] })
    expect(await viewOf(await restarted(parts))).toMatchObject({ tried: [] })
  })

  test('a frozen account asks again: frozen as long as Telegram says so, then it works without signing in', async () => {
    const { core, dc } = await fresh()
    const accountId = await signIn(core, 1)
    core.accounts.report(accountId, classify('FROZEN_METHOD_INVALID', 420))
    dc.freeze(1_799_000_000)
    expect(await core.handlers['accounts.checkAgain']({ accountId })).toMatchObject({ health: 'frozen' })
    dc.freeze(null)
    expect(await core.handlers['accounts.checkAgain']({ accountId })).toMatchObject({
      health: 'online',
      lastError: null,
    })
    expect(core.accounts.obstacle(accountId)).toBeNull()
  })

  test('a restricted account may try again once an hour, and stops again at Telegram’s next refusal', async () => {
    const { core, time } = await fresh()
    const accountId = await signIn(core, 1)
    const restrict = () => core.accounts.report(accountId, classify('PEER_FLOOD', 400))
    const check = () => Promise.resolve(core.handlers['accounts.checkAgain']({ accountId }))
    restrict()
    expect(await check()).toMatchObject({ health: 'online', lastError: null })
    restrict()
    expect(await codeOf(check())).toBe('telegram/restricted')
    await time.advance(3_600_000)
    expect(await check()).toMatchObject({ health: 'online' })
  })

  test('without Telegram’s answer a restriction stays', async () => {
    const { core, dc } = await fresh()
    const accountId = await signIn(core, 1)
    const check = () => Promise.resolve(core.handlers['accounts.checkAgain']({ accountId }))
    core.accounts.report(accountId, classify('PEER_FLOOD', 400))
    dc.fault({ method: 'me', does: classify('USER_DEACTIVATED_BAN', 401) })
    expect(await codeOf(check())).toBe('telegram/account-banned')
    expect(await viewOf(core)).toMatchObject({ health: 'restricted', lastError: 'telegram/account-banned' })
    dc.setDown(true)
    expect(await codeOf(check())).toBe('telegram/account-banned')
    expect(await viewOf(core)).toMatchObject({ health: 'restricted' })
  })
})

describe('removing', () => {
  test('the session ends at Telegram and here, and the same account may be added again', async () => {
    const { core, dc, parts } = await fresh()
    const accountId = await signIn(core, 1)
    await core.handlers['accounts.remove']({ accountId })
    expect(dc.calls.some(({ method }) => method === 'logOut')).toBe(true)
    expect(readdirSync(parts.folder)).toEqual([])
    expect(await core.handlers['accounts.list']({})).toEqual([])
    expect(await signIn(core, 1)).toBe(accountId)
  })

  test('a pause Telegram asked for outlives removing the account and adding it again', async () => {
    const { core } = await fresh()
    const accountId = await signIn(core, 1)
    core.accounts.report(accountId, classify('FLOOD_WAIT_3600', 420))
    await core.handlers['accounts.remove']({ accountId })
    await signIn(core, 1)
    expect(await core.handlers['accounts.list']({})).toMatchObject([{ health: 'paused' }])
  })

  test('offline, the account is forgotten here all the same', async () => {
    const { core, dc, parts } = await fresh()
    const accountId = await signIn(core, 1)
    dc.setDown(true)
    await core.time.advance(0)
    await core.handlers['accounts.remove']({ accountId })
    expect(readdirSync(parts.folder)).toEqual([])
  })

  test('an account that is not there says so', async () => {
    const { core } = await fresh()
    const accountId = 'nobody' as never
    expect(await codeOf(core.handlers['accounts.remove']({ accountId }))).toBe('account/unknown')
  })
})

test.each([
  ['+33 6 39 98 00 01', '33639980001'],
  ['0033639980001', '33639980001'],
  ['+1 (212) 555-0100', '12125550100'],
  ['06 39 98 00 01', null],
  ['+33', null],
  ['+0123456789', null],
  ['+33 6 39 98 00 0a', null],
])('%s is read as %s', (typed, phone) => {
  expect(normalisePhone(typed)).toBe(phone)
})

test('a hint shows too little of a number to call it', () => {
  expect(phoneHint('33639980001')).toBe('+33 •• •• •• 01')
  expect(phoneHint('12')).toBe('••')
})
