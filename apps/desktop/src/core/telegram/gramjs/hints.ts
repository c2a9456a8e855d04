import type { Hint } from '../gateway.ts'
import { Api } from './library.ts'
import { markedId } from './values.ts'

/** What a pushed update gives a reason to look at. Anything else is none of our business. */
export function hintsOf(pushed: unknown): readonly Hint[] {
  if (pushed instanceof Api.Updates || pushed instanceof Api.UpdatesCombined)
    return pushed.updates.flatMap(update => hintOf(update) ?? [])
  if (pushed instanceof Api.UpdateShort) return [hintOf(pushed.update)].flatMap(hint => hint ?? [])
  // Telegram says so when it has dropped updates: everything may have changed.
  if (pushed instanceof Api.UpdatesTooLong) return [{ kind: 'scheduled-changed', chatId: null }]
  return []
}

function hintOf(update: Api.TypeUpdate): Hint | null {
  if (update instanceof Api.UpdateLoginToken) return { kind: 'login-token' }
  if (update instanceof Api.UpdateNewScheduledMessage)
    return { kind: 'scheduled-changed', chatId: chatOf(update.message) }
  if (update instanceof Api.UpdateDeleteScheduledMessages)
    return { kind: 'scheduled-changed', chatId: markedId(update.peer) }
  if (update instanceof Api.UpdateNewMessage || update instanceof Api.UpdateNewChannelMessage) {
    const { message } = update
    if (message instanceof Api.Message && message.fromScheduled)
      return { kind: 'published', chatId: chatOf(message) }
  }
  return null
}

const chatOf = (message: Api.TypeMessage): string | null =>
  message.peerId == null ? null : markedId(message.peerId)
