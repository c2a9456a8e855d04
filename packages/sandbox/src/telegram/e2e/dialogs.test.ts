import bigInt from 'big-integer'
import { Api } from 'telegram'
import { describe, expect, it } from 'vitest'
import { useLab } from '../testing/lab.ts'

const lab = useLab({ signedIn: true })

const inputOf = async (
  page: { chats: Api.TypeChat[]; users: Api.TypeUser[] },
  peer: Api.TypePeer,
): Promise<Api.TypeInputPeer> => {
  if (peer instanceof Api.PeerChat) return new Api.InputPeerChat({ chatId: peer.chatId })
  if (peer instanceof Api.PeerChannel) {
    const chat = page.chats.find(one => one.id.eq(peer.channelId)) as Api.Channel
    return new Api.InputPeerChannel({ channelId: chat.id, accessHash: chat.accessHash! })
  }
  const user = page.users.find(one => one.id.eq((peer as Api.PeerUser).userId)) as Api.User
  return new Api.InputPeerUser({ userId: user.id, accessHash: user.accessHash! })
}

describe('dialogs', () => {
  it('come page by page without loss or repetition, whatever their dates', async () => {
    const all = await lab.dialogs(lab.client)
    const titles: string[] = []
    let offsetPeer: Api.TypeInputPeer = new Api.InputPeerEmpty()
    let offsetDate = 0
    let offsetId = 0
    for (;;) {
      const page = (await lab.client.invoke(
        new Api.messages.GetDialogs({ offsetDate, offsetId, offsetPeer, limit: 4, hash: bigInt(0) }),
      )) as Api.messages.DialogsSlice
      if (page.dialogs.length === 0) break
      expect(page.count).toBe(all.dialogs.length)
      titles.push(...page.dialogs.map(dialog => JSON.stringify(dialog.peer)))
      const last = page.dialogs.at(-1) as Api.Dialog
      const top = page.messages.find(
        one => one.id === last.topMessage && JSON.stringify(one.peerId) === JSON.stringify(last.peer),
      )
      offsetDate = (top as Api.Message).date
      offsetId = last.topMessage
      offsetPeer = await inputOf(page, last.peer)
    }
    expect(titles).toEqual(all.dialogs.map(dialog => JSON.stringify(dialog.peer)))
    expect(titles.length).toBeGreaterThanOrEqual(12)
  })

  it('show the rights of the account that asks', async () => {
    const answer = await lab.dialogs(lab.client)
    const named = (title: string): Api.Channel =>
      answer.chats.find(one => 'title' in one && one.title.includes(title)) as Api.Channel
    expect(named('Quartier')).toMatchObject({ creator: true, broadcast: true })
    expect(named('Agenda').adminRights?.postMessages).toBe(true)
    expect(named('Mairie').adminRights).toBeNull()
    expect(named('Dons')).toMatchObject({ megagroup: true, slowmodeEnabled: true })
    expect(named('Comptes rendus').defaultBannedRights?.sendMessages).toBe(true)
    expect(named('Jardin').forum).toBe(true)
    const full = (await lab.client.invoke(
      new Api.channels.GetFullChannel({ channel: await lab.inputChannel('Dons') }),
    )) as Api.messages.ChatFull
    expect((full.fullChat as Api.ChannelFull).slowmodeSeconds).toBe(60)
  })
})

describe('the data centre', () => {
  it('knew every method and could write every answer', () => {
    expect(lab.log).toEqual([])
  })
})
