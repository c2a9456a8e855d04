import { userInfo } from 'node:os'
import {
  createAttention,
  createBtcpay,
  createSettle,
  type AttentionItem,
  type AttentionResult,
} from '../billing/index.ts'
import { systemClock } from '../clock.ts'
import { ConfigError, loadConfig } from '../config/config.ts'
import { openDatabase } from '../storage/database.ts'

export const ATTENTION_USAGE = `Usage: node src/cli/attention.ts <command>
  list [--all]   what waits for a person (with --all also what is closed): what happened and what is proposed
  accept <id>    do what the item proposes
  refuse <id>    close the item without it
Each item is answered once; the same answer again changes nothing. Sentences are French unless LANG begins with "en".`

/** What a person reads when an answer had no effect. */
const FAILURES: Readonly<Record<Extract<AttentionResult, { ok: false }>['code'], string>> = {
  NOT_FOUND: 'there is no such item',
  CLOSED: 'the item was answered otherwise before, or what it was about has passed',
  CHANGED: 'BTCPay does not show what the item promised, or money is not confirmed yet: nothing was done',
  PAYMENTS_UNAVAILABLE: 'BTCPay did not answer: nothing was done',
}

/**
 * The operator's queue from a terminal, with the server's environment; the server may run meanwhile. `false` when the
 * arguments are no command. Throws `ConfigError` with what a person must change or know.
 */
export async function runAttentionCommand(
  args: readonly string[],
  env: Parameters<typeof loadConfig>[0],
  print: (text: string) => void,
): Promise<boolean> {
  const [command, argument, ...rest] = args
  const listing = command === 'list' && (argument === undefined || argument === '--all')
  const answering = (command === 'accept' || command === 'refuse') && /^\d{1,18}$/.test(argument ?? '')
  if (rest.length > 0 || !(listing || answering)) return false

  const { databaseUrl, btcpay: settings, latePayments, reconcileSeconds } = loadConfig(env)
  if (!databaseUrl) throw new ConfigError(['DATABASE_URL is not set: the queue is in the server’s database'])
  const db = openDatabase(databaseUrl, () => undefined)
  const clock = systemClock
  const btcpay = settings && createBtcpay(settings)
  const settling = btcpay && createSettle({ db, clock, btcpay, latePayments, reconcileSeconds })
  const queue = createAttention({ db, clock, settling })
  const language = env['LANG']?.startsWith('en') ? 'en' : 'fr'
  try {
    if (listing) {
      for (const item of await queue.listAttention(argument === '--all')) print(describe(item, language))
      return true
    }
    const by = { by: `cli:${userInfo().username}` }
    const id = BigInt(argument ?? '')
    const result = await (command === 'accept'
      ? queue.acceptAttention(id, by)
      : queue.refuseAttention(id, by))
    if (!result.ok) throw new ConfigError([FAILURES[result.code]])
    print(`${String(id)} ${result.item.resolution ?? ''}${result.replayed ? ' (before)' : ''}`)
    return true
  } finally {
    await db.$disconnect()
  }
}

function describe(item: AttentionItem, language: 'fr' | 'en'): string {
  const { happened, accept, refuse } = item.explanation
  const closed = item.resolution === null ? '' : ` [${item.resolution} ${item.resolvedBy ?? ''}]`
  return [
    `#${String(item.id)} ${item.kind} ${item.createdAt.toISOString()}${closed}`,
    `  invoice ${item.invoiceId ?? '-'}  checkout ${item.checkoutId ?? '-'}  license ${item.licenseId ?? '-'}`,
    `  ${happened[language]}`,
    `  accept ${String(item.id)}: ${accept[language]}`,
    `  refuse ${String(item.id)}: ${refuse[language]}`,
  ].join('\n')
}
