import { z } from 'zod'

/**
 * Every way a call can fail, as a stable code. The interface owns the sentences (French and English, each with the
 * next step); the core only ever says the code and the values that fill the sentence.
 */
export const ERROR_CODES = [
  // The call itself
  'call/unknown-method',
  'call/invalid-input',
  'call/core-unavailable',
  'call/internal',
  // Vault
  'vault/locked',
  'vault/wrong-passphrase',
  'vault/passphrase-too-weak',
  'vault/already-exists',
  'vault/damaged',
  // Telegram sign-in (core.telegram.org/api/auth)
  'telegram/phone-invalid',
  'telegram/phone-unregistered',
  'telegram/phone-banned',
  'telegram/code-invalid',
  'telegram/code-expired',
  'telegram/password-invalid',
  'telegram/account-already-added',
  'telegram/sign-in-over',
  'telegram/no-other-code',
  'telegram/too-many-codes',
  'telegram/email-needed',
  'telegram/official-app-needed',
  'telegram/bot-refused',
  // Telegram in general
  'telegram/unreachable',
  'telegram/timeout',
  'telegram/wait',
  'telegram/signed-out',
  'telegram/session-duplicated',
  'telegram/restricted',
  'telegram/frozen',
  'telegram/account-banned',
  'telegram/account-deleted',
  'telegram/api-id-invalid',
  'telegram/api-id-public',
  'telegram/not-allowed-in-chat',
  'telegram/chat-gone',
  'telegram/topic-gone',
  'telegram/kind-not-allowed-in-chat',
  'telegram/payment-required',
  'telegram/premium-required',
  'telegram/send-as-refused',
  'telegram/slow-mode',
  'telegram/quota-of-chat',
  'telegram/text-too-long',
  'telegram/content-refused',
  'telegram/file-refused',
  'telegram/file-expired',
  'telegram/link-refused',
  'telegram/reply-gone',
  'telegram/message-gone',
  'telegram/date-refused',
  'telegram/update-needed',
  'telegram/unknown',
  // The way to Telegram
  'proxy/unreachable',
  'proxy/credentials-refused',
  'proxy/not-socks5',
  'proxy/telegram-unreachable',
  'proxy/no-answer',
  'proxy/secret-invalid',
  'proxy/secret-fake-tls',
  // Bringing an older program's data
  'import/path-unknown',
  'import/nothing-found',
  'import/over',
  'import/damaged',
  'import/foreign',
  'import/too-new',
  'import/too-large',
  'import/outside-folder',
  'import/no-session',
  'import/other-data-centre',
  'import/machine-id-needed',
  'import/machine-id-wrong',
  'import/other-account',
  // Accounts, chats, plans
  'account/unknown',
  'account/not-connected',
  'chat/unknown',
  'plan/empty-text',
  'plan/text-too-long',
  'plan/no-chat',
  'plan/no-date',
  'plan/too-many-deliveries',
  'plan/date-past',
  'plan/date-too-soon',
  'plan/date-too-late',
  'plan/date-invalid',
  'plan/zone-unknown',
  'plan/changed-since-preview',
  'series/unknown',
  'series/ended',
  'delivery/unknown',
  'delivery/not-cancellable',
  'delivery/not-changeable',
  'delivery/not-placed-yet',
  'delivery/already-published',
  'delivery/removed-elsewhere',
  // License
  'license/required',
  'license/server-unreachable',
  'license/payments-unavailable',
  'license/trial-over',
  'license/key-invalid',
  'license/seat-limit',
  'license/refused',
  'license/answer-not-trusted',
  'license/rate-limited',
  // The machine
  'storage/disk-full',
  'storage/read-only',
  'storage/damaged',
  'storage/newer-version',
  'storage/folder-in-use',
  'settings/invalid',
  'settings/server-secret-in-client-file',
  // The program around the core
  'shell/not-here',
] as const

export const ErrorCode = z.enum(ERROR_CODES)
export type ErrorCode = z.infer<typeof ErrorCode>

/** What a failed call says. `params` fill the sentence: `retryAt` (ISO), `seconds`, `limit`, `count`, `zone`… */
export const CallError = z.object({
  code: ErrorCode,
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** The same call may succeed later without any change. */
  retryable: z.boolean(),
})
export type CallError = z.infer<typeof CallError>

/** Nothing is thrown across the bridge: Electron would only carry an error's text (ipc-main documentation). */
export type Envelope<T> =
  { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: CallError }
