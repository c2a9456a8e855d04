import type { Request, Response } from 'express'
import type {
  ADMIN_ROUTES,
  AdminAnswer,
  AdminBody,
  AdminParams,
  AdminQuery,
  AdminRouteName,
  Role,
} from '@autotele/shared'
import type { Act, Actor, Audit, Once, RunOnce, Session } from '../../admin/index.ts'
import { retryConflicts, type Database, type Tx } from '../../storage/database.ts'
import { ProblemError } from '../problems.ts'

/** Who calls: a person in a session, or a program with a person's token. */
export type Caller = {
  readonly administratorId: string
  readonly role: Role
  readonly session: Session | null
  readonly actor: Actor
}

export type Context<N extends AdminRouteName> = {
  readonly caller: (typeof ADMIN_ROUTES)[N]['access'] extends 'public' ? null : Caller
  readonly params: AdminParams<N>
  readonly query: AdminQuery<N>
  readonly body: AdminBody<N>
  /** When the route takes an idempotency key and one came. */
  readonly once: OnceOnly | undefined
  readonly request: Request
  readonly response: Response
}
/** What is done to one thing, and why. */
export type OnOne = {
  readonly caller: Caller
  readonly params: { readonly id: string }
  readonly body: { readonly reason: string }
}
export type OnceOnly = Once & { readonly onReplay: () => void }
export type Handler<N extends AdminRouteName> = (context: Context<N>) => Promise<AdminAnswer<N>>
/** One handler for each route of the table: a route without one does not compile. */
export type Handlers<N extends AdminRouteName = AdminRouteName> = { readonly [K in N]: Handler<K> }

type Outcome<T> = {
  readonly value: T
  readonly before?: Act['before']
  readonly after?: Act['after']
  /** When it is only known now. */
  readonly target?: string
}

/**
 * Does something and records it, in one transaction: neither is ever there without the other. `work` may throw the
 * problem to answer with; nothing is written then. With `once`, what was done before under its key is answered again.
 */
export const createChange =
  (options: { readonly db: Database; readonly audit: Audit; readonly runOnce: RunOnce }) =>
  <T>(
    actor: Actor,
    act: { readonly action: string; readonly target?: string; readonly reason: string },
    work: (tx: Tx) => Promise<Outcome<T>>,
    once?: OnceOnly,
  ): Promise<T> => {
    const { db, audit, runOnce } = options
    const perform = async (tx: Tx): Promise<T> => {
      const { value, before = {}, after = {}, target } = await work(tx)
      await audit.record(tx, actor, { ...act, target: target ?? act.target ?? '', before, after })
      return value
    }
    return retryConflicts(() =>
      db.$transaction(async tx => {
        if (!once) return await perform(tx)
        const outcome = await runOnce(tx, once, () => perform(tx))
        switch (outcome.kind) {
          case 'running':
            throw new ProblemError('IDEMPOTENCY_IN_PROGRESS', {}, 2)
          case 'reused':
            throw new ProblemError('IDEMPOTENCY_KEY_REUSED')
          case 'replayed':
            once.onReplay()
            return outcome.value
          case 'done':
            return outcome.value
        }
      }),
    )
  }
export type Change = ReturnType<typeof createChange>
