import { z } from 'zod'
import { AccountId, ChatId, Done, LocalDateTime, Nothing } from './common.ts'
import { event, method } from './define.ts'
import { ErrorCode } from './errors.ts'
import { MAX_UPLOAD_BASE64 } from './limits.ts'

/** Where an older program's data is. What is in it never comes back to the interface, only what was found. */
export const ImportSource = z.discriminatedUnion('kind', [
  /** A Telethon session string. */
  z.strictObject({ kind: z.literal('string'), text: z.string().min(1).max(4096) }),
  /** A Telethon `.session` file. */
  z.strictObject({
    kind: z.literal('file'),
    name: z.string().max(255),
    base64: z.base64().max(MAX_UPLOAD_BASE64),
  }),
  /** A `.session` file or the whole folder of the older AutoTele, on the machine of the core. */
  z.strictObject({
    kind: z.literal('path'),
    path: z.string().min(1).max(4096),
    /** What `.enc` sessions were locked with; used for this call only. */
    machineId: z.string().max(200).nullable(),
  }),
])
export type ImportSource = z.infer<typeof ImportSource>

export const ImportWarning = z.enum(['text-cut', 'file-left-out', 'date-unreadable'])
export type ImportWarning = z.infer<typeof ImportWarning>

/** One thing that was found. */
export const ImportItem = z.object({
  id: z.string(),
  kind: z.enum(['account', 'default-text', 'draft', 'history']),
  /** A name, the beginning of a text, or a file's name. */
  title: z.string(),
  /** How many it stands for: messages of a history, chats of a draft; 1 otherwise. */
  count: z.int(),
  /** `ready`: will be imported if asked to; `present`: is here already; `refused`: `problem` says why. */
  state: z.enum(['ready', 'present', 'refused']),
  problem: ErrorCode.nullable(),
  warnings: z.array(ImportWarning),
})
export type ImportItem = z.infer<typeof ImportItem>

export const Inspection = z.object({
  inspectionId: z.string(),
  items: z.array(ImportItem),
})
export type Inspection = z.infer<typeof Inspection>

export const ImportResult = z.object({
  id: z.string(),
  outcome: z.enum(['imported', 'present', 'failed']),
  problem: ErrorCode.nullable(),
})
export type ImportResult = z.infer<typeof ImportResult>

/** A text of the older program, to be opened in the composer. */
export const ImportedDraft = z.object({
  id: z.string(),
  kind: z.enum(['default-text', 'draft']),
  accountId: AccountId.nullable(),
  accountName: z.string(),
  text: z.string(),
  /** Wall-clock time as the older program wrote it; it kept no zone. */
  date: LocalDateTime.nullable(),
  /** Hours of the day that went with a default text: `09:00`. */
  hours: z.array(z.string()),
  chats: z.array(z.object({ id: ChatId.nullable(), title: z.string() })),
  warnings: z.array(ImportWarning),
})
export type ImportedDraft = z.infer<typeof ImportedDraft>

/** What the older program noted down; nothing of it can be changed or sent again. */
export const ImportedEntry = z.object({
  id: z.string(),
  /** Wall-clock times of the older program. */
  notedAt: z.string(),
  plannedFor: z.string().nullable(),
  accountName: z.string(),
  chats: z.array(z.string()),
  /** At most 100 characters: the older program kept no more. */
  preview: z.string(),
  status: z.string(),
})
export type ImportedEntry = z.infer<typeof ImportedEntry>

const InspectionId = z.string().min(1).max(64)

/** `import` is a word of the language, so the value is called otherwise. */
export const imports = {
  /** Looks and changes nothing, neither here nor there. Throws `import/path-unknown`, `import/nothing-found`… */
  inspect: method(ImportSource, Inspection),
  /** Imports what was asked for of an inspection that is not over; what is here already is never overwritten. */
  run: method(
    z.strictObject({ inspectionId: InspectionId, itemIds: z.array(z.string()).max(10_000) }),
    z.array(ImportResult),
  ),
  /** Forgets an inspection and the keys that it holds. */
  forget: method(z.strictObject({ inspectionId: InspectionId }), Done),
  drafts: method(Nothing, z.array(ImportedDraft)),
  removeDraft: method(z.strictObject({ id: z.string().max(64) }), Done),
  /** Newest first, 100 at a time; `before` is the last id of the page before. */
  history: method(z.strictObject({ before: z.string().max(64).nullable() }), z.array(ImportedEntry)),
  progressed: event(
    z.object({ inspectionId: z.string(), done: z.int(), total: z.int(), last: ImportResult.nullable() }),
  ),
} as const
