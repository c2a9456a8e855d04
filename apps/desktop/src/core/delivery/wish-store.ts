import { z } from 'zod'
import { MediaKind, TextEntity, type ErrorCode } from '../../contract/index.ts'
import type { Database, Row } from '../storage/database.ts'
import type { Sealer } from '../vault/sealer.ts'
import type { Wish, WishKind, WishStage } from './wish.ts'

/** `own` replaces the plan's text, `wished` is the wish's, `theirs` what another device made of it. */
export type ContentRole = 'own' | 'wished' | 'theirs'

/** Earlier versions wrote only whether there was something. */
const Seen = z.union([
  z.array(z.enum([...MediaKind.options, 'other'])).readonly(),
  z.boolean().transform(some => (some ? (['other'] as const) : [])),
])

const OtherContent = z.object({
  text: z.string(),
  entities: z.array(TextEntity).readonly(),
  linkPreview: z.boolean(),
  media: Seen,
  /** Telegram's numbers of the files it carries, or is to carry. */
  files: z.array(z.string()).readonly().nullable().default(null),
  /** Of what another device made, and was accepted: its files are not the plan's. */
  foreign: z.boolean().default(false),
  /** Of a wish that puts files back: the places where that is done. Null where files stay as they are. */
  restored: z.array(z.number().int()).readonly().nullable().default(null),
})
/** `media`: what its messages carry, as Telegram shows it. */
export type OtherContent = z.infer<typeof OtherContent>
export type NewContent = z.input<typeof OtherContent>

/** Are the files that its messages carry those of its plan, which are in the profile? */
export const holdsFiles = (
  content: Pick<OtherContent, 'media' | 'foreign'> & {
    readonly files: readonly { readonly kind: MediaKind }[]
  },
): boolean => !content.foreign && content.files.map(({ kind }) => kind).join() === content.media.join()

/** Of which delivery: its row and its id. */
export type Of = { readonly seq: number; readonly id: string; readonly accountId: string }

/** Wishes and the texts that belong to one delivery alone. */
export function createWishStore(database: Database, sealer: Sealer) {
  const content = ({ seq, id }: Pick<Of, 'seq' | 'id'>, role: ContentRole): OtherContent | null => {
    const row = database.get('SELECT sealed FROM delivery_content WHERE seq = ? AND role = ?', seq, role)
    if (!row) return null
    return OtherContent.parse(
      JSON.parse(sealer.openText(`delivery-${role}`, id, row['sealed'] as Uint8Array)),
    )
  }

  const setContent = ({ seq, id }: Of, role: ContentRole, to: NewContent | null): void => {
    if (to === null) {
      database.run('DELETE FROM delivery_content WHERE seq = ? AND role = ?', seq, role)
      return
    }
    database.run(
      `INSERT INTO delivery_content (seq, role, sealed) VALUES (?, ?, ?)
       ON CONFLICT (seq, role) DO UPDATE SET sealed = excluded.sealed`,
      seq,
      role,
      sealer.sealText(`delivery-${role}`, id, JSON.stringify(OtherContent.parse(to))),
    )
  }

  return {
    content,
    setContent,

    /** What the message carries in Telegram's queue while it is ours; null when that is not known. */
    filesOf: (seq: number): readonly string[] | null => {
      const row = database.get('SELECT ids FROM delivery_files WHERE seq = ?', seq)
      return row ? (JSON.parse(String(row['ids'])) as string[]) : null
    },
    setFiles: ({ seq }: Pick<Of, 'seq'>, ids: readonly string[] | null): void => {
      if (ids === null) database.run('DELETE FROM delivery_files WHERE seq = ?', seq)
      else
        database.run(
          `INSERT INTO delivery_files (seq, ids) VALUES (?, ?)
           ON CONFLICT (seq) DO UPDATE SET ids = excluded.ids`,
          ...[seq, JSON.stringify(ids)],
        )
    },

    one: (seq: number): Wish | null => {
      const row = database.get('SELECT * FROM wish WHERE seq = ?', seq)
      return row ? toWish(row) : null
    },
    save: ({ seq, accountId }: Of, wish: Wish): void => {
      database.run(
        `INSERT INTO wish (seq, account_id, kind, stage, moved_to, not_before, attempt, error)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (seq) DO UPDATE SET kind = excluded.kind, stage = excluded.stage, moved_to = excluded.moved_to,
         not_before = excluded.not_before, attempt = excluded.attempt, error = excluded.error`,
        seq,
        accountId,
        wish.kind,
        wish.stage,
        wish.at,
        Math.ceil(wish.notBefore),
        wish.attempt,
        wish.error,
      )
    },
    drop: (of: Of): void => {
      database.run('DELETE FROM wish WHERE seq = ?', of.seq)
      setContent(of, 'wished', null)
    },
    /** The rows that have a wish in one of these stages whose time has come, the oldest first. */
    ready: (accountId: string, stages: readonly WishStage[], now: number): readonly number[] =>
      database
        .all(
          `SELECT seq FROM wish WHERE account_id = ? AND stage <> 'refused' AND not_before <= ?
           AND stage IN (${stages.map(() => '?').join(', ')}) ORDER BY not_before, seq LIMIT 500`,
          accountId,
          now,
          ...stages,
        )
        .map(row => Number(row['seq'])),
    nextReady: (accountId: string, now: number): number | null => {
      const row = database.get(
        `SELECT min(not_before) AS next FROM wish WHERE account_id = ? AND stage <> 'refused' AND not_before > ?`,
        accountId,
        now,
      )
      return row?.['next'] == null ? null : Number(row['next'])
    },
    /** What could still be taken back when the program ended was not carried out, and is not any more. */
    forgetHeld: (accountId: string): number =>
      database.run(`DELETE FROM wish WHERE account_id = ? AND stage = 'held'`, accountId),
    /** The program ends in good order: what nobody took back is to be done, at the next start if need be. */
    letGoHeld: (): void => {
      database.run(`UPDATE wish SET stage = 'due', not_before = 0 WHERE stage = 'held'`)
    },
    forgetAll: (accountId: string): void => {
      database.run('DELETE FROM wish WHERE account_id = ?', accountId)
    },

    setOthers: (accountId: string, chatId: string, others: number, now: number): void => {
      database.run(
        `INSERT INTO chat_queue (account_id, chat_id, others, read_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (account_id, chat_id) DO UPDATE SET others = excluded.others, read_at = excluded.read_at`,
        accountId,
        chatId,
        others,
        Math.floor(now),
      )
    },
    others: (accountId: string, chatId: string): number =>
      Number(
        database.get(
          'SELECT others FROM chat_queue WHERE account_id = ? AND chat_id = ?',
          accountId,
          chatId,
        )?.['others'] ?? 0,
      ),
  }
}

const toWish = (row: Row): Wish => ({
  kind: row['kind'] as WishKind,
  stage: row['stage'] as WishStage,
  at: row['moved_to'] == null ? null : Number(row['moved_to']),
  notBefore: Number(row['not_before']),
  attempt: Number(row['attempt']),
  error: row['error'] as ErrorCode | null,
})
