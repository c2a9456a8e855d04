import { SUPPORT_MAX_DAYS, type AdminRouteName } from '@autotele/shared'
import {
  describeAudit,
  toCheckout,
  toDevice,
  toEvent,
  toLedger,
  toLicense,
  withSeats,
  type LicenseActs,
  type Lists,
} from '../../admin/index.ts'
import type { AttentionQueue } from '../../billing/index.ts'
import type { Clock } from '../../clock.ts'
import type { Database, Tx } from '../../storage/database.ts'
import type { License } from '../../storage/generated/client.ts'
import { ProblemError } from '../problems.ts'
import { describeAttention } from './billing-handlers.ts'
import type { Caller, Change, Handlers, OnOne } from './context.ts'

/** Rows of each kind that the page of one licence shows. */
const STORY_ROWS = 200

type LicenseRoute = Extract<
  AdminRouteName,
  | 'listLicenses'
  | 'readLicense'
  | 'issueLicense'
  | 'extendLicense'
  | 'extendTrial'
  | 'suspendLicense'
  | 'reinstateLicense'
  | 'revokeLicense'
  | 'changeLicenses'
  | 'renewKey'
  | 'releaseDevice'
  | 'listDevices'
  | 'listTrials'
>
const HOLDS = { suspend: 'suspended', reinstate: 'none', revoke: 'revoked' } as const

/** Licences and the devices on them. */
export function licenseHandlers(options: {
  readonly db: Database
  readonly clock: Clock
  readonly lists: Lists
  readonly acts: LicenseActs
  readonly attention: AttentionQueue
  readonly change: Change
}): Handlers<LicenseRoute> {
  const { db, clock, lists, acts, attention, change } = options
  const describe = toLicense(clock)

  const summary = async (tx: Tx, id: string) =>
    describe(await tx.license.findUniqueOrThrow({ where: { id }, include: withSeats }))
  const facts = ({ hold, paidThrough, seats }: License) => ({
    hold,
    paidThrough: paidThrough && paidThrough.toISOString(),
    seats,
  })
  async function find(tx: Tx, id: string): Promise<License> {
    const license = await acts.find(tx, id)
    if (!license) throw new ProblemError('NOT_FOUND')
    return license
  }
  /** `support` may be generous, not boundless. */
  function limitDays({ role }: Caller, days: number): void {
    if (role === 'support' && days > SUPPORT_MAX_DAYS) {
      throw new ProblemError('FORBIDDEN', { detail: `At most ${String(SUPPORT_MAX_DAYS)} days.` })
    }
  }
  const hold =
    (verb: keyof typeof HOLDS) =>
    async ({ caller, params: { id }, body: { reason } }: OnOne) =>
      await change(caller.actor, { action: `license.${verb}`, target: id, reason }, async tx => {
        const before = await find(tx, id)
        // Who may not revoke may not undo it either.
        if (before.hold === 'revoked' && caller.role !== 'owner') {
          throw new ProblemError('FORBIDDEN', { detail: 'Only an owner lifts a revocation.' })
        }
        // What was revoked is not softened by suspending it.
        const after =
          verb === 'suspend' && before.hold === 'revoked' ? null : await acts.hold(tx, before, HOLDS[verb])
        if (!after) throw new ProblemError('CONFLICT', { detail: `The license is ${before.hold} already.` })
        return { value: await summary(tx, id), before: facts(before), after: facts(after) }
      })

  return {
    listLicenses: ({ query }) => lists.licenses(query),

    async readLicense({ params: { id } }) {
      const row = await db.license.findUnique({ where: { id }, include: withSeats })
      if (!row) throw new ProblemError('NOT_FOUND')
      const newest = { orderBy: { id: 'desc' }, take: STORY_ROWS } as const
      const ledger = await db.ledgerEntry.findMany({ where: { licenseId: id }, ...newest })
      const devices = await db.device.findMany({
        where: { OR: [{ licenseId: id }, { seats: { some: { licenseId: id } } }] },
        orderBy: { lastSeenAt: 'desc' },
        take: STORY_ROWS,
        include: { seats: { where: { licenseId: id, releasedAt: null } } },
      })
      const checkouts = await db.checkout.findMany({
        where: { licenseId: id },
        orderBy: { createdAt: 'desc' },
        take: STORY_ROWS,
      })
      const invoiceIds = checkouts.flatMap(checkout => checkout.invoiceId ?? [])
      const deliveries = await db.inboxEvent.findMany({
        where: { invoiceId: { in: invoiceIds } },
        ...newest,
        omit: { body: true },
      })
      const audit = await db.auditEntry.findMany({ where: { target: id }, ...newest })
      const items = await attention.listAttention(true, { licenseId: id })
      return {
        license: describe(row),
        ledger: ledger.map(toLedger),
        devices: devices.map(toDevice),
        checkouts: checkouts.map(toCheckout),
        deliveries: deliveries.map(toEvent),
        attention: await describeAttention(db, items),
        audit: await describeAudit(db, audit),
      }
    },

    async issueLicense({ caller, body: { days, seats, reason }, once }) {
      limitDays(caller, days)
      const issue = async (tx: Tx) => {
        const { license, licenseKey } = await acts.issue(tx, { days, seats })
        const value = { license: await summary(tx, license.id), licenseKey }
        return { value, target: license.id, after: { ...facts(license), days } }
      }
      return await change(caller.actor, { action: 'license.issue', reason }, issue, once)
    },
    async extendLicense({ caller, params: { id }, body: { days, reason }, once }) {
      limitDays(caller, days)
      const extend = async (tx: Tx) => {
        const before = await find(tx, id)
        const after = await acts.extend(tx, before, days)
        return { value: await summary(tx, id), before: facts(before), after: { ...facts(after), days } }
      }
      return await change(caller.actor, { action: 'license.extend', target: id, reason }, extend, once)
    },
    async extendTrial({ caller, params: { id }, body: { days, reason }, once }) {
      limitDays(caller, days)
      const extend = async (tx: Tx) => {
        const before = await find(tx, id)
        const after = await acts.extendTrial(tx, before, days)
        if (!after)
          throw new ProblemError('CONFLICT', {
            detail: 'Only a trial that nothing was paid for runs longer.',
          })
        const trial = ({ trialEnd }: License) => ({ trialEnd: trialEnd && trialEnd.toISOString() })
        return { value: await summary(tx, id), before: trial(before), after: { ...trial(after), days } }
      }
      return await change(caller.actor, { action: 'license.extend_trial', target: id, reason }, extend, once)
    },
    suspendLicense: hold('suspend'),
    reinstateLicense: hold('reinstate'),
    revokeLicense: hold('revoke'),
    async changeLicenses({ caller, body: { ids, action, reason } }) {
      const changed: string[] = []
      const unchanged: string[] = []
      // Each is an act of its own, with its own row; what one licence forbids does not stop the others.
      for (const id of new Set(ids)) {
        try {
          await hold(action)({ caller, params: { id }, body: { reason } })
          changed.push(id)
        } catch (error) {
          if (!(error instanceof ProblemError)) throw error
          unchanged.push(id)
        }
      }
      return { changed, unchanged }
    },
    async renewKey({ caller, params: { id }, body: { reason } }) {
      return await change(caller.actor, { action: 'license.key', target: id, reason }, async tx => {
        const before = await find(tx, id)
        const renewed = await acts.renewKey(tx, before)
        if (!renewed)
          throw new ProblemError('CONFLICT', { detail: 'A license has a key from its first payment on.' })
        const { license, licenseKey } = renewed
        return {
          value: { license: await summary(tx, id), licenseKey },
          before: { keyTail: before.keyTail },
          after: { keyTail: license.keyTail },
        }
      })
    },
    async releaseDevice({ caller, params: { id, deviceId }, body: { reason } }) {
      return await change(caller.actor, { action: 'device.release', target: id, reason }, async tx => {
        if (!(await acts.releaseDevice(tx, id, deviceId))) throw new ProblemError('NOT_FOUND')
        return { value: undefined, before: { deviceId } }
      })
    },

    listDevices: ({ query }) => lists.devices(query),
    listTrials: ({ query }) => lists.trials(query),
  }
}
