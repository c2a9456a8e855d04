import { z } from 'zod'
import { MONTHLY_PLAN } from '@autotele/shared'
import { mayInStore } from '../billing/index.ts'
import { ConfigError, loadConfig, type BtcpayConfig } from '../config/config.ts'
import { ask, fail, type Invocation } from './environment.ts'

/** Retries stop at the first 4xx only since then (BTCPay changelog 2.3.4). */
const MIN_VERSION = [2, 3, 4] as const
const TIMEOUT_MS = 40_000
/** What settles, unsettles or moves an invoice: the server reads it again at each. */
export const WEBHOOK_EVENTS = [
  'InvoiceReceivedPayment',
  'InvoiceProcessing',
  'InvoicePaymentSettled',
  'InvoiceSettled',
  'InvoiceExpired',
  'InvoiceExpiredPaidPartial',
  'InvoicePaidAfterExpiration',
  'InvoiceInvalid',
  'InvoiceRefund',
] as const

export type Check = {
  readonly name: string
  readonly result: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly found: string
  /** What to do about it. */
  readonly remedy?: string
}

const serverSchema = z.object({ version: z.string(), fullySynched: z.boolean().optional() })
const keySchema = z.object({ permissions: z.array(z.string()) })
const storeSchema = z.looseObject({
  anyoneCanCreateInvoice: z.boolean().optional(),
  speedPolicy: z.string().optional(),
  paymentTolerance: z.number().optional(),
  archived: z.boolean().optional(),
})
const webhookSchema = z.object({
  id: z.string(),
  url: z.string(),
  enabled: z.boolean(),
  automaticRedelivery: z.boolean(),
  authorizedEvents: z.object({ everything: z.boolean(), specificEvents: z.array(z.string()).nullish() }),
})

type Answer = { readonly status: number; readonly body: unknown }

/** Calls BTCPay and gives what it answered; `null` when it did not. The key is in no message. */
function createCaller(config: BtcpayConfig, send: typeof fetch) {
  return async (method: string, path: string, body?: unknown): Promise<Answer | null> => {
    try {
      const response = await send(`${config.url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `token ${config.apiKey}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      const text = await response.text()
      return { status: response.status, body: parseJson(text) }
    } catch {
      return null
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether a version is recent enough; `2.4.1+abc` counts as 2.4.1. */
export function isRecent(version: string): boolean {
  const parts = version.split(/[.+-]/).map(Number)
  for (const [at, least] of MIN_VERSION.entries()) {
    const part = parts[at] ?? 0
    if (part !== least) return part > least
  }
  return true
}

/** Checks BTCPay from the server's side, with the server's own key; each finding says what to do about it. */
export async function checkBtcpay(options: {
  readonly config: BtcpayConfig
  readonly publicUrl: string | undefined
  readonly fetch?: typeof fetch
}): Promise<Check[]> {
  const { config, publicUrl } = options
  const call = createCaller(config, options.fetch ?? fetch)
  const store = `/stores/${encodeURIComponent(config.storeId)}`
  const checks: Check[] = []
  const add = (name: string, result: Check['result'], found: string, remedy?: string) =>
    void checks.push({ name, result, found, ...(remedy === undefined ? {} : { remedy }) })

  const info = await call('GET', '/server/info')
  if (!info) {
    add('reachable', 'failed', config.url, 'Check AUTOTELE_BTCPAY_URL, DNS and TLS; nothing answered.')
    return checks
  }
  if (info.status === 401) {
    add(
      'key',
      'failed',
      'BTCPay does not know the API key',
      'Make one for this store; set AUTOTELE_BTCPAY_API_KEY.',
    )
    return checks
  }
  add('reachable', 'ok', config.url)
  const server = serverSchema.safeParse(info.body).data
  const version = server?.version ?? 'unknown'
  if (isRecent(version)) add('version', 'ok', version)
  else add('version', 'failed', version, `Update BTCPay Server to ${MIN_VERSION.join('.')} or later.`)
  if (server?.fullySynched === false) {
    add(
      'synchronised',
      'failed',
      'the node is still synchronising',
      'Wait: no invoice can be made until it is done.',
    )
  } else add('synchronised', 'ok', 'yes')

  const permissions =
    keySchema.safeParse((await call('GET', '/api-keys/current'))?.body).data?.permissions ?? []
  const may = (wanted: string) => mayInStore(permissions, config.storeId, [wanted])
  for (const [wanted, need] of [
    ['btcpay.store.cancreateinvoice', 'failed'],
    ['btcpay.store.canviewinvoices', 'failed'],
    ['btcpay.store.canviewstoresettings', 'warning'],
  ] as const) {
    const implied = wanted === 'btcpay.store.canviewinvoices' && may('btcpay.store.canviewstoresettings')
    if (may(wanted) || implied) add(`permission ${wanted}`, 'ok', 'given')
    else
      add(
        `permission ${wanted}`,
        need,
        'missing',
        `Add it to the API key, for store ${config.storeId} alone.`,
      )
  }
  if (permissions.some(one => one === 'unrestricted' || !one.includes(':'))) {
    const remedy = 'Make a key that is limited to this store and to the permissions above.'
    add('key limited to the store', 'warning', 'the key reaches further', remedy)
  } else add('key limited to the store', 'ok', 'yes')

  await checkStore()
  await checkWebhook()
  await tryInvoice()
  return checks

  async function checkStore(): Promise<void> {
    if (!may('btcpay.store.canviewstoresettings'))
      return add('store settings', 'skipped', 'the key may not see them')
    const answer = await call('GET', store)
    const found = storeSchema.safeParse(answer?.body).data
    if (answer?.status !== 200 || !found) {
      return add(
        'store settings',
        'failed',
        `HTTP ${String(answer?.status ?? 'none')}`,
        'Check AUTOTELE_BTCPAY_STORE_ID.',
      )
    }
    if (found.anyoneCanCreateInvoice) {
      add('invoices by us alone', 'failed', 'anyone may create invoices', 'Store settings: switch that off.')
    } else add('invoices by us alone', 'ok', 'yes')
    if (found.archived) add('store in use', 'failed', 'archived', 'Unarchive the store, or use another one.')
    if ((found.paymentTolerance ?? 0) > 0) {
      const remedy = 'Harmless to us, every invoice asks for 0; set it to 0 to be clear.'
      add('payment tolerance', 'warning', `${String(found.paymentTolerance)} %`, remedy)
    } else add('payment tolerance', 'ok', '0 %')
    if (found.speedPolicy === 'HighSpeed') {
      add('confirmations', 'warning', 'none', 'Ours ask for one; set the store to at least one as well.')
    } else add('confirmations', 'ok', found.speedPolicy ?? 'unknown')
  }

  async function checkWebhook(): Promise<void> {
    const name = 'webhook'
    const remedy = 'Run btcpay:setup-webhook with an operator key.'
    if (publicUrl === undefined) return add(name, 'skipped', 'AUTOTELE_PUBLIC_URL is not set')
    if (!may('btcpay.store.webhooks.canmodifywebhooks')) {
      return add(name, 'skipped', 'the key may not see webhooks, as is right; setup-webhook shows it')
    }
    const list = z.array(webhookSchema).safeParse((await call('GET', `${store}/webhooks`))?.body).data ?? []
    const hook = list.find(one => one.url === `${publicUrl}/webhooks/btcpay`)
    if (!hook) return add(name, 'failed', 'none leads here', remedy)
    if (!hook.enabled) return add(name, 'failed', 'disabled', remedy)
    const { everything, specificEvents } = hook.authorizedEvents
    const missing = everything ? [] : WEBHOOK_EVENTS.filter(event => !specificEvents?.includes(event))
    if (missing.length > 0) return add(name, 'failed', `without ${missing.join(', ')}`, remedy)
    if (!hook.automaticRedelivery) return add(name, 'warning', 'without automatic redelivery', remedy)
    add(name, 'ok', hook.url)
  }

  async function tryInvoice(): Promise<void> {
    const made = await call('POST', `${store}/invoices`, {
      amount: MONTHLY_PLAN.amount,
      currency: MONTHLY_PLAN.currency,
      metadata: { itemDesc: 'AutoTele, test' },
      checkout: { expirationMinutes: 5, monitoringMinutes: 5 },
    })
    const id = z.object({ id: z.string() }).safeParse(made?.body).data?.id
    if (made?.status !== 200 || id === undefined) {
      const remedy = 'Does the store have a wallet, a rate for EUR and a synchronised node?'
      return add('test invoice', 'failed', `HTTP ${String(made?.status ?? 'none')}`, remedy)
    }
    if (!may('btcpay.store.canmodifyinvoices')) {
      return add('test invoice', 'ok', `${id} made; it expires unpaid by itself, the key may not archive it`)
    }
    const archived = await call('DELETE', `${store}/invoices/${encodeURIComponent(id)}`)
    add('test invoice', 'ok', `${id} made${archived?.status === 200 ? ' and archived' : ', not archived'}`)
  }
}

function configOf(env: Invocation['env']) {
  const { btcpay, publicUrl, webhookSecrets } = loadConfig(env)
  if (!btcpay) throw new ConfigError(['AUTOTELE_BTCPAY_URL, _API_KEY and _STORE_ID are not set'])
  return { btcpay, publicUrl, webhookSecrets }
}

/** `btcpay:check`: prints each finding with its remedy; fails when one must be put right. */
export async function btcpayCheck({ env, say }: Invocation): Promise<unknown> {
  const { btcpay, publicUrl } = configOf(env)
  const checks = await checkBtcpay({ config: btcpay, publicUrl })
  for (const { name, result, found, remedy } of checks) {
    say(`${result.padEnd(8)} ${name}: ${found}${remedy === undefined ? '' : `\n         ${remedy}`}`)
  }
  const ok = checks.every(check => check.result !== 'failed')
  if (!ok) process.exitCode = 1
  return { ok, checks }
}

/** Makes the webhook, or puts right the one that leads here; the secret is the server's own. */
export async function setupWebhook(options: {
  readonly config: BtcpayConfig
  readonly publicUrl: string
  readonly secret: string
  readonly fetch?: typeof fetch
}): Promise<{ id: string; url: string; made: boolean }> {
  const { config, publicUrl, secret } = options
  const call = createCaller(config, options.fetch ?? fetch)
  const path = `/stores/${encodeURIComponent(config.storeId)}/webhooks`
  const listed = await call('GET', path)
  if (listed?.status !== 200) {
    return fail(
      `BTCPay answered ${String(listed?.status ?? 'nothing')}: the operator key needs canmodifywebhooks`,
    )
  }
  const url = `${publicUrl}/webhooks/btcpay`
  const known = (z.array(webhookSchema).safeParse(listed.body).data ?? []).find(one => one.url === url)
  // A PUT replaces everything: what is left out becomes BTCPay's default.
  const body = {
    url,
    secret,
    enabled: true,
    automaticRedelivery: true,
    authorizedEvents: { everything: false, specificEvents: WEBHOOK_EVENTS },
  }
  const answer = known
    ? await call('PUT', `${path}/${encodeURIComponent(known.id)}`, body)
    : await call('POST', path, body)
  const id = z.object({ id: z.string() }).safeParse(answer?.body).data?.id
  if (answer?.status !== 200 || id === undefined)
    return fail(`BTCPay answered ${String(answer?.status ?? 'nothing')}`)
  return { id, url, made: !known }
}

/** `btcpay:setup-webhook`: with an operator key from the environment or the terminal, which is kept nowhere. */
export async function btcpaySetupWebhook(invocation: Invocation): Promise<unknown> {
  const { env, say } = invocation
  const { btcpay, publicUrl, webhookSecrets } = configOf(env)
  if (publicUrl === undefined) return fail('AUTOTELE_PUBLIC_URL is not set')
  const [secret] = webhookSecrets ?? []
  if (secret === undefined) return fail('AUTOTELE_BTCPAY_WEBHOOK_SECRET is not set')
  const apiKey =
    env['AUTOTELE_BTCPAY_OPERATOR_KEY']?.trim() || (await ask('Operator API key (canmodifywebhooks): '))
  if (apiKey === '') return fail('AUTOTELE_BTCPAY_OPERATOR_KEY is not set')
  const done = await setupWebhook({ config: { ...btcpay, apiKey }, publicUrl, secret })
  say(`webhook ${done.id} ${done.made ? 'made' : 'put right'}: ${done.url}`)
  return done
}
