import { z } from 'zod'
import { method } from './define.ts'
import { AccountId, ChatId, Instant, LocalDateTime, TimeZone } from './common.ts'
import { DeliveryFilter } from './deliveries.ts'
import { ErrorCode } from './errors.ts'

/** What became of the messages of one day and account. `late`: published more than a minute after its date. */
export const DayStatistics = z.object({
  day: z.iso.date(),
  accountId: AccountId,
  published: z.number().int(),
  late: z.number().int(),
  /** Refused, skipped or missed. */
  failed: z.number().int(),
  /** Still to come. */
  waiting: z.number().int(),
})
export type DayStatistics = z.infer<typeof DayStatistics>

/** What can be wrong with a line of a file, beside what can be wrong with any message. */
export const ImportProblem = z.union([
  ErrorCode,
  z.enum([
    'csv/columns-missing',
    'csv/chat-not-found',
    'csv/chat-ambiguous',
    'csv/account-not-found',
    'csv/date-unreadable',
    'csv/quote-open',
  ]),
])
export type ImportProblem = z.infer<typeof ImportProblem>

export const ImportLine = z.object({
  /** As an editor counts them, the header being the first. */
  line: z.number().int(),
  chat: z.string(),
  accountId: AccountId.nullable(),
  chatId: ChatId.nullable(),
  at: Instant.nullable(),
  local: LocalDateTime.nullable(),
  text: z.string(),
  problems: z.array(ImportProblem),
})
export type ImportLine = z.infer<typeof ImportLine>

const ImportFile = z.strictObject({
  csv: z.string().max(2_000_000),
  /** For lines that name no account. */
  accountId: AccountId.nullable(),
  timeZone: TimeZone,
})

export const history = {
  /** Day by day in the zone of whoever looks; at most 400 days. */
  statistics: method(
    z.strictObject({
      from: z.iso.date(),
      to: z.iso.date(),
      timeZone: TimeZone,
      accountId: AccountId.optional(),
    }),
    z.array(DayStatistics),
  ),
  /** A piece of a file at a time: put together in order, they are the file. */
  export: method(
    z.strictObject({
      filter: DeliveryFilter,
      /** `send-history`: as `logs/send_history.json`, with the texts. */
      format: z.enum(['csv', 'json', 'send-history']),
      /** Lets Excel recognise UTF-8; CSV only. */
      bom: z.boolean().default(false),
      cursor: z.string().max(200).nullable().default(null),
    }),
    z.object({
      piece: z.string(),
      next: z.string().nullable(),
      fileName: z.string(),
      type: z.string(),
      rows: z.number().int(),
    }),
  ),
  /** Reads a file and tells, line by line, what would be scheduled and what is wrong; nothing is stored. */
  checkCsv: method(
    ImportFile,
    z.object({
      lines: z.array(ImportLine),
      messages: z.number().int(),
      placingSeconds: z.number().int(),
      /** Hand it back to `importCsv`: what is scheduled is what was shown. Null while there is a problem. */
      token: z.string().nullable(),
    }),
  ),
  /** Schedules a checked file. Asked again with the same token, it goes on where it was and repeats nothing. */
  importCsv: method(
    ImportFile.extend({ token: z.string().min(1).max(2_000_000) }),
    z.object({ messages: z.number().int() }),
  ),
} as const
