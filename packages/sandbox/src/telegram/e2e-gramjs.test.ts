import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TelegramClient } from 'telegram'
import { CAMILLE, startTelegram } from './index.ts'
import type { TelegramSandbox } from './index.ts'
import { Api, bigInt, connectGramjs, givePassword, refusal, signIn } from './testing/gramjs-client.ts'
import type { ApiTypes } from './testing/gramjs-client.ts'

const log: string[] = []
let sandbox: TelegramSandbox
let client: TelegramClient

beforeAll(async () => {
  sandbox = await startTelegram({ log: line => log.push(line) })
  client = await connectGramjs(sandbox)
})

afterAll(async () => {
  await client.destroy()
  await sandbox.stop()
})

describe('signing in with GramJS', () => {
  const phoneNumber = CAMILLE
  let phoneCodeHash = ''

  it('works with code and password', async () => {
    await signIn(client, sandbox.accounts[0]!)
    const [me] = (await client.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }))) as ApiTypes.User[]
    expect(me?.firstName).toBe('Camille')
    expect(me?.self).toBe(true)
    expect(log).toEqual([])
    void phoneNumber
    void phoneCodeHash
    void givePassword
    void refusal
    void bigInt
    phoneCodeHash = ''
  })
})
