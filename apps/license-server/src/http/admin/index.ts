import type { RequestHandler, Router } from 'express'
import {
  createAdministrators,
  createApiTokens,
  createAudit,
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
import { licenseHandlers } from './license-handlers.ts'
import { adminRoutes } from './router.ts'

/** Everything under `/admin/v1`. */
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
  const change = createChange({ db, audit })
  const secure = environment === 'live' || (adminUrl ?? publicUrl).startsWith('https:')
  const cookie = createCookie(secure)
  return adminRoutes({
    admit: createGuard({ sessions, tokens, administrators, cookie }),
    handlers: {
      ...accountHandlers({ db, clock, administrators, sessions, tokens, cookie, change }),
      ...licenseHandlers({ db, clock, lists, acts, attention, change }),
      ...billingHandlers({ db, clock, lists, audit, attention, keys, wake, change }),
    },
    limit,
    host: adminUrl === undefined ? undefined : new URL(adminUrl).host,
    publicUrl: adminUrl ?? publicUrl,
  })
}
