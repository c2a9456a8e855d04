import type { TlObject } from './tl/value.ts'
import {
  chatUpdates,
  deletedUpdate,
  editedUpdate,
  messageView,
  newMessageUpdate,
  peerView,
  updatesView,
} from './handlers/views.ts'
import { splitKey } from './world/state.ts'
import type { WorldCore, WorldEvent } from './world/world.ts'

/** What an account's clients are told of an event. */
export const updatesFor = (world: WorldCore, event: WorldEvent): TlObject => {
  const view = { world, viewer: event.userId }
  switch (event.type) {
    case 'message':
      return updatesView(view, [newMessageUpdate(view, event.message)], [event.message])
    case 'edited':
      return updatesView(view, [editedUpdate(view, event.message)], [event.message])
    case 'deleted': {
      const { kind, id } = splitKey(event.peer)
      const update = deletedUpdate(kind === 'channel' ? id : null, event.ids, event.pts)
      return updatesView(view, [update], [], [event.peer])
    }
    case 'chat':
      return updatesView(view, chatUpdates(view, event.peer), [], [event.peer])
    case 'scheduled': {
      const update = { _: 'updateNewScheduledMessage', message: messageView(view, event.message) }
      return updatesView(view, [update], [event.message])
    }
    case 'unscheduled': {
      const update = {
        _: 'updateDeleteScheduledMessages',
        peer: peerView(event.peer),
        messages: event.ids,
        sent_messages: event.sentIds ?? undefined,
      }
      return updatesView(view, [update], [], [event.peer])
    }
  }
}
