import { deliver, historyOf, insidersOf } from './messages.ts'
import { keyOfChat, splitKey } from './state.ts'
import type { PeerKey } from './state.ts'
import type { WorldCore } from './world.ts'

/**
 * Makes a supergroup of a basic group (https://core.telegram.org/api/channel#migration). The group stays, deactivated
 * and named by the supergroup; both end or begin with a service message. Gives the supergroup. Throws RangeError for
 * what is not a basic group.
 */
export const migrate = (world: WorldCore, peer: PeerKey): PeerKey => {
  const group = world.chat(peer)
  if (group?.kind !== 'group' || group.migratedTo !== null) throw new RangeError(`not a basic group: ${peer}`)
  const creator = Object.entries(group.members).find(([, member]) => member.role === 'creator')
  const by = Number(creator?.[0] ?? insidersOf(world, group)[0] ?? 0)
  const added = world.addChat({
    kind: 'supergroup',
    title: group.title,
    about: group.about,
    participants: group.participants,
    members: [],
    defaultBanned: group.defaultBanned,
  })
  const supergroup = world.chat(added)
  if (!supergroup) throw new RangeError(`no such chat: ${added}`)
  supergroup.members = structuredClone(group.members)
  const channelId = splitKey(added).id
  deliver(world, by, peer, {
    text: '',
    action: { _: 'messageActionChatMigrateTo', channel_id: BigInt(channelId) },
  })
  group.migratedTo = channelId
  group.deactivated = true
  supergroup.migratedFrom = { id: group.id, maxId: historyOf(world, by, peer).at(-1)?.id ?? 0 }
  const action = { _: 'messageActionChannelMigrateFrom', title: group.title, chat_id: BigInt(group.id) }
  deliver(world, by, added, { text: '', action })
  for (const userId of insidersOf(world, supergroup)) {
    world.emit({ type: 'chat', userId, peer })
    world.emit({ type: 'chat', userId, peer: keyOfChat(supergroup) })
  }
  return added
}
