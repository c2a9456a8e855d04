import { z } from 'zod'
import { MediaKind, type AccountId, type ChatId, type ChatView } from '../../contract/index.ts'
import type { Database, Row } from '../storage/index.ts'
import type { DialogChat, Identity, Peer, Topic } from '../telegram/gateway.ts'
import type { Sealer } from '../vault/sealer.ts'

const PeerShape: z.ZodType<Peer> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('self') }),
  z.object({ kind: z.literal('user'), id: z.string(), accessHash: z.string() }),
  z.object({ kind: z.literal('group'), id: z.string() }),
  z.object({ kind: z.literal('channel'), id: z.string(), accessHash: z.string() }),
])
const Sealed = z.object({
  // Chats read by an earlier version: what may be posted there is asked of Telegram itself.
  mediaKinds: z.array(MediaKind).default([...MediaKind.options]),
  paidStars: z.int().default(0),
  title: z.string(),
  username: z.string().nullable(),
  peer: PeerShape,
  topics: z.array(z.object({ id: z.int(), title: z.string(), closed: z.boolean() })).default([]),
  sendAs: z
    .array(z.object({ id: z.string(), peer: PeerShape, title: z.string(), premiumRequired: z.boolean() }))
    .default([]),
})

/** A chat with how slow its slow mode is; `topics` is null when they were not asked for this time. */
export type FoundChat = DialogChat & {
  readonly slowModeSeconds: number
  readonly topics: readonly Topic[] | null
}
/** What costs a request for each chat. */
export type Details = { readonly topics: readonly Topic[]; readonly sendAs: readonly Identity[] }
export type StoredChat = Omit<ChatView, 'topics' | 'sendAs'> &
  Details & { readonly peer: Peer; readonly migratedTo: ChatId | null }

/** The cached chats of every account. Titles, user names and access hashes are sealed. */
export function createTargetStore(database: Database, sealer: Sealer) {
  const sealedId = (accountId: string, chatId: string): string => `${accountId}/${chatId}`

  const toChat = (row: Row): StoredChat => {
    const id = sealedId(String(row['account_id']), String(row['chat_id']))
    const sealed = Sealed.parse(JSON.parse(sealer.openText('chat', id, row['sealed'] as Uint8Array)))
    return {
      id: row['chat_id'] as ChatId,
      ...sealed,
      kind: row['kind'] as ChatView['kind'],
      forum: row['forum'] === 1,
      memberCount: row['member_count'] == null ? null : Number(row['member_count']),
      canPost: row['can_post'] === 1,
      mediaKinds: sealed.mediaKinds,
      paidStars: sealed.paidStars,
      admin: row['admin'] === 1,
      slowModeSeconds: Number(row['slow_mode_seconds']),
      migratedTo: row['migrated_to'] as ChatId | null,
    }
  }

  // Every message that is shown asks for its chat, and there are many more messages than chats.
  const read = new Map<string, StoredChat>()
  const one = (accountId: AccountId, chatId: ChatId): StoredChat | null => {
    const key = sealedId(accountId, chatId)
    const kept = read.get(key)
    if (kept) return kept
    const row = database.get('SELECT * FROM chat WHERE account_id = ? AND chat_id = ?', accountId, chatId)
    if (!row) return null
    const chat = toChat(row)
    read.set(key, chat)
    return chat
  }
  const seal = (accountId: AccountId, id: string, chat: z.input<typeof Sealed>): Uint8Array =>
    sealer.sealText('chat', sealedId(accountId, id), JSON.stringify(chat))

  return {
    one,
    present: (accountId: AccountId): readonly StoredChat[] =>
      database
        .all('SELECT * FROM chat WHERE account_id = ? AND present = 1 ORDER BY position', accountId)
        .map(toChat),
    isPresent: (accountId: AccountId, chatId: ChatId): boolean =>
      database.get(
        'SELECT 1 AS one FROM chat WHERE account_id = ? AND chat_id = ? AND present = 1',
        accountId,
        chatId,
      ) !== undefined,
    refreshedAt: (accountId: AccountId): number | null => {
      const row = database.get('SELECT chats_refreshed_at AS at FROM account WHERE id = ?', accountId)
      return row?.['at'] == null ? null : Number(row['at'])
    },
    /** Of an account that was removed, only the names of what it had planned stay. */
    forget: (accountId: AccountId): void => {
      read.clear()
      database.run(
        `DELETE FROM chat WHERE account_id = ? AND chat_id NOT IN
         (SELECT chat_id FROM delivery WHERE account_id = chat.account_id)`,
        accountId,
      )
    },
    saveDetails: (
      accountId: AccountId,
      { id, title, username, peer, mediaKinds, paidStars }: StoredChat,
      details: Details,
    ): void => {
      const sealed = {
        title,
        username,
        peer,
        mediaKinds,
        paidStars,
        topics: [...details.topics],
        sendAs: [...details.sendAs],
      }
      read.delete(sealedId(accountId, id))
      database.run(
        'UPDATE chat SET sealed = ? WHERE account_id = ? AND chat_id = ?',
        seal(accountId, id, sealed),
        accountId,
        id,
      )
    },
    /** The whole list in one go. Chats that are gone stay known, since something may be planned in them. */
    replace: (accountId: AccountId, chats: readonly FoundChat[], now: number): void => {
      database.transaction(() => {
        database.run('UPDATE chat SET present = 0 WHERE account_id = ?', accountId)
        chats.forEach(({ id, title, username, peer, mediaKinds, paidStars, topics, ...chat }, position) => {
          const before = one(accountId, id as ChatId)
          const sealed = {
            title,
            username,
            peer,
            mediaKinds: [...mediaKinds],
            paidStars,
            topics: [...(chat.forum ? (topics ?? before?.topics ?? []) : [])],
            sendAs: [...(before?.sendAs ?? [])],
          }
          database.run(
            `INSERT INTO chat (account_id, chat_id, position, present, kind, sealed, forum, member_count, can_post,
             admin, slow_mode_seconds, migrated_to) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (account_id, chat_id) DO UPDATE SET position = excluded.position, present = 1,
             kind = excluded.kind, sealed = excluded.sealed, forum = excluded.forum,
             member_count = excluded.member_count, can_post = excluded.can_post, admin = excluded.admin,
             slow_mode_seconds = excluded.slow_mode_seconds, migrated_to = excluded.migrated_to`,
            accountId,
            id,
            position,
            chat.kind,
            seal(accountId, id, sealed),
            chat.forum ? 1 : 0,
            chat.memberCount,
            chat.canPost ? 1 : 0,
            chat.admin ? 1 : 0,
            chat.slowModeSeconds,
            chat.migratedTo,
          )
        })
        database.run('UPDATE account SET chats_refreshed_at = ? WHERE id = ?', now, accountId)
        read.clear()
      })
    },
  }
}
