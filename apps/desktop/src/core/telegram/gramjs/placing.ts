import bigInt from 'big-integer'
import { failure, success } from '../../failure.ts'
import type {
  Answer,
  OutgoingMessage,
  Peer,
  Placement,
  PublishedMessage,
  TelegramConnection,
} from '../gateway.ts'
import { UNREADABLE, type Calls } from './calls.ts'
import { Api } from './library.ts'
import { inputMedia, partRequest, remoteFileOf, sendRequest, thumbnailPart, uploadedMedia } from './media.ts'
import { albumsOf, filesOf, publishedMessage, scheduledMessage, type Grouped } from './messages.ts'
import { inputEntity, inputPeer } from './values.ts'

const HISTORY_PAGE = 100
const MOST_HISTORY_PAGES = 50

type Placing = Pick<
  TelegramConnection,
  | 'saveFilePart'
  | 'makeMedia'
  | 'schedule'
  | 'scheduledHistory'
  | 'deleteScheduled'
  | 'editScheduled'
  | 'sendScheduledNow'
  | 'publishedBetween'
>

/** Messages in the queues of chats, and what became of them (https://core.telegram.org/api/scheduled-messages). */
export function placing({ ask, change, done, inTurn }: Calls): Placing {
  const schedule = async (message: OutgoingMessage): Answer<Placement> => {
    const sent = await change(sendRequest(message))
    if (!sent.ok) return sent
    const { media = [] } = message
    const randomIds = media.length > 1 ? media.map(({ randomId }) => randomId) : [message.randomId]
    const placement = placementOf(sent.value, randomIds)
    // It was carried out, only the answer is not what we know; the chat's queue will tell.
    return placement === null
      ? failure({ reaction: 'UNCERTAIN', code: 'telegram/timeout', rpc: UNREADABLE.rpc })
      : success(placement)
  }

  const publishedBetween = async (
    peer: Peer,
    from: number,
    to: number,
  ): Answer<readonly PublishedMessage[]> => {
    const found: Grouped<PublishedMessage>[] = []
    let offset: { offsetId?: number; offsetDate?: number } = { offsetDate: to + 1 }
    for (let page = 0; page < MOST_HISTORY_PAGES; page++) {
      const history = await ask(
        new Api.messages.GetHistory({
          peer: inputPeer(peer),
          offsetId: 0,
          offsetDate: 0,
          addOffset: 0,
          limit: HISTORY_PAGE,
          maxId: 0,
          minId: 0,
          hash: bigInt.zero,
          ...offset,
        }),
      )
      if (!history.ok) return history
      const all = 'messages' in history.value ? history.value.messages : []
      const messages = all.filter(message => message instanceof Api.Message)
      found.push(
        ...messages
          .filter(({ date }) => date >= from && date <= to)
          // In the chat with oneself nothing counts as outgoing.
          .filter(({ out, post }) => out === true || post === true || peer.kind === 'self')
          .map(publishedMessage),
      )
      const last = all.at(-1)
      const lastDate = messages.at(-1)?.date ?? 0
      if (last === undefined || all.length < HISTORY_PAGE || lastDate < from) break
      offset = { offsetId: last.id }
    }
    return success(albumsOf(found))
  }

  return {
    saveFilePart: part =>
      inTurn(async () => {
        const saved = await ask(partRequest(part))
        return saved.ok ? success(null) : saved
      }),
    makeMedia: (peer, file, spec, thumbnail) =>
      inTurn(async () => {
        const preview = thumbnail === null || spec.kind === 'photo' ? null : thumbnailPart(thumbnail)
        if (preview !== null) {
          const saved = await ask(partRequest(preview.part))
          if (!saved.ok) return saved
        }
        const media = uploadedMedia(file, spec, preview?.file ?? null)
        // Nothing is published by it, so that one more is harmless.
        const made = await ask(new Api.messages.UploadMedia({ peer: inputPeer(peer), media }))
        if (!made.ok) return made
        const remote = remoteFileOf(made.value)
        return remote === null ? failure(UNREADABLE) : success(remote)
      }),
    schedule: message => inTurn(() => schedule(message)),
    scheduledHistory: peer =>
      inTurn(async () => {
        const queue = await ask(
          new Api.messages.GetScheduledHistory({ peer: inputPeer(peer), hash: bigInt.zero }),
        )
        if (!queue.ok) return queue
        const messages = 'messages' in queue.value ? queue.value.messages : []
        return success(
          albumsOf(messages.filter(message => message instanceof Api.Message).map(scheduledMessage)),
        )
      }),
    deleteScheduled: (peer, ids) =>
      inTurn(() =>
        done(change(new Api.messages.DeleteScheduledMessages({ peer: inputPeer(peer), id: [...ids] }))),
      ),
    editScheduled: (peer, id, { at, content, file }) =>
      inTurn(() =>
        done(
          change(
            new Api.messages.EditMessage({
              peer: inputPeer(peer),
              id,
              // Without it Telegram takes `id` for a published message.
              scheduleDate: at,
              ...(content === undefined
                ? {}
                : {
                    message: content.text,
                    entities: content.entities.map(inputEntity),
                    noWebpage: content.noWebpage,
                  }),
              ...(file === undefined ? {} : { media: inputMedia(file.file, file.spoiler) }),
            }),
          ),
        ),
      ),
    sendScheduledNow: (peer, ids) =>
      inTurn(() =>
        done(change(new Api.messages.SendScheduledMessages({ peer: inputPeer(peer), id: [...ids] }))),
      ),
    publishedBetween: (peer, from, to) => inTurn(() => publishedBetween(peer, from, to)),
  }
}

/**
 * The ids given to our `random_id`s, and whether they are of the queue or of the history; null when the answer does not
 * say.
 */
function placementOf(updates: Api.TypeUpdates, randomIds: readonly string[]): Placement | null {
  if (updates instanceof Api.UpdateShortSentMessage)
    return { kind: 'published', id: updates.id, at: updates.date }
  if (!(updates instanceof Api.Updates || updates instanceof Api.UpdatesCombined)) return null
  const named = new Map(
    updates.updates
      .filter(update => update instanceof Api.UpdateMessageID)
      .map(({ randomId, id }) => [randomId?.toString(), id]),
  )
  const parts = randomIds.flatMap(randomId => named.get(randomId) ?? [])
  const [id] = parts
  const carried = new Map(
    updates.updates.flatMap(update =>
      update instanceof Api.UpdateNewScheduledMessage && update.message instanceof Api.Message
        ? [[update.message.id, filesOf(update.message)] as const]
        : [],
    ),
  )
  const files = parts.flatMap(part => carried.get(part) ?? [])
  for (const update of updates.updates) {
    const scheduled = update instanceof Api.UpdateNewScheduledMessage
    const published = update instanceof Api.UpdateNewMessage || update instanceof Api.UpdateNewChannelMessage
    if (!scheduled && !published) continue
    const { message } = update
    if (!(message instanceof Api.Message) || (id !== undefined && message.id !== id)) continue
    const kind = scheduled ? ('scheduled' as const) : ('published' as const)
    const placed = { kind, id: message.id, at: message.date, files }
    if (randomIds.length === 1) return placed
    return parts.length === randomIds.length ? { ...placed, parts } : null
  }
  return null
}
