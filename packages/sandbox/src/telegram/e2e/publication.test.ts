import bigInt from 'big-integer'
import { Api } from 'telegram'
import { describe, expect, it } from 'vitest'
import { CAMILLE, NASSIM } from '../index.ts'
import { refusal, savedSession, signIn } from '../testing/gramjs-client.ts'
import { useLab } from '../testing/lab.ts'

const lab = useLab({ signedIn: true })

describe('publication', () => {
  it('happens when the world clock reaches the date, and every session of the account is told', async () => {
    const other = await lab.connect({ saved: savedSession(lab.client) })
    const seen: string[] = []
    other.addEventHandler((update: { className: string; sentMessages?: number[] }) => {
      seen.push(update.className)
    })
    await other.invoke(new Api.updates.GetState())
    const peer = await lab.inputPeer('Voisins')
    const { id, date } = await lab.schedule(peer, 'bonjour à 8 h')
    lab.sandbox.clock.advanceWorld((date - lab.now() + 1) * 1000)
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('UpdateDeleteScheduledMessages')
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('UpdateNewChannelMessage')
    expect((await lab.scheduled(peer)).map(one => one.id)).not.toContain(id)
    expect((await lab.history(peer))[0]).toMatchObject({
      message: 'bonjour à 8 h',
      fromScheduled: true,
      date,
    })
  })

  it('reaches the other account of a private conversation', async () => {
    const nassim = await lab.connect()
    await signIn(nassim, lab.sandbox.accounts[1]!)
    const found = (await lab.client.invoke(
      new Api.contacts.ResolveUsername({ username: 'nassim_benali' }),
    )) as Api.contacts.ResolvedPeer
    const user = found.users.find(one => 'username' in one && one.username === 'nassim_benali') as Api.User
    const peer = new Api.InputPeerUser({ userId: user.id, accessHash: user.accessHash! })
    const { date } = await lab.schedule(peer, 'à tout à l’heure')
    lab.sandbox.clock.advanceWorld((date - lab.now() + 1) * 1000)
    const self = lab.sandbox.world.account(CAMILLE)
    expect(lab.sandbox.world.history(NASSIM, lab.sandbox.world.keyOfUser(self)).at(-1)?.text).toBe(
      'à tout à l’heure',
    )
    // Access hashes are each account's own: one of Camille's opens nothing for Nassim.
    const borrowed = new Api.InputPeerUser({ userId: self.id as never, accessHash: user.accessHash! })
    expect(
      await refusal(nassim.invoke(new Api.messages.GetScheduledHistory({ peer: borrowed, hash: bigInt(0) }))),
    ).toBe('PEER_ID_INVALID')
  })
})

describe('faults', () => {
  it('an error that was asked for is answered once', async () => {
    const peer = await lab.inputPeer('Agenda')
    lab.sandbox.faults.add({ method: 'messages.sendMessage', code: 420, text: 'FLOOD_WAIT_77' })
    const error: unknown = await lab.schedule(peer, 'x').catch((caught: unknown) => caught)
    expect(error).toMatchObject({ seconds: 77 })
    expect(await refusal(lab.schedule(peer, 'x'))).toBe('no error')
  })

  it('a connection cut before execution: the client sends again and one message is scheduled', async () => {
    const peer = await lab.inputPeer('Marché')
    lab.sandbox.faults.add({ method: 'messages.sendMessage', drop: 'before' })
    await lab.schedule(peer, 'coupé avant')
    expect(await lab.scheduled(peer)).toHaveLength(1)
  })

  it('a connection cut after execution: RANDOM_ID_DUPLICATE, and one message is scheduled', async () => {
    const peer = await lab.inputPeer('Comptes rendus')
    const chat = lab.chatNamed('Comptes rendus')
    lab.sandbox.world.changeChat(chat, { defaultBanned: [] })
    lab.sandbox.faults.add({ method: 'messages.sendMessage', drop: 'after' })
    expect(await refusal(lab.schedule(peer, 'coupé après'))).toBe('RANDOM_ID_DUPLICATE')
    expect(await lab.scheduled(peer)).toHaveLength(1)
  })

  it('a late answer comes late', async () => {
    lab.sandbox.faults.add({ method: 'updates.getState', delayMs: 30 })
    expect(await lab.client.invoke(new Api.updates.GetState())).toBeInstanceOf(Api.updates.State)
  })
})

describe('the data centre', () => {
  it('knew every method and could write every answer', () => {
    expect(lab.log).toEqual([])
  })
})
