import { expect, test } from 'vitest'
import { CAMILLE, client, dataCentre, errorOf, NASSIM, signedIn, valueOf } from './support.ts'

test('T18: how the code comes, its length and the way to another one are Telegram’s own words', async () => {
  const { line } = client(await dataCentre())
  valueOf(await line.connect())
  expect(valueOf(await line.sendCode(NASSIM.phone))).toMatchObject({
    delivery: 'app',
    length: 5,
    next: { afterSeconds: 60, delivery: 'sms' },
  })
})

test('a phone number at home in another data centre is followed there, with a key of its own', async () => {
  const dc = await dataCentre()
  const { line, session } = client(dc)
  valueOf(await line.connect())
  const before = session()
  dc.faults.add({ method: 'auth.sendCode', code: 303, text: 'PHONE_MIGRATE_2' })
  const { hash } = valueOf(await line.sendCode(NASSIM.phone))
  expect(session()?.key).not.toEqual(before?.key)
  expect(valueOf(await line.signIn(NASSIM.phone, hash, NASSIM.code))).toMatchObject({ kind: 'signed-in' })
})

test('a wrong code may be tried again in the same sign-in', async () => {
  const { line } = client(await dataCentre())
  valueOf(await line.connect())
  const { hash } = valueOf(await line.sendCode(NASSIM.phone))
  expect(errorOf(await line.signIn(NASSIM.phone, hash, '99999'))).toMatchObject({
    reaction: 'LOGIN',
    code: 'telegram/code-invalid',
  })
  expect(valueOf(await line.signIn(NASSIM.phone, hash, NASSIM.code))).toMatchObject({ kind: 'signed-in' })
})

test('an expired code says so', async () => {
  const dc = await dataCentre()
  const { line } = client(dc)
  valueOf(await line.connect())
  const { hash } = valueOf(await line.sendCode(NASSIM.phone))
  dc.world.expireCodes(NASSIM.phone)
  expect(errorOf(await line.signIn(NASSIM.phone, hash, NASSIM.code)).code).toBe('telegram/code-expired')
})

test('the second step gives its hint, refuses a wrong password and takes the right one with fresh parameters', async () => {
  const dc = await dataCentre()
  const { line } = client(dc)
  valueOf(await line.connect())
  const { hash } = valueOf(await line.sendCode(CAMILLE.phone))
  expect(valueOf(await line.signIn(CAMILLE.phone, hash, CAMILLE.code))).toEqual({ kind: 'password-needed' })
  expect(valueOf(await line.passwordHint())).toBe('la fleur')
  expect(errorOf(await line.checkPassword('rose')).code).toBe('telegram/password-invalid')
  expect(valueOf(await line.checkPassword(CAMILLE.password))).toMatchObject({
    name: 'Camille Moreau',
    phone: CAMILLE.phone,
    premium: true,
  })
  const asked = dc.calls.filter(({ method }) => method === 'account.getPassword')
  expect(asked).toHaveLength(3)
})

test('a number without an account is refused, never registered', async () => {
  const dc = await dataCentre()
  const { line } = client(dc)
  valueOf(await line.connect())
  const { hash } = valueOf(await line.sendCode('33639989999'))
  expect(errorOf(await line.signIn('33639989999', hash, '00000')).code).toBe('telegram/phone-unregistered')
  expect(dc.calls.some(({ method }) => method.startsWith('auth.signUp'))).toBe(false)
})

test('T4, T5, T6: a session comes back without a new sign-in, with any port and the shortest of hosts', async () => {
  const dc = await dataCentre()
  const first = await signedIn(dc)
  const session = first.session()
  expect(session).toMatchObject({ dcId: 2 })
  expect(session?.key).toHaveLength(256)
  await first.line.destroy()
  // The library's own sessions hold a port in 16 signed bits and read a host of three characters as another library's.
  const kept = { dcId: session!.dcId, host: '::1', port: 50_000, key: session!.key }
  const second = client(dc, { session: kept, purpose: 'account' })
  valueOf(await second.line.connect())
  expect(valueOf(await second.line.me())).toEqual(first.me)
  expect(second.session()).toEqual(kept)
})

test('T17: only Telegram’s own word means signed out', async () => {
  const dc = await dataCentre()
  const first = await signedIn(dc)
  await first.line.destroy()
  dc.revoke(NASSIM.phone)
  const second = client(dc, { session: first.session(), purpose: 'account' })
  expect(errorOf(await second.line.connect()).reaction).toBe('RELOGIN')
})

test('T12: a key that Telegram has forgotten is told, on connecting and in mid-session, instead of hanging', async () => {
  const dc = await dataCentre()
  const first = await signedIn(dc)
  const session = first.session()
  dc.forgetKeys()
  expect(errorOf(await first.line.me()).reaction).toBe('OFFLINE')
  expect(first.hints).toContainEqual({ kind: 'disconnected' })
  const second = client(dc, { session, purpose: 'account' })
  expect(errorOf(await second.line.connect())).toMatchObject({
    reaction: 'RELOGIN',
    code: 'telegram/signed-out',
  })
})

test('T3: where nothing listens, connecting answers so', async () => {
  const dc = await dataCentre()
  const { line } = client({ ...dc, port: 1 })
  expect(errorOf(await line.connect())).toMatchObject({ reaction: 'OFFLINE', code: 'telegram/unreachable' })
})

test('signing out ends the session at Telegram', async () => {
  const dc = await dataCentre()
  const first = await signedIn(dc)
  valueOf(await first.line.logOut())
  await first.line.destroy()
  const second = client(dc, { session: first.session(), purpose: 'account' })
  expect(errorOf(await second.line.connect()).reaction).toBe('RELOGIN')
})

test('neither code, password, phone number nor text is ever logged', async () => {
  const dc = await dataCentre()
  const { line, lines } = client(dc)
  valueOf(await line.connect())
  const { hash } = valueOf(await line.sendCode(CAMILLE.phone))
  await line.signIn(CAMILLE.phone, hash, '98765')
  await line.signIn(CAMILLE.phone, hash, CAMILLE.code)
  await line.checkPassword('pivoine')
  expect(lines.length).toBeGreaterThan(0)
  for (const secret of [CAMILLE.phone, CAMILLE.code, '98765', 'pivoine', hash])
    expect(lines.join()).not.toContain(secret)
})
