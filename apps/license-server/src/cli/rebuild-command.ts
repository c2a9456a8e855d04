import { createBtcpay, createRebuild, createSettle, type Recovered } from '../billing/index.ts'
import { systemClock } from '../clock.ts'
import { resolveSecrets } from '../config/secrets.ts'
import { reconcileNow } from './admin-commands.ts'
import { fail, withDatabase, type Invocation } from './environment.ts'

/** `reconcile --from-zero`: after a loss, takes from BTCPay what the database no longer knows, then reads all again. */
export async function rebuildNow(invocation: Invocation): Promise<unknown> {
  const { env, say } = invocation
  const rebuilt = await withDatabase(env, async (db, config) => {
    if (!config.btcpay) return fail('AUTOTELE_BTCPAY_URL, _API_KEY and _STORE_ID are not set')
    const { latePayments, reconcileSeconds } = config
    const { pepper } = await resolveSecrets(config, say)
    const btcpay = createBtcpay(config.btcpay)
    const { settle } = createSettle({ db, clock: systemClock, btcpay, latePayments, reconcileSeconds })
    const recovered: Recovered[] = []
    const failed: string[] = []
    const listed = await createRebuild({
      ...{ db, clock: systemClock, btcpay, settle, pepper },
      onRecovered(one) {
        recovered.push(one)
        say(`${one.createdAt}  ${one.invoiceId}  ${one.orderId}  ${one.licenseKey}`)
      },
      onError: (_error, invoiceId) => failed.push(invoiceId),
    })()
    return { listed, recovered, failed }
  })
  const { listed, recovered, failed } = rebuilt
  say(
    `${String(listed)} invoices at BTCPay, ${String(recovered.length)} purchases recovered, ${String(failed.length)} failed`,
  )
  if (recovered.length > 0)
    say('Each line above: when, invoice, order, and the key to give to whoever shows that invoice.')
  const reconciled = await reconcileNow({ ...invocation, options: { ...invocation.options, all: true } })
  if (failed.length > 0) process.exitCode = 1
  return { listed, recovered, failed, reconciled }
}
