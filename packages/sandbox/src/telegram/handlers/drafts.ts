import { RpcError } from '../errors.ts'
import { flag, int, maybe, object, objects } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { historyOf } from '../world/messages.ts'
import type { Draft } from '../world/messages.ts'
import { GENERAL_TOPIC } from '../world/rights.ts'
import type { PeerKey } from '../world/state.ts'
import type { Context } from './context.ts'
import { userField } from './peers.ts'
import { sendAsField } from './send-as.ts'

// What the requests that send have in common.

/** Entities as they are kept: a mention by input user becomes one by id. */
export const entitiesOf = (context: Context, request: TlObject): TlObject[] =>
  (maybe(objects, request, 'entities') ?? []).map(entity => {
    if (entity._ !== 'inputMessageEntityMentionName') return entity
    const user = userField(context, object(entity, 'user_id'))
    const { offset, length } = entity
    return { _: 'messageEntityMentionName', offset, length, user_id: BigInt(user.id) }
  })

/** The first link of a text, whose preview Telegram shows; null without one or where previews are not wanted. */
export const previewOf = (
  context: Context,
  request: TlObject,
  peer: PeerKey,
  text: string,
  entities: readonly TlObject[],
): string | null => {
  if (flag(request, 'no_webpage')) return null
  const chat = context.world.chat(peer)
  if (chat && chat.kind !== 'channel' && chat.defaultBanned.includes('embed_links')) return null
  const linked = entities.find(entity => entity._ === 'messageEntityTextUrl')?.['url']
  const plain = /https?:\/\/[^\s<>"]+/i.exec(text)?.[0] ?? null
  return plain ?? (typeof linked === 'string' ? linked : null)
}

/** The topic and the message that a request answers to. Throws REPLY_MESSAGE_ID_INVALID. */
const placeOf = (
  { world, user }: Context,
  request: TlObject,
  peer: PeerKey,
): Pick<Draft, 'topicId' | 'replyTo'> => {
  const reply = maybe(object, request, 'reply_to')
  if (reply?._ !== 'inputReplyToMessage') return { topicId: null, replyTo: null }
  const replyTo = int(reply, 'reply_to_msg_id')
  const top = maybe(int, reply, 'top_msg_id')
  const topics = world.chat(peer)?.topics ?? null
  const named = topics === null ? undefined : (top ?? topics.find(topic => topic.id === replyTo)?.id)
  const answered = historyOf(world, user.id, peer).find(message => message.id === replyTo)
  if (!answered && named === undefined) throw new RpcError(400, 'REPLY_MESSAGE_ID_INVALID')
  const topicId = named ?? answered?.topicId ?? null
  return { topicId: topicId === GENERAL_TOPIC ? null : topicId, replyTo }
}

/** All of a draft but its words and its media. */
export const settingsOf = (
  context: Context,
  request: TlObject,
  peer: PeerKey,
): Omit<Draft, 'text' | 'entities' | 'media'> => ({
  ...placeOf(context, request, peer),
  sendAs: sendAsField(context, request, peer),
  silent: flag(request, 'silent'),
  noforwards: flag(request, 'noforwards') || context.world.chat(peer)?.noforwards === true,
  invertMedia: flag(request, 'invert_media'),
  repeatSeconds: maybe(int, request, 'schedule_repeat_period') ?? null,
})

const REMEMBERED_RANDOM_IDS = 10_000

/** Throws when one was accepted before: the answer to a repeated random_id is an error, not the first answer. */
export const checkRandomIds = ({ world, user }: Context, randomIds: readonly bigint[]): void => {
  if (randomIds.includes(0n)) throw new RpcError(400, 'RANDOM_ID_EMPTY')
  const { randomIds: known } = world.box(user.id)
  const repeated = new Set(randomIds).size < randomIds.length
  if (repeated || randomIds.some(randomId => known.includes(randomId.toString()))) {
    throw new RpcError(500, 'RANDOM_ID_DUPLICATE')
  }
}

export const rememberRandomIds = ({ world, user, changed }: Context, randomIds: readonly bigint[]): void => {
  const box = world.box(user.id)
  box.randomIds.push(...randomIds.map(String))
  box.randomIds.splice(0, box.randomIds.length - REMEMBERED_RANDOM_IDS)
  changed()
}
