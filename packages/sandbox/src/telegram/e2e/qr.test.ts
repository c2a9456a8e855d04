import bigInt from 'big-integer'
import { Api } from 'telegram'
import { describe, expect, it } from 'vitest'
import { CAMILLE, NASSIM } from '../index.ts'
import { givePassword, refusal, signIn } from '../testing/gramjs-client.ts'
import { useLab } from '../testing/lab.ts'

const lab = useLab({ signedIn: false })

const ask = (client = lab.client, exceptIds: number[] = []): Promise<Api.auth.TypeLoginToken> =>
  client.invoke(
    new Api.auth.ExportLoginToken({ apiId: 1, apiHash: 'x', exceptIds: exceptIds.map(id => bigInt(id)) }),
  )
const token = async (client = lab.client, exceptIds: number[] = []): Promise<Buffer> => {
  const answer = await ask(client, exceptIds)
  if (!(answer instanceof Api.auth.LoginToken)) throw new Error(answer.className)
  return answer.token
}
const scan = (bytes: Uint8Array | string, phone: string): string => {
  try {
    lab.sandbox.acceptQr(bytes, phone)
    return 'no error'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('a login token', () => {
  it('is good for thirty seconds', async () => {
    const before = lab.now()
    const answer = await ask()
    expect((answer as Api.auth.LoginToken).expires).toBeGreaterThanOrEqual(before + 30)
    expect((answer as Api.auth.LoginToken).expires).toBeLessThanOrEqual(lab.now() + 30)
    lab.sandbox.clock.advanceWorld(30_000)
    expect(scan((answer as Api.auth.LoginToken).token, NASSIM)).toBe('AUTH_TOKEN_EXPIRED')
  })

  it('is refused for accounts that are signed in already, twice, and when it is none', async () => {
    const { id } = lab.sandbox.world.account(NASSIM)
    expect(scan(await token(lab.client, [id]), NASSIM)).toBe('AUTH_TOKEN_EXCEPTION')
    expect(scan('AAAA', NASSIM)).toBe('AUTH_TOKEN_INVALID')
    const other = await lab.connect()
    const bytes = await token(other)
    expect(scan(`tg://login?token=${bytes.toString('base64url')}`, NASSIM)).toBe('no error')
    expect(scan(bytes, NASSIM)).toBe('AUTH_TOKEN_ALREADY_ACCEPTED')
  })

  it('accepted: whoever shows it is told, and is signed in at the next question', async () => {
    const client = await lab.connect()
    const told: unknown[] = []
    client.addEventHandler((update: unknown) => told.push(update))
    const bytes = await token(client)
    lab.sandbox.acceptQr(bytes, NASSIM)
    await expect.poll(() => told.some(one => one instanceof Api.UpdateLoginToken)).toBe(true)
    const answer = await ask(client)
    expect(answer).toMatchObject({ authorization: { user: { firstName: 'Nassim' } } })
    expect(await refusal(client.invoke(new Api.auth.ImportLoginToken({ token: bytes })))).toBe(
      'AUTH_TOKEN_INVALID',
    )
  })

  it('accepted by an account with a password: the password is still owed', async () => {
    const client = await lab.connect()
    lab.sandbox.acceptQr(await token(client), CAMILLE)
    expect(await refusal(ask(client))).toBe('SESSION_PASSWORD_NEEDED')
    expect(await refusal(client.invoke(new Api.updates.GetState()))).toBe('SESSION_PASSWORD_NEEDED')
    await givePassword(client, 'tournesol')
    expect(await client.invoke(new Api.updates.GetState())).toBeInstanceOf(Api.updates.State)
  })

  it('can be accepted by another client of the account', async () => {
    const phone = await lab.connect()
    await signIn(phone, lab.sandbox.accounts[1]!)
    const client = await lab.connect()
    const answer = await phone.invoke(new Api.auth.AcceptLoginToken({ token: await token(client) }))
    expect(answer).toBeInstanceOf(Api.Authorization)
    expect(await ask(client)).toBeInstanceOf(Api.auth.LoginTokenSuccess)
  })

  it('that nobody accepted signs nobody in', async () => {
    const client = await lab.connect()
    const bytes = await token(client)
    expect(await refusal(client.invoke(new Api.auth.ImportLoginToken({ token: bytes })))).toBe(
      'AUTH_TOKEN_INVALID',
    )
  })
})
