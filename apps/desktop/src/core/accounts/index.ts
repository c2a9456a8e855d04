import type { AccountId, SignInStep } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import { createSealedRecords } from '../vault/index.ts'
import { createAdoption } from './adopt.ts'
import { createConnections } from './connections.ts'
import { createRegistry } from './registry.ts'
import { createRestrictionCheck } from './restriction.ts'
import { createSessions } from './sessions.ts'
import { createSignIn, type SignedInAccount } from './sign-in/index.ts'
import { createAccountStore } from './store.ts'
import { createTroubles } from './troubles.ts'
import type { Accounts, AccountsDeps } from './types.ts'

export { createRemoval } from './removal.ts'
export type { AccountChange, Accounts, AccountsDeps } from './types.ts'

const LOG_OUT_TIMEOUT_MS = 8000

/** The Telegram accounts of this installation: signing in, staying connected, being removed. */
export function createAccounts(deps: AccountsDeps): Accounts {
  const { clock, timers, random, log } = deps
  const store = createAccountStore(deps.database, deps.sealer)
  const sessions = createSessions(deps.sessionsFolder, deps.sealer)
  const troubles = createTroubles(createSealedRecords(deps.database, deps.sealer, log))
  const registry = createRegistry(store, clock, deps.emit)
  const connections = createConnections(deps, registry, sessions, troubles)
  const checkAgain = createRestrictionCheck(clock, registry, connections)
  const { known, tell, update } = registry
  const signedIn = () => registry.all().filter(({ standing }) => standing === 'signed-in')

  const keep = async ({ me, session, ...connected }: SignedInAccount): Promise<SignInStep> => {
    const before = store.byUser(me.userId)
    if (before?.standing === 'signed-in') throw new CallFailure('telegram/account-already-added')
    const accountId = before?.id ?? (Buffer.from(random.bytes(12)).toString('hex') as AccountId)
    // An account that is shown can be connected again after any crash.
    await sessions.write(accountId, session)
    await registry.lines.get(accountId)?.close()
    update(accountId, () => store.signedIn(accountId, me, clock.now()))
    connections.adopt(accountId, { session, ...connected })
    tell({ kind: 'added', accountId })
    return { step: 'done', account: registry.view(accountId) }
  }

  const remove = async (accountId: AccountId): Promise<void> => {
    known(accountId)
    tell({ kind: 'removing', accountId })
    const connection = registry.lines.get(accountId)?.connection()
    if (connection) {
      let cancel = (): void => undefined
      const limit = new Promise(resolve => {
        cancel = timers.after(LOG_OUT_TIMEOUT_MS, () => resolve(null))
      })
      await Promise.race([connection.logOut(), limit]).finally(() => cancel())
    }
    await connections.forget(accountId)
    await sessions.remove(accountId)
    troubles.keep(accountId, null)
    update(accountId, () => store.forget(accountId))
  }

  const signIn = createSignIn({
    clock,
    timers,
    random,
    log,
    dial: (session, onSession, onHint) =>
      connections.dial({ purpose: 'sign-in', session, onSession, onHint }),
    signedInUsers: () => signedIn().map(({ userId }) => userId),
    isAdded: phone => signedIn().some(account => account.phone === phone),
    keep,
  })

  return {
    ...createAdoption({ clock, sessions, signedIn, dial: connections.dial, keep }),
    handlers: {
      ...signIn.handlers,
      'accounts.list': registry.views,
      'accounts.reconnect': async ({ accountId }) => {
        await connections.reconnect(known(accountId).id)
        return registry.view(accountId)
      },
      'accounts.checkAgain': ({ accountId }) => checkAgain(accountId),
      'accounts.remove': async ({ accountId }) => {
        await remove(accountId)
        return {}
      },
    },
    start: async () => {
      registry.open()
      await connections.start()
    },
    stop: async () => {
      registry.close()
      connections.stopWaiting()
      await signIn.stop()
      await connections.stop()
      registry.clear()
    },
    resume: connections.resume,
    ids: () => registry.all().map(({ id }) => id),
    views: registry.views,
    sessionState: accountId =>
      sessions.read(accountId).then(
        session => (session === null ? 'missing' : 'ok'),
        () => 'damaged',
      ),
    line: connections.connection,
    obstacle: connections.obstacle,
    learn: (accountId, me) => {
      if (known(accountId).userId === me.userId) update(accountId, () => store.setOwner(accountId, me))
    },
    report: connections.report,
    serverNow: connections.serverNow,
    userId: accountId => known(accountId).userId,
    nameOf: accountId => known(accountId).name,
    isPremium: accountId => registry.find(accountId)?.premium ?? false,
    watch: registry.watch,
  }
}
