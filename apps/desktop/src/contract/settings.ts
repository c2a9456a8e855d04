import { z } from 'zod'
import { event, method } from './define.ts'
import { Nothing, TimeZone } from './common.ts'
import { CallError } from './errors.ts'

/** The part of `config/app_config.json` that the interface shows; names are the file's, in camelCase. */
export const SettingsView = z.object({
  language: z.enum(['fr', 'en']),
  theme: z.enum(['system', 'light', 'dark']),
  /** Zone proposed for new plans; the machine's own until the person chooses another. */
  timeZone: TimeZone,
  /** Seconds between two messages of one account; never under 3. */
  rateLimitDelay: z.number(),
  /** Never above 20. */
  maxMessagesPerMinute: z.number().int(),
  /** Number of chats from which a plan is confirmed with a warning. */
  maxGroupsWarning: z.number().int(),
  /** The person's own registration at my.telegram.org; null: the application's. Its hash stays in the core. */
  apiId: z.int().nullable(),
  /** Minutes after which the vault locks itself when nobody is there; 0: never. */
  autoLogoutMinutes: z.number(),
  /** Whether `logs/send_history.json`, which is not encrypted, holds the texts of the messages too. */
  historyWithTexts: z.boolean(),
  /** What is wrong with the file (`params.key` names the value); its default counts meanwhile and the file stays. */
  problem: CallError.optional(),
})
export type SettingsView = z.infer<typeof SettingsView>

export const SettingsChange = z.strictObject({
  language: z.enum(['fr', 'en']).optional(),
  theme: z.enum(['system', 'light', 'dark']).optional(),
  timeZone: TimeZone.optional(),
  rateLimitDelay: z.number().min(3).max(3600).optional(),
  maxMessagesPerMinute: z.number().int().min(1).max(20).optional(),
  maxGroupsWarning: z.number().int().min(1).max(50).optional(),
  /** Null: the application's own again. */
  telegramApp: z
    .strictObject({
      apiId: z.int().positive().max(2_147_483_647),
      apiHash: z.string().regex(/^[0-9a-f]{32}$/i),
    })
    .nullable()
    .optional(),
  autoLogoutMinutes: z.int().min(0).max(100_000).optional(),
  historyWithTexts: z.boolean().optional(),
})

export const settings = {
  get: method(Nothing, SettingsView),
  update: method(SettingsChange, SettingsView),
  /**
   * Mends the file, when a person asks for it: secrets of the server and impossible values are taken out; a file that
   * cannot be read is put aside beside the new one (`app_config.json.damaged-…`).
   */
  repair: method(Nothing, SettingsView),
  changed: event(SettingsView),
} as const
