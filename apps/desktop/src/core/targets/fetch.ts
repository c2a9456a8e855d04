import { MediaKind } from '../../contract/index.ts'
import { failure, success, type Result } from '../failure.ts'
import type { Timers } from '../ports.ts'
import type {
  DialogChat,
  DialogCursor,
  Me,
  TelegramConnection,
  TelegramFailure,
  Topic,
} from '../telegram/gateway.ts'
import type { FoundChat } from './store.ts'

/** 5,000 dialogs: more than any person has, less than a server that never ends its list. */
const MOST_PAGES = 50
const PAUSE_BETWEEN_PAGES_MS = 1000
/** Slow modes and topics cost a request for each chat, so only so many are asked for at a time. */
const MOST_DETAILS = 20
/** The shortest slow mode there is: what is certain of a chat whose own was not asked for. */
const SHORTEST_SLOW_MODE_SECONDS = 10

/** `me`: the account's owner, who may have bought Premium meanwhile. */
type Fetched = { readonly me: Me; readonly chats: readonly FoundChat[] }

/**
 * Everything this account may schedule to: groups, channels and the Saved Messages. People are left out: this product
 * writes to communities, not to persons.
 */
export async function fetchChats(
  line: TelegramConnection,
  timers: Timers,
): Promise<Result<Fetched, TelegramFailure>> {
  const found = new Map<string, DialogChat>()
  let cursor: DialogCursor | null = null
  for (let page = 0; page < MOST_PAGES; page++) {
    if (page > 0) await pause(timers)
    const answer = await line.dialogs(cursor)
    if (!answer.ok) return failure(answer.error)
    for (const chat of answer.value.chats) if (chat.kind !== 'user') found.set(chat.id, chat)
    cursor = answer.value.next
    if (cursor === null) break
  }
  const me = await line.me()
  if (!me.ok) return me
  if (![...found.values()].some(chat => chat.kind === 'saved'))
    found.set(me.value.userId, savedMessages(me.value))
  return success({ me: me.value, chats: await withDetails([...found.values()], line, timers) })
}

async function withDetails(
  chats: readonly DialogChat[],
  line: TelegramConnection,
  timers: Timers,
): Promise<readonly FoundChat[]> {
  const seconds = new Map<string, number>()
  const topics = new Map<string, readonly Topic[]>()
  const open = chats.filter(({ canPost, migratedTo }) => canPost && migratedTo === null)
  const questions = [
    ...open.filter(chat => chat.slowMode).map(chat => ({ chat, about: 'slow-mode' as const })),
    ...open.filter(chat => chat.forum).map(chat => ({ chat, about: 'topics' as const })),
  ]
  for (const { chat, about } of questions.slice(0, MOST_DETAILS)) {
    await pause(timers)
    if (about === 'slow-mode') {
      const answer = await line.slowMode(chat.peer)
      if (!answer.ok) break
      seconds.set(chat.id, answer.value)
    } else {
      const answer = await line.topics(chat.peer)
      if (!answer.ok) break
      topics.set(chat.id, answer.value)
    }
  }
  return chats.map(chat => ({
    ...chat,
    slowModeSeconds: chat.slowMode ? (seconds.get(chat.id) ?? SHORTEST_SLOW_MODE_SECONDS) : 0,
    topics: topics.get(chat.id) ?? null,
  }))
}

/** The chat with oneself, for an account that has never opened it. */
const savedMessages = ({ userId, name, username }: Me): DialogChat => ({
  id: userId,
  peer: { kind: 'self' },
  title: name,
  username,
  kind: 'saved',
  forum: false,
  memberCount: null,
  canPost: true,
  mediaKinds: [...MediaKind.options],
  paidStars: 0,
  admin: false,
  slowMode: false,
  migratedTo: null,
})

const pause = (timers: Timers): Promise<void> =>
  new Promise(resolve => {
    timers.after(PAUSE_BETWEEN_PAGES_MS, resolve)
  })
