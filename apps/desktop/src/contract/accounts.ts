import { z } from 'zod'
import { event, method } from './define.ts'
import { AccountId, Done, Instant, Nothing } from './common.ts'
import { ErrorCode } from './errors.ts'
import { RouteAttempt } from './network.ts'

/** Health in one word; the interface adds the sentence and the next step. */
export const AccountHealth = z.enum([
  'online',
  'connecting',
  'offline',
  /** Offline for long enough, with every address and port tried, to say that this network does not let it through. */
  'blocked',
  'paused',
  'signed-out',
  /** Signed out because two programs used one session (`AUTH_KEY_DUPLICATED`). */
  'session-duplicated',
  'restricted',
  'frozen',
])
export type AccountHealth = z.infer<typeof AccountHealth>

export const AccountView = z.object({
  id: AccountId,
  name: z.string(),
  username: z.string().nullable(),
  /** Only the last digits: `+33 •• •• •• 01`. The full number stays in the vault. */
  phoneHint: z.string(),
  premium: z.boolean(),
  health: AccountHealth,
  /** Until when Telegram asked this account to pause; null when it did not. */
  pausedUntil: Instant.nullable(),
  /** The cause, as long as it lasts; kept over restarts. */
  lastError: ErrorCode.nullable(),
  /** Which addresses the last attempts to connect have tried in vain, without repeats; empty while online. */
  tried: z.array(RouteAttempt),
})
export type AccountView = z.infer<typeof AccountView>

/** How Telegram sends the code (`auth.sentCodeType*`). */
export const CodeDelivery = z.enum([
  'app',
  'sms',
  'call',
  'flash-call',
  'missed-call',
  'email',
  'fragment',
  'sms-word',
  'sms-phrase',
  /** Nothing was sent: Telegram wants an e-mail address first, given in an official application. */
  'email-setup',
  /** Nothing can be received: this way is for official applications. */
  'official-app',
  'other',
])
export type CodeDelivery = z.infer<typeof CodeDelivery>

const Code = z.object({
  step: z.literal('code'),
  signInId: z.string(),
  phone: z.string(),
  delivery: CodeDelivery,
  /** Number of digits, when Telegram says it. */
  length: z.number().int().nullable(),
  /** What Telegram shows of where it went: `c***@exemple.fr`, `+33 9*****`, or the first letter of a word. */
  trace: z.string().nullable(),
  /** From when another code may be asked for, and how it would come; null when Telegram offers no other way. */
  resend: z.object({ from: Instant, delivery: CodeDelivery }).nullable(),
})
const Qr = z.object({
  step: z.literal('qr'),
  signInId: z.string(),
  /** What the picture says: `tg://login?token=…`. Whoever confirms it on a phone signs this installation in. */
  url: z.string(),
  expiresAt: Instant,
})
const Password = z.object({ step: z.literal('password'), signInId: z.string(), hint: z.string().nullable() })
const Signed = z.object({ step: z.literal('done'), account: AccountView })

export const SignInStep = z.discriminatedUnion('step', [Code, Qr, Password, Signed])
export type SignInStep = z.infer<typeof SignInStep>

const SignInId = z.string().min(1).max(64)

export const accounts = {
  list: method(Nothing, z.array(AccountView)),
  /** Asks Telegram for a code. `phone` as typed; spaces and punctuation are removed, an international prefix is needed. */
  signIn: method(z.strictObject({ phone: z.string().min(1).max(40) }), SignInStep),
  /** Without a number: a telephone that is signed in reads a picture (core.telegram.org/api/qr-login). */
  signInByQr: method(Nothing, SignInStep),
  /**
   * Where a sign-in by picture stands; asked about every second while the picture is shown. It answers with a new token
   * before the last one expires and, once it was confirmed, with the next step. A picture nobody asks about is not renewed.
   */
  refreshQr: method(z.strictObject({ signInId: SignInId }), SignInStep),
  /** The code is used for this call only and never stored. A wrong one may be tried again in the same sign-in. */
  submitCode: method(z.strictObject({ signInId: SignInId, code: z.string().min(1).max(32) }), SignInStep),
  submitPassword: method(
    z.strictObject({ signInId: SignInId, password: z.string().min(1).max(1024) }),
    SignInStep,
  ),
  resendCode: method(z.strictObject({ signInId: SignInId }), SignInStep),
  cancelSignIn: method(z.strictObject({ signInId: SignInId }), Done),
  reconnect: method(z.strictObject({ accountId: AccountId }), AccountView),
  /** Asks Telegram whether a restriction still holds; where it no longer does, the account works again. */
  checkAgain: method(z.strictObject({ accountId: AccountId }), AccountView),
  /** What the account has under way, to be told before it is removed. */
  removal: method(
    z.strictObject({ accountId: AccountId }),
    z.object({
      /** Messages in Telegram's queue: they come out even without this account here. */
      atTelegram: z.number().int(),
      /** Messages that have not left yet: they never will. */
      here: z.number().int(),
      /** Series that end with it. */
      series: z.number().int(),
    }),
  ),
  /**
   * Logs out at Telegram when it can be reached, then forgets the session. `scheduled`: what is in Telegram's queue stays
   * there and comes out (as without it), or is taken back first; where that fails for even one, `account/not-all-cancelled` (`count`) and
   * the account stays.
   */
  remove: method(
    z.strictObject({ accountId: AccountId, scheduled: z.enum(['keep', 'cancel']).optional() }),
    Done,
  ),
  changed: event(z.array(AccountView)),
} as const
