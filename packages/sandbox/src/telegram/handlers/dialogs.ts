import { flag, int, maybe, object, objects } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { dialogsOf } from '../world/dialogs.ts'
import type { Dialog } from '../world/dialogs.ts'
import { historyOf } from '../world/messages.ts'
import { splitKey } from '../world/state.ts'
import type { Message } from '../world/state.ts'
import type { Context, Handler } from './context.ts'
import { peerField, peerOf } from './peers.ts'
import { aroundView, messageView, notifySettings, peerView } from './views.ts'

const MOST_DIALOGS = 100
const MOST_MESSAGES = 100

const dialogView = ({ world }: Context, dialog: Dialog): TlObject => {
  const top = dialog.top?.id ?? 0
  return {
    _: 'dialog',
    pinned: dialog.pinned,
    peer: peerView(dialog.peer),
    top_message: top,
    read_inbox_max_id: top,
    read_outbox_max_id: top,
    unread_count: 0,
    unread_mentions_count: 0,
    unread_reactions_count: 0,
    notify_settings: notifySettings,
    pts: splitKey(dialog.peer).kind === 'channel' ? world.chat(dialog.peer)?.posts.pts : undefined,
  }
}

const dialogsView = (context: Context, dialogs: readonly Dialog[]): Omit<TlObject, '_'> => {
  const messages = dialogs.flatMap(dialog => (dialog.top ? [dialog.top] : []))
  return {
    dialogs: dialogs.map(dialog => dialogView(context, dialog)),
    messages: messages.map(message => messageView(context.view, message)),
    ...aroundView(
      context.view,
      messages,
      dialogs.map(dialog => dialog.peer),
    ),
  }
}

// Pages continue after offset_peer: by the date alone, dialogs of one second would be lost between two pages.
const startOf = (context: Context, request: TlObject, dialogs: readonly Dialog[]): number => {
  const offset = object(request, 'offset_peer')
  const date = int(request, 'offset_date')
  if (offset._ !== 'inputPeerEmpty') {
    const peer = peerOf(context, offset)
    const at = dialogs.findIndex(dialog => dialog.peer === peer)
    if (at >= 0) return at + 1
  }
  if (date === 0) return 0
  const at = dialogs.findIndex(dialog => !dialog.pinned && dialog.date < date)
  return at < 0 ? dialogs.length : at
}

const getDialogs: Handler = (request, context) => {
  const folder = maybe(int, request, 'folder_id') ?? 0
  const all = folder === 0 ? dialogsOf(context.world, context.user.id) : []
  const dialogs = flag(request, 'exclude_pinned') ? all.filter(dialog => !dialog.pinned) : all
  const start = startOf(context, request, dialogs)
  const limit = Math.min(MOST_DIALOGS, Math.max(1, int(request, 'limit')))
  const page = dialogs.slice(start, start + limit)
  if (page.length === dialogs.length) return { _: 'messages.dialogs', ...dialogsView(context, page) }
  return { _: 'messages.dialogsSlice', count: dialogs.length, ...dialogsView(context, page) }
}

const peerDialogs = (context: Context, dialogs: readonly Dialog[]): TlObject => ({
  _: 'messages.peerDialogs',
  ...dialogsView(context, dialogs),
  state: {
    _: 'updates.state',
    pts: context.world.box(context.user.id).pts,
    qts: 0,
    date: context.world.now(),
    seq: 1,
    unread_count: 0,
  },
})

/** A list of messages as the kind of conversation has it. */
export const messagesView = (context: Context, messages: readonly Message[], count: number): TlObject => {
  const shared = {
    messages: messages.map(message => messageView(context.view, message)),
    ...aroundView(context.view, messages),
  }
  return count > messages.length
    ? { _: 'messages.messagesSlice', count, ...shared }
    : { _: 'messages.messages', ...shared }
}

const getHistory: Handler = (request, context) => {
  const peer = peerField(context, request)
  const all = [...historyOf(context.world, context.user.id, peer)].reverse()
  const offsetId = int(request, 'offset_id')
  const offsetDate = int(request, 'offset_date')
  const [maxId, minId] = [int(request, 'max_id'), int(request, 'min_id')]
  const at = all.findIndex(
    message => (offsetId === 0 || message.id < offsetId) && (offsetDate === 0 || message.date < offsetDate),
  )
  const from = Math.max(0, (at < 0 ? all.length : at) + int(request, 'add_offset'))
  const limit = Math.min(MOST_MESSAGES, Math.max(1, int(request, 'limit')))
  const page = all
    .slice(from, from + limit)
    .filter(message => (maxId === 0 || message.id < maxId) && message.id > minId)
  const chat = context.world.chat(peer)
  if (chat === undefined || chat.kind === 'group') return messagesView(context, page, all.length)
  return {
    ...messagesView(context, page, 0),
    _: 'messages.channelMessages',
    pts: chat.posts.pts,
    count: all.length,
    ...aroundView(context.view, page, [peer]),
  }
}

export const dialogHandlers: Record<string, Handler> = {
  'messages.getDialogs': getDialogs,
  'messages.getPinnedDialogs': (_request, context) =>
    peerDialogs(
      context,
      dialogsOf(context.world, context.user.id).filter(dialog => dialog.pinned),
    ),
  'messages.getPeerDialogs': (request, context) => {
    const wanted = new Set(objects(request, 'peers').map(peer => peerField(context, peer)))
    return peerDialogs(
      context,
      dialogsOf(context.world, context.user.id).filter(dialog => wanted.has(dialog.peer)),
    )
  },
  'messages.getHistory': getHistory,
}
