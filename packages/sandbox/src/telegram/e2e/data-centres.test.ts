import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Api } from 'telegram'
import type { TelegramClient } from 'telegram'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CAMILLE, NASSIM, pointGramjsAt, seedCommunity, startTelegram } from '../index.ts'
import type { TelegramSandbox } from '../index.ts'
import { connectGramjs, refusal, savedSession, signIn } from '../testing/gramjs-client.ts'

const stateFile = join(mkdtempSync(join(tmpdir(), 'data-centres-')), 'telegram.json')
const MARGAUX = { phone: '+33639980003', code: '24680', password: null }
const clients: TelegramClient[] = []
let sandbox: TelegramSandbox

const start = (): Promise<TelegramSandbox> =>
  startTelegram({
    stateFile,
    dataCentres: [{ id: 2 }, { id: 4 }, { id: 5 }],
    seed: world => {
      seedCommunity(world)
      world.addUser({ firstName: 'Margaux', phone: MARGAUX.phone, login: { code: MARGAUX.code, dcId: 4 } })
      world.addUser({ firstName: 'Lise', phone: '+33639980005', login: { code: '1', dcId: 3 } })
    },
    log: () => undefined,
  })
const connect = async (options: Parameters<typeof connectGramjs>[1] = {}): Promise<TelegramClient> => {
  const client = await connectGramjs(sandbox, options)
  clients.push(client)
  return client
}

beforeEach(async () => {
  sandbox = await start()
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.destroy()
  await sandbox.stop()
})

afterAll(() => {
  rmSync(dirname(stateFile), { recursive: true, force: true })
})

describe('several data centres', () => {
  it('listen on ports of their own, which every client can save, and are all named by each', async () => {
    const ports = sandbox.dataCentres.map(({ port }) => port)
    expect(new Set(ports).size).toBe(3)
    expect(Math.max(...ports)).toBeLessThanOrEqual(32_767)
    for (const { id } of sandbox.dataCentres) {
      const client = await connect({ dcId: id })
      const config = await client.invoke(new Api.help.GetConfig())
      expect(config.thisDc).toBe(id)
      expect(config.dcOptions.map(option => [option.id, option.port])).toEqual(
        sandbox.dataCentres.map(dc => [dc.id, dc.port]),
      )
    }
  })

  it('are found by id or port; anything else is the first', () => {
    const { resolveAddress } = pointGramjsAt(sandbox)
    const [first, second] = sandbox.dataCentres
    expect(resolveAddress()).toEqual({ host: '127.0.0.1', port: sandbox.port })
    expect(resolveAddress({ dcId: 4, port: 443 }).port).toBe(second!.port)
    expect(resolveAddress({ port: second!.port }).port).toBe(second!.port)
    expect(resolveAddress({ dcId: 1, port: 443 }).port).toBe(first!.port)
  })

  it('keep their keys apart over a restart', async () => {
    const client = await connect({ dcId: 4 })
    await signIn(client, MARGAUX)
    const saved = savedSession(client)
    await sandbox.stop()
    sandbox = await start()
    const again = await connect({ dcId: 4, saved })
    expect(await again.invoke(new Api.updates.GetState())).toBeInstanceOf(Api.updates.State)
  })

  it('an account whose data centre is not there lives at the first', async () => {
    const client = await connect()
    await signIn(client, { phone: '+33639980005', code: '1', password: null })
    expect(await client.invoke(new Api.updates.GetState())).toBeInstanceOf(Api.updates.State)
  })
})

describe('an authorisation taken to another data centre', () => {
  const carry = async (from: TelegramClient, to: TelegramClient, dcId: number): Promise<string> => {
    const { id, bytes } = await from.invoke(new Api.auth.ExportAuthorization({ dcId }))
    return refusal(to.invoke(new Api.auth.ImportAuthorization({ id, bytes })))
  }

  it('is good for files there, and for nothing else', async () => {
    const home = await connect()
    await signIn(
      home,
      sandbox.accounts.find(({ phone }) => phone === NASSIM.replaceAll(' ', ''))!,
    )
    const away = await connect({ dcId: 4 })
    expect(await carry(home, away, 4)).toBe('no error')
    const part = { filePart: 0, bytes: Buffer.alloc(10) }
    expect(await away.invoke(new Api.upload.SaveFilePart({ fileId: 1 as never, ...part }))).toBe(true)
    await refusal(away.invoke(new Api.updates.GetState()))
    const outcomes = sandbox.calls
      .filter(({ method }) => method === 'updates.getState')
      .map(call => call.outcome)
    expect(outcomes).toContain('USER_MIGRATE_2')
  })

  it('is good once, at the place it was made for', async () => {
    const home = await connect()
    await signIn(
      home,
      sandbox.accounts.find(({ phone }) => phone === NASSIM.replaceAll(' ', ''))!,
    )
    expect(await carry(home, await connect({ dcId: 5 }), 4)).toBe('AUTH_BYTES_INVALID')
    expect(await refusal(home.invoke(new Api.auth.ExportAuthorization({ dcId: 2 })))).toBe('DC_ID_INVALID')
    expect(await refusal(home.invoke(new Api.auth.ExportAuthorization({ dcId: 3 })))).toBe('DC_ID_INVALID')
    const away = await connect({ dcId: 4 })
    const { id, bytes } = await home.invoke(new Api.auth.ExportAuthorization({ dcId: 4 }))
    await away.invoke(new Api.auth.ImportAuthorization({ id, bytes }))
    expect(await refusal(away.invoke(new Api.auth.ImportAuthorization({ id, bytes })))).toBe(
      'AUTH_BYTES_INVALID',
    )
  })
})

describe('the code for a number', () => {
  it.each([
    ['app', 'SentCodeTypeApp'],
    ['call', 'SentCodeTypeFlashCall'],
  ])('by %s says of what kind it is', async (_, name) => {
    sandbox.world.account(CAMILLE).login!.deliveries = ['App', 'FlashCall', 'EmailCode']
    const client = await connect()
    const settings = new Api.CodeSettings({})
    const request = { phoneNumber: CAMILLE, apiId: 1, apiHash: 'x', settings }
    let sent = (await client.invoke(new Api.auth.SendCode(request))) as Api.auth.SentCode
    if (name !== 'SentCodeTypeApp')
      sent = (await client.invoke(
        new Api.auth.ResendCode({ phoneNumber: CAMILLE, phoneCodeHash: sent.phoneCodeHash }),
      )) as Api.auth.SentCode
    expect(sent.type.className).toContain(name)
    // The next of the second is an e-mail, which no auth.codeType* can announce.
    if (name === 'SentCodeTypeApp') expect(sent.nextType).toBeInstanceOf(Api.auth.CodeTypeFlashCall)
    else expect(sent.nextType).toBeFalsy()
  })
})
