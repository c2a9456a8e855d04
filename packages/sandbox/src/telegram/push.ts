import type { TlObject } from './tl/value.ts'
import { editedUpdate, messageView, newMessageUpdate, peerView, updatesView } from './handlers/views.ts'
import type { WorldCore, WorldEvent } from './world/world.ts'

/** What an account's clients are told of an event. */
export const updatesFor = (world: WorldCore, event: WorldEvent): TlObject => {
  const view = { world, viewer: event.userId }
  switch (event.type) {
    case 'message':
      return updatesView(view, [newMessageUpdate(view, event.message)], [event.message])
    case 'edited':
      return updatesView(view, [editedUpdate(view, event.message)], [event.message])
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
