import { roleSchema } from '@autotele/shared'
import { createAdministrators, createAudit, createPasswords } from '../admin/index.ts'
import {
  createAttention,
  createBtcpay,
  createReconcile,
  createRefundWatch,
  createSettle,
} from '../billing/index.ts'
import { systemClock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import { resolveSecrets } from '../config/secrets.ts'
import type { Database } from '../storage/database.ts'
import { fail, HOST, required, withDatabase, type Environment, type Invocation } from './environment.ts'

const clock = systemClock

/** `admin:create`: a new administrator, or with `--reset` one who lost password or authenticator. */
export async function adminCreate(invocation: Invocation): Promise<unknown> {
  const email = required(invocation, 'email').toLowerCase()
  const { options, env, say } = invocation
  const role = roleSchema.safeParse(options['role'] ?? 'owner').data
  if (!role) return fail('--role is owner, support, finance or read-only')
  if (!/^[^@\s]+@[^@\s]+$/.test(email)) return fail('--email is no address')
  return await withDatabase(env, async (db, config) => {
    const { pepper, sealing } = await resolveSecrets(config, say)
    const audit = createAudit({ pepper, clock })
    const administrators = createAdministrators({
      ...{ db, clock, pepper, sealing },
      passwords: createPasswords(),
    })
    const known = await db.administrator.findUnique({ where: { email } })
    // Who never enrolled has nothing to lose: a new link takes the place of the one that was not used in time.
    if (known?.passwordHash != null && !options['reset'])
      return fail(`${email} is known already: --reset to enrol anew`)
    if (!known && options['reset']) return fail(`${email} is not known`)
    const { enrolmentSecret, ends, administrator } = await db.$transaction(async tx => {
      const invited = known
        ? await administrators.reset(tx, known.id)
        : await administrators.invite(tx, email, role)
      const action = known ? 'administrator.reset' : 'administrator.invite'
      const target = invited.administrator.id
      const reason = 'on the host'
      await audit.record(tx, HOST, {
        action,
        target,
        reason,
        after: { email, role: invited.administrator.role },
      })
      return invited
    })
    const base = config.adminUrl ?? config.publicUrl ?? `http://127.0.0.1:${String(config.port)}`
    // After the hash: browsers do not send it, so the secret is in no server's log.
    const link = `${base}/admin/#/enrol/${enrolmentSecret}`
    say(
      `Within 15 minutes ${email} (${administrator.role}) opens:\n\n  ${link}\n\nor enrols with the secret ${enrolmentSecret}`,
    )
    return { id: administrator.id, email, role: administrator.role, link, enrolmentSecret, ends }
  })
}

/** `audit:verify`: computes the whole chain again. */
export async function auditVerify({ options, env, say }: Invocation): Promise<unknown> {
  return await withDatabase(env, async (db, config) => {
    const { pepper } = await resolveSecrets(config, say)
    const head = options['head']
    const report = await createAudit({ pepper, clock }).verify(
      db,
      typeof head === 'string' ? head : undefined,
    )
    if (report.ok)
      say(`${String(report.rows)} rows, none altered. Keep the head elsewhere: ${report.head ?? 'none'}`)
    else if (report.brokenAt === 'end') say('The row of that head is gone: the end was cut off.')
    else say(`Row ${report.brokenAt ?? ''} or one before it was altered, removed or slipped in.`)
    if (!report.ok) process.exitCode = 1
    return report
  })
}

function settling(db: Database, config: Config) {
  if (!config.btcpay) return fail('AUTOTELE_BTCPAY_URL, _API_KEY and _STORE_ID are not set')
  const { latePayments, reconcileSeconds } = config
  const btcpay = createBtcpay(config.btcpay)
  return createSettle({ db, clock, btcpay, latePayments, reconcileSeconds })
}

/** `reconcile`: reads every invoice that is due, now; with `--all` every one that is not settled for good. */
export async function reconcileNow({ options, env, say }: Invocation): Promise<unknown> {
  return await withDatabase(env, async (db, config) => {
    const { settle } = settling(db, config)
    if (options['all']) {
      await db.checkout.updateMany({
        where: { invoiceId: { not: null } },
        data: { nextCheckAt: new Date(0) },
      })
    }
    const found: string[] = []
    const failed: string[] = []
    const read = await createReconcile({
      ...{ db, clock, settle },
      reconcileSeconds: config.reconcileSeconds,
      onFound: invoiceId => found.push(invoiceId),
      onError: (_error, invoiceId) => failed.push(invoiceId),
    })()
    say(
      `${String(read)} invoices read, ${String(found.length)} payments found, ${String(failed.length)} unreadable`,
    )
    const refunds = await refundsNow(db, config, env)
    say(
      refunds
        ? `${String(refunds.length)} refunds found that no webhook had announced`
        : 'refunds not looked for: AUTOTELE_BTCPAY_OPERATOR_KEY with canmanagepullpayments would show them',
    )
    if (failed.length > 0) process.exitCode = 1
    return { read, found, failed, refunds }
  })
}

/** Refunds whose webhook was lost: with an operator's key from the environment, else with the server's own; `null` when neither may see them. */
async function refundsNow(
  db: Database,
  { btcpay }: Config,
  env: Environment,
): Promise<readonly string[] | null> {
  if (!btcpay) return null
  // Docker Compose gives what is not set as an empty text.
  const apiKey = env['AUTOTELE_BTCPAY_OPERATOR_KEY']?.trim() || btcpay.apiKey
  const seen = await createRefundWatch({ db, clock, btcpay: createBtcpay({ ...btcpay, apiKey }) })()
  return seen.allowed ? seen.found : null
}

/** `attention:list`, `attention:accept <id>`, `attention:refuse <id>`. */
export async function attentionList({ options, env, say }: Invocation): Promise<unknown> {
  return await withDatabase(env, async db => {
    const items = await createAttention({ db, clock, settling: undefined }).listAttention(
      options['all'] === true,
    )
    if (items.length === 0) say('Nothing waits for a person.')
    for (const { id, kind, invoiceId, explanation, resolution } of items) {
      say(
        `${String(id)}  ${kind}  ${invoiceId ?? ''}  ${resolution ?? 'open'}\n    ${explanation.happened.en}`,
      )
      say(`    accept: ${explanation.accept.en} refuse: ${explanation.refuse.en}`)
    }
    return items.map(item => ({ ...item, id: String(item.id) }))
  })
}

export const attentionAnswer =
  (verb: 'accept' | 'refuse') =>
  async (invocation: Invocation): Promise<unknown> => {
    const { words, env, say } = invocation
    const reason = required(invocation, 'reason')
    const [id = ''] = words
    if (!/^\d{1,18}$/.test(id)) return fail('which item? attention:list shows their numbers')
    return await withDatabase(env, async (db, config) => {
      const { pepper } = await resolveSecrets(config, say)
      const audit = createAudit({ pepper, clock })
      const queue = createAttention({ db, clock, settling: settling(db, config) })
      const answer = verb === 'accept' ? queue.acceptAttention : queue.refuseAttention
      const act = { action: `attention.${verb}`, target: id, reason }
      const result = await answer(BigInt(id), { by: HOST.id, also: tx => audit.record(tx, HOST, act) })
      if (!result.ok) return fail(`item ${id}: ${result.code}`)
      say(`item ${id}: ${result.item.resolution ?? ''}${result.replayed ? ' (before)' : ''}`)
      return { id, resolution: result.item.resolution, replayed: result.replayed }
    })
  }
