import { isTimeZone, localTimeAt } from '@autotele/shared'
import type { AccountId, ChatId, Handlers, ParsedInput, PlanDraft } from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import type { Deliveries } from '../delivery/index.ts'
import { CallFailure, success, type Result } from '../failure.ts'
import { newRandomId } from '../plans/index.ts'
import type { Clock, Random } from '../ports.ts'
import { callFailureOf } from '../telegram/call-failure.ts'
import type { OutgoingMessage, TelegramConnection, TelegramFailure } from '../telegram/gateway.ts'
import { instantOf } from '../time.ts'

export type TestSendDeps = {
  readonly accounts: Pick<Accounts, 'ids' | 'line' | 'obstacle' | 'report' | 'serverNow' | 'userId'>
  readonly delivery: Pick<Deliveries, 'inPace' | 'bringFiles'>
  readonly preview: Handlers['plans.preview']
  readonly clock: Clock
  readonly random: Random
  readonly requireLicense: () => void
}

const SAVED_MESSAGES = { kind: 'self' } as const
/** Where it waits between its two requests, in seconds; if the second is lost, it appears by itself then. */
const SOON = 300
/** What may be wrong with a plan and is not with a test: it goes to oneself, at once. */
const OF_THE_CONTENT = /^(?:plan\/(?:empty-text|text-too-long|caption-too-long|album-mixed)|media\/.+)$/

/** Shows oneself, in Saved Messages, what one chat would get. */
export function createTestSend(deps: TestSendDeps): Pick<Handlers, 'messages.test'> {
  const { accounts, delivery, clock, random } = deps

  const written = async (
    accountId: AccountId,
    { draft, chatId, date }: ParsedInput<'messages.test'>,
  ): Promise<Pick<OutgoingMessage, 'text' | 'entities'>> => {
    if (!isTimeZone(draft.timeZone)) throw new CallFailure('plan/zone-unknown', { zone: draft.timeZone })
    const shown: PlanDraft = {
      ...draft,
      mode: 'once',
      chatIds: [chatId ?? (accounts.userId(accountId) as ChatId)],
      dates: [date ?? draft.dates[0] ?? tomorrow(accounts.serverNow(accountId), draft.timeZone)],
    }
    const { items, findings } = await deps.preview(shown)
    const blocker = findings.find(({ severity, code }) => severity === 'blocker' && OF_THE_CONTENT.test(code))
    if (blocker !== undefined) throw new CallFailure(blocker.code as 'plan/empty-text', blocker.params)
    const [item] = items
    if (item === undefined) throw new CallFailure('plan/date-invalid')
    return item
  }

  return {
    'messages.test': async input => {
      const { accountId, silent, linkPreview } = input.draft
      if (accountId === null || !accounts.ids().includes(accountId)) throw new CallFailure('account/unknown')
      deps.requireLicense()
      const { text, entities } = await written(accountId, input)
      const told = (failure: TelegramFailure): CallFailure => {
        accounts.report(accountId, failure)
        return callFailureOf(failure, clock.now())
      }
      const { media } = input.draft
      const files = media.length === 0 ? success([]) : await delivery.bringFiles(accountId, media)
      if (!files.ok) throw told(files.error)
      const sent = await delivery.inPace(accountId, async () => {
        const line = accounts.line(accountId)
        if (line === null || accounts.obstacle(accountId) !== null)
          throw new CallFailure('account/not-connected', undefined, true)
        const randomId = newRandomId(random)
        return sendNow(line, {
          peer: SAVED_MESSAGES,
          text,
          entities,
          silent,
          noWebpage: !linkPreview,
          at: Math.floor(accounts.serverNow(accountId) / 1000) + SOON,
          randomId,
          media: files.value.map((file, index) => ({
            file,
            spoiler: media[index]?.spoiler ?? false,
            randomId: index === 0 ? randomId : newRandomId(random),
          })),
        })
      })
      if (!sent.ok) throw told(sent.error)
      return { text, entities: [...entities] }
    },
  }
}

/** Scheduled, then published at once: the same requests as everything else that leaves, so that a test is one. */
async function sendNow(
  line: TelegramConnection,
  message: OutgoingMessage,
): Promise<Result<unknown, TelegramFailure>> {
  const placed = await line.schedule(message)
  if (!placed.ok || placed.value.kind === 'published') return placed
  return line.sendScheduledNow(message.peer, placed.value.parts ?? [placed.value.id])
}

/** Only for the variables of a message that has no date yet. */
const tomorrow = (now: number, zone: string): string =>
  localTimeAt(instantOf(now + 24 * 3600_000), zone).slice(0, 16)
