import type { z } from 'zod'
import {
  roleSchema,
  scopeSchema,
  type AdminRouteName,
  type administratorSchema,
  type apiTokenSchema,
  type sessionSchema,
} from '@autotele/shared'
import {
  createAttempts,
  iso,
  isoOrNull,
  type Administrators,
  type ApiTokens,
  type Session,
  type Sessions,
} from '../../admin/index.ts'
import { toDate, toIso, type Clock } from '../../clock.ts'
import type { Database } from '../../storage/database.ts'
import type { Administrator, ApiToken } from '../../storage/generated/client.ts'
import { networkOf } from '../networks.ts'
import { ProblemError } from '../problems.ts'
import type { Caller, Change, Handlers } from './context.ts'
import { addressOf, requestIdOf, type Cookie } from './guard.ts'

const WINDOW_SECONDS = 15 * 60
/** Of one account from one network, and of one network whatever the account. */
const PER_ACCOUNT = 5
const PER_NETWORK = 30

type AccountRoute = Extract<
  AdminRouteName,
  | 'signIn'
  | 'readSession'
  | 'signOut'
  | 'stepUp'
  | 'readEnrolment'
  | 'finishEnrolment'
  | 'listSessions'
  | 'endSession'
  | 'changePassword'
  | 'renewRecoveryCodes'
  | 'listAdministrators'
  | 'inviteAdministrator'
  | 'changeAdministrator'
  | 'listTokens'
  | 'createToken'
  | 'revokeToken'
>

const toAdministrator = (row: Administrator): z.infer<typeof administratorSchema> => ({
  id: row.id,
  email: row.email,
  role: roleSchema.parse(row.role),
  createdAt: iso(row.createdAt),
  enrolled: row.passwordHash !== null,
  disabled: row.disabledAt !== null,
})

const toToken = (row: ApiToken & { administrator: Administrator }): z.infer<typeof apiTokenSchema> => ({
  id: row.id,
  name: row.name,
  owner: row.administrator.email,
  scopes: row.scopes.flatMap(scope => scopeSchema.safeParse(scope).data ?? []),
  createdAt: iso(row.createdAt),
  expiresAt: iso(row.expiresAt),
  lastUsedAt: isoOrNull(row.lastUsedAt),
  revokedAt: isoOrNull(row.revokedAt),
})

export const listAdministrators = async (db: Database) => ({
  data: (await db.administrator.findMany({ orderBy: { createdAt: 'asc' } })).map(toAdministrator),
})
export const listTokens = async (db: Database) => ({
  data: (
    await db.apiToken.findMany({ orderBy: { createdAt: 'desc' }, include: { administrator: true } })
  ).map(toToken),
})

/** People, their sessions and their tokens. */
export function accountHandlers(options: {
  readonly db: Database
  readonly clock: Clock
  readonly pepper: Uint8Array
  readonly administrators: Administrators
  readonly sessions: Sessions
  readonly tokens: ApiTokens
  readonly cookie: Cookie
  readonly change: Change
}): Handlers<AccountRoute> {
  const { db, clock, pepper, administrators, sessions, tokens, cookie, change } = options
  const window = { db, clock, pepper, windowSeconds: WINDOW_SECONDS }
  const perAccount = createAttempts({ ...window, limit: PER_ACCOUNT })
  const perNetwork = createAttempts({ ...window, limit: PER_NETWORK })

  const take = async (attempts: typeof perAccount, name: string) => {
    const wait = await attempts.take(name)
    if (wait !== undefined) throw new ProblemError('RATE_LIMITED', {}, wait)
  }
  /** Only people get so far: these routes have no scope. */
  const sessionOf = ({ session }: Caller): Session => {
    if (!session) throw new ProblemError('FORBIDDEN')
    return session
  }
  const describe = (session: Session): z.infer<typeof sessionSchema> => {
    const { administrator } = session
    const confirmed = sessions.confirmedUntil(session)
    return {
      id: session.id,
      email: administrator.email,
      role: administrators.role(administrator),
      idleEnds: toIso(sessions.idleEnds(session)),
      ends: toIso(sessions.ends(session)),
      confirmedUntil: confirmed && toIso(confirmed),
      recoveryCodesLeft: administrator.recoveryHashes.length,
    }
  }

  return {
    async signIn({ body: { email, password, code }, request, response }) {
      const network = networkOf(addressOf(request), { v4: 32, v6: 64 })
      const name = `${network} ${email}`
      await take(perNetwork, network)
      await take(perAccount, name)
      const found = await administrators.authenticate(email, password, code)
      if (!found) throw new ProblemError('SIGN_IN_FAILED')
      await perAccount.clear(name)
      await perNetwork.forgive(network)
      const from = { address: addressOf(request), userAgent: request.get('user-agent') ?? '' }
      const { address } = from
      const actor = { id: found.id, tokenId: null, address, requestId: requestIdOf(response) }
      const act = { action: 'session.open', reason: 'signed in' }
      const opened = await change(actor, act, async tx => {
        const value = await sessions.open(tx, found.id, from)
        return { value, target: value.session.id }
      })
      cookie.set(response, opened)
      return describe(opened.session)
    },
    readSession: async ({ caller }) => describe(sessionOf(caller)),
    async signOut({ caller, response }) {
      await sessions.end(db, caller.administratorId, { id: sessionOf(caller).id })
      cookie.clear(response)
      return undefined
    },
    async stepUp({ caller, body, response }) {
      const { id, administratorId } = sessionOf(caller)
      await take(perAccount, `step-up ${administratorId}`)
      const opened = await db.$transaction(async tx => {
        const row = await tx.administrator.findUniqueOrThrow({ where: { id: administratorId } })
        return (await administrators.useTotp(tx, row, body.code)) ? await sessions.confirm(tx, id) : null
      })
      if (!opened) throw new ProblemError('SIGN_IN_FAILED')
      await perAccount.clear(`step-up ${administratorId}`)
      cookie.set(response, opened)
      return describe(opened.session)
    },
    async readEnrolment({ body, request }) {
      const network = networkOf(addressOf(request), { v4: 32, v6: 64 })
      await take(perNetwork, network)
      const found = await administrators.readEnrolment(body.secret)
      if (!found) throw new ProblemError('NOT_FOUND')
      await perNetwork.forgive(network)
      return found
    },
    async finishEnrolment({ body, request }) {
      const network = networkOf(addressOf(request), { v4: 32, v6: 64 })
      await take(perNetwork, network)
      const recoveryCodes = await administrators.finishEnrolment(body.secret, body.password, body.code)
      if (!recoveryCodes) throw new ProblemError('SIGN_IN_FAILED')
      await perNetwork.forgive(network)
      return { recoveryCodes }
    },
    async listSessions({ caller }) {
      const current = sessionOf(caller).id
      const list = await sessions.list(caller.administratorId)
      return {
        data: list.map(({ id, createdAt, lastSeenAt, address, userAgent }) => ({
          ...{ id, address, userAgent },
          createdAt: iso(createdAt),
          lastSeenAt: iso(lastSeenAt),
          current: id === current,
        })),
      }
    },
    async endSession({ caller, params: { id } }) {
      sessionOf(caller)
      if ((await sessions.end(db, caller.administratorId, { id })) === 0) throw new ProblemError('NOT_FOUND')
      return undefined
    },
    async changePassword({ caller, body }) {
      const { id, administrator } = sessionOf(caller)
      await take(perAccount, `password ${administrator.id}`)
      const act = { action: 'account.password', target: administrator.id, reason: 'changed by its owner' }
      await change(caller.actor, act, async tx => {
        if (!(await administrators.changePassword(tx, administrator, body.current, body.next))) {
          throw new ProblemError('SIGN_IN_FAILED')
        }
        return { value: await sessions.end(tx, administrator.id, { allBut: id }) }
      })
      return undefined
    },
    async renewRecoveryCodes({ caller }) {
      const { administratorId } = sessionOf(caller)
      const act = {
        action: 'account.recovery_codes',
        target: administratorId,
        reason: 'renewed by their owner',
      }
      const recoveryCodes = await change(caller.actor, act, async tx => ({
        value: await administrators.renewRecoveryCodes(tx, administratorId),
      }))
      return { recoveryCodes }
    },

    listAdministrators: () => listAdministrators(db),
    async inviteAdministrator({ caller, body: { email, role, reason } }) {
      const invited = await change(caller.actor, { action: 'administrator.invite', reason }, async tx => {
        if ((await tx.administrator.count({ where: { email } })) > 0) throw new ProblemError('CONFLICT')
        const value = await administrators.invite(tx, email, role)
        return { value, target: value.administrator.id, after: { email, role } }
      })
      const { administrator, enrolmentSecret, ends } = invited
      return { administrator: toAdministrator(administrator), enrolmentSecret, ends: iso(ends) }
    },
    async changeAdministrator({ caller, params: { id }, body: { role, disabled, reason } }) {
      const act = { action: 'administrator.change', target: id, reason }
      const row = await change(caller.actor, act, async tx => {
        // Two owners who shut each other out at once: the second finds itself the last.
        await tx.$executeRaw`SELECT 1 FROM administrators WHERE role = 'owner' ORDER BY id FOR UPDATE`
        const found = await tx.administrator.findUnique({ where: { id } })
        if (!found) throw new ProblemError('NOT_FOUND')
        const disabledAt =
          disabled === undefined ? found.disabledAt : disabled ? (found.disabledAt ?? toDate(clock())) : null
        const value = await tx.administrator.update({
          where: { id },
          data: { role: role ?? found.role, disabledAt },
        })
        const owners = { role: 'owner', disabledAt: null, passwordHash: { not: null } }
        if ((await tx.administrator.count({ where: owners })) === 0) {
          throw new ProblemError('CONFLICT', { detail: 'The last owner stays one.' })
        }
        await tx.adminSession.deleteMany({ where: { administratorId: id } })
        const state = (one: Administrator) => ({ role: one.role, disabled: one.disabledAt !== null })
        return { value, before: state(found), after: state(value) }
      })
      return toAdministrator(row)
    },

    listTokens: () => listTokens(db),
    async createToken({ caller, body: { name, scopes, days, reason } }) {
      const created = await change(caller.actor, { action: 'token.create', reason }, async tx => {
        const value = await tokens.create(tx, caller.administratorId, { name, scopes, days })
        return { value, target: value.row.id, after: { name, scopes, days } }
      })
      const { administrator } = sessionOf(caller)
      return { token: created.token, ...toToken({ ...created.row, administrator }) }
    },
    async revokeToken({ caller, params: { id }, body: { reason } }) {
      const act = { action: 'token.revoke', target: id, reason }
      return await change(caller.actor, act, async tx => {
        const found = await tx.apiToken.findUnique({ where: { id } })
        if (!found) throw new ProblemError('NOT_FOUND')
        if (found.revokedAt) throw new ProblemError('CONFLICT')
        const row = await tx.apiToken.update({
          where: { id },
          data: { revokedAt: toDate(clock()) },
          include: { administrator: true },
        })
        return { value: toToken(row) }
      })
    },
  }
}
