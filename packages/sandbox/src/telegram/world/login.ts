import { z } from 'zod'

/** How a code is said to have been sent: the names of auth.sentCodeType* (https://core.telegram.org/type/auth.SentCodeType). */
export const DELIVERIES = [
  'App',
  'Sms',
  'Call',
  'FlashCall',
  'MissedCall',
  'FragmentSms',
  'FirebaseSms',
  'SmsWord',
  'SmsPhrase',
  'EmailCode',
  'SetUpEmailRequired',
] as const
export type Delivery = (typeof DELIVERIES)[number]

const USUAL: readonly Delivery[] = ['App', 'Sms', 'Call']

/** What an account signs in with. */
export const loginSchema = z.object({
  /** Always the same, so that a person can be told it. */
  code: z.string(),
  password: z.string().nullable(),
  hint: z.string(),
  /** The data centre the account lives at; null for the first. */
  dcId: z.number().nullable().default(null),
  /** The first way its codes are sent, then the one each resend takes. */
  deliveries: z
    .array(z.enum(DELIVERIES))
    .min(1)
    .default([...USUAL]),
  /** Where the codes of EmailCode go; asked for by SetUpEmailRequired. */
  email: z.string().nullable().default(null),
})
export type Login = z.infer<typeof loginSchema>

export type NewLogin = {
  readonly code: string
  readonly password?: string
  readonly hint?: string
  readonly dcId?: number
  readonly deliveries?: readonly Delivery[]
  readonly email?: string
}

export const toLogin = (given: NewLogin): Login => ({
  code: given.code,
  password: given.password ?? null,
  hint: given.hint ?? '',
  dcId: given.dcId ?? null,
  deliveries: [...(given.deliveries ?? USUAL)],
  email: given.email ?? null,
})

/** What is done for a number that nobody has. */
export const NOBODY: Pick<Login, 'deliveries' | 'email'> = { deliveries: [...USUAL], email: null }
