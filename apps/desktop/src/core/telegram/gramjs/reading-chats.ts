import bigInt from 'big-integer'
import { success } from '../../failure.ts'
import type { TelegramConnection } from '../gateway.ts'
import type { Calls } from './calls.ts'
import { dialogPage, dialogsRequest, identitiesOf, topicsOf, topicsRequest } from './chats.ts'
import { Api } from './library.ts'
import { inputPeer } from './values.ts'

export function readingChats({
  ask,
  inTurn,
}: Calls): Pick<TelegramConnection, 'dialogs' | 'slowMode' | 'topics' | 'sendAs'> {
  return {
    dialogs: cursor =>
      inTurn(async () => {
        const offsetPeer = cursor === null ? new Api.InputPeerEmpty() : inputPeer(cursor.peer)
        const page = await ask(new Api.messages.GetDialogs(dialogsRequest(cursor, offsetPeer)))
        return page.ok ? success(dialogPage(page.value, cursor)) : page
      }),
    slowMode: peer =>
      inTurn(async () => {
        if (peer.kind !== 'channel') return success(0)
        const channel = new Api.InputChannel({
          channelId: bigInt(peer.id),
          accessHash: bigInt(peer.accessHash),
        })
        const full = await ask(new Api.channels.GetFullChannel({ channel }))
        if (!full.ok) return full
        const { fullChat } = full.value
        return success(fullChat instanceof Api.ChannelFull ? (fullChat.slowmodeSeconds ?? 0) : 0)
      }),
    topics: peer =>
      inTurn(async () => {
        if (peer.kind !== 'channel') return success([])
        const found = await ask(topicsRequest(inputPeer(peer)))
        return found.ok ? success(topicsOf(found.value)) : found
      }),
    sendAs: peer =>
      inTurn(async () => {
        if (peer.kind !== 'channel') return success([])
        const found = await ask(new Api.channels.GetSendAs({ peer: inputPeer(peer) }))
        return found.ok ? success(identitiesOf(found.value)) : found
      }),
  }
}
