import { Router, type RequestHandler } from 'express'
import {
  createAdministrators,
  createApiTokens,
  createAudit,
  createIdempotency,
  createLicenseActs,
  createLists,
  createPasswords,
  createSessions,
} from '../../admin/index.ts'
import type { AttentionQueue } from '../../billing/index.ts'
import type { Clock } from '../../clock.ts'
import type { Sealing } from '../../config/sealing.ts'
import type { KeyRing } from '../../licensing/index.ts'
import type { Database } from '../../storage/database.ts'
import { accountHandlers } from './account-handlers.ts'
import { billingHandlers } from './billing-handlers.ts'
import { createChange } from './context.ts'
import { createCookie, createGuard } from './guard.ts'
import { consoleRoutes, findConsole } from './console.ts'
import { licenseHandlers } from './license-handlers.ts'
import { adminRoutes } from './router.ts'

/** Everything under `/admin`: the API, and the console where it was built. */
export function createAdminRoutes(options: {
  readonly db: Database
  readonly clock: Clock
  readonly pepper: Uint8Array
  readonly sealing: Sealing
  readonly environment: 'live' | 'test'
  readonly publicUrl: string
  /** Base URL of the console's own host name, when it has one. */
  readonly adminUrl: string | undefined
  readonly attention: AttentionQueue
  readonly keys: KeyRing
  readonly wake: () => void
  readonly limit: RequestHandler
  readonly notice: (text: string) => void
  /** Of a password hash, where there is nothing to protect. */
  readonly passwordCost: { readonly memory: number; readonly passes: number } | undefined
}): Router {
  const { db, clock, pepper, sealing, environment, publicUrl, adminUrl } = options
  const { attention, keys, wake, limit } = options
  const administrators = createAdministrators({
    ...{ db, clock, pepper, sealing },
    passwords: createPasswords(options.passwordCost),
  })
  const sessions = createSessions({ db, clock })
  const tokens = createApiTokens({ db, clock, pepper, environment })
  const audit = createAudit({ pepper, clock })
  const lists = createLists({ db, clock })
  const acts = createLicenseActs({ clock, pepper })
  const change = createChange({ db, audit, runOnce: createIdempotency({ clock, pepper }) })
  const secure = environment === 'live' || (adminUrl ?? publicUrl).startsWith('https:')
  const cookie = createCookie(secure)
  const host = adminUrl === undefined ? undefined : new URL(adminUrl).host
  const console = findConsole()
  const api = adminRoutes({
    admit: createGuard({ sessions, tokens, administrators, cookie }),
    handlers: {
      ...accountHandlers({ db, clock, pepper, administrators, sessions, tokens, cookie, change }),
      ...licenseHandlers({ db, clock, lists, acts, attention, change }),
      ...billingHandlers({ db, clock, lists, audit, attention, keys, wake, change }),
    },
    limit,
    host,
    publicUrl: adminUrl ?? publicUrl,
  })
  if (console === undefined) {
    options.notice('the administration console is not built: /admin/ has nothing to show, the API goes on')
    return api
  }
  return Router().use(api, consoleRoutes(console, host))
}
