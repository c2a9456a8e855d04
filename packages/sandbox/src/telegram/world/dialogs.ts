import { historyOf } from './messages.ts'
import { isInside } from './rights.ts'
import { keyOfChat } from './state.ts'
import type { Message, PeerKey } from './state.ts'
import type { WorldCore } from './world.ts'

export type Dialog = {
  readonly peer: PeerKey
  readonly pinned: boolean
  readonly top: Message | null
  readonly date: number
}

/** An account's conversations, the pinned ones first in their order, then the most recent first. */
export const dialogsOf = (world: WorldCore, userId: number): Dialog[] => {
  const box = world.box(userId)
  const chats = Object.values(world.state.chats)
    // A group that became a supergroup is listed beside it; clients pass it over by its migrated_to.
    .filter(chat => isInside(world.member(chat, userId)) && (!chat.deactivated || chat.migratedTo !== null))
    .map(keyOfChat)
  const people = (Object.keys(box.history) as PeerKey[]).filter(peer => peer.startsWith('user:'))
  const dialogs = [...chats, ...people].map(peer => {
    const top = historyOf(world, userId, peer).at(-1) ?? null
    return {
      peer,
      pinned: box.pinned.includes(peer),
      top,
      date: top?.date ?? world.chat(peer)?.createdAt ?? 0,
    }
  })
  const place = (dialog: Dialog): number => (dialog.pinned ? box.pinned.indexOf(dialog.peer) : Infinity)
  return dialogs.sort((a, b) => {
    if (a.pinned || b.pinned) return place(a) < place(b) ? -1 : 1
    return b.date - a.date || (a.peer < b.peer ? -1 : 1)
  })
}
