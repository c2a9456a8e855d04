import { z } from 'zod'
import type { AccountId, ErrorCode } from '../../contract/index.ts'
import type { Database, Row } from '../storage/database.ts'
import type { Me } from '../telegram/gateway.ts'
import type { Sealer } from '../vault/sealer.ts'

/** `restricted`: Telegram forbids it to act; `removed`: forgotten here, kept only for what it had planned. */
export type Standing = 'signed-in' | 'signed-out' | 'restricted' | 'removed'

const Person = z.object({ name: z.string(), username: z.string().nullable(), phone: z.string() })
type Person = z.infer<typeof Person>

export type Account = Person & {
  readonly id: AccountId
  readonly userId: string
  readonly premium: boolean
  readonly standing: Standing
  readonly lastError: ErrorCode | null
  /** Milliseconds since 1970: Telegram asked to be left alone until then. */
  readonly waitUntil: number | null
}

/** The rows of accounts; who they belong to is sealed. */
export function createAccountStore(database: Database, sealer: Sealer) {
  const toAccount = (row: Row): Account => ({
    id: row['id'] as AccountId,
    userId: String(row['tg_user_id']),
    ...Person.parse(JSON.parse(sealer.openText('account', String(row['id']), row['sealed'] as Uint8Array))),
    premium: row['premium'] === 1,
    standing: row['standing'] as Standing,
    lastError: row['last_error'] as ErrorCode | null,
    waitUntil: row['wait_until'] == null ? null : Number(row['wait_until']),
  })
  const seal = (id: string, { name, username, phone }: Person): Uint8Array =>
    sealer.sealText('account', id, JSON.stringify({ name, username, phone }))

  return {
    all: (): readonly Account[] =>
      database
        .all(`SELECT * FROM account WHERE standing <> 'removed' ORDER BY added_at, rowid`)
        .map(toAccount),
    byUser: (userId: string): Account | null => {
      const row = database.get('SELECT * FROM account WHERE tg_user_id = ?', userId)
      return row ? toAccount(row) : null
    },
    /** A new account, or one that came back. */
    signedIn: (id: AccountId, me: Me, now: number): void => {
      database.run(
        `INSERT INTO account (id, tg_user_id, sealed, premium, standing, added_at) VALUES (?, ?, ?, ?, 'signed-in', ?)
         ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, premium = excluded.premium, standing = 'signed-in',
         last_error = NULL`,
        id,
        me.userId,
        seal(id, me),
        me.premium ? 1 : 0,
        now,
      )
    },
    /** What Telegram tells of its owner changes: the name, the number, whether it pays for Premium. */
    setOwner: (id: AccountId, me: Me): void => {
      const [sealed, premium] = [seal(id, me), me.premium ? 1 : 0]
      database.run('UPDATE account SET sealed = ?, premium = ? WHERE id = ?', sealed, premium, id)
    },
    setStanding: (id: AccountId, standing: Standing, error: ErrorCode | null): void => {
      database.run('UPDATE account SET standing = ?, last_error = ? WHERE id = ?', standing, error, id)
    },
    setError: (id: AccountId, error: ErrorCode | null): void => {
      database.run('UPDATE account SET last_error = ? WHERE id = ?', error, id)
    },
    setWait: (id: AccountId, until: number): void => {
      database.run('UPDATE account SET wait_until = ? WHERE id = ?', Math.ceil(until), id)
    },
    /** A pause Telegram asked for is kept: removing an account and adding it again is no way around it. */
    forget: (id: AccountId): void => {
      const nobody = seal(id, { name: '', username: null, phone: '' })
      database.run(
        `UPDATE account SET standing = 'removed', sealed = ?, last_error = NULL, chats_refreshed_at = NULL WHERE id = ?`,
        nobody,
        id,
      )
    },
  }
}

export type AccountStore = ReturnType<typeof createAccountStore>
