import { RpcError } from '../errors.ts'
import { maybe, object, text } from '../tl/fields.ts'
import type { TlObject } from '../tl/value.ts'
import { CALLER } from '../world/codes.ts'
import type { SentCode } from '../world/codes.ts'
import { normalisePhone } from '../world/world.ts'
import { passwordHandlers } from './auth-password.ts'
import { openQrHandlers, qrHandlers } from './auth-qr.ts'
import { admit } from './auth-sign-in.ts'
import { openTransferHandlers, transferHandlers } from './auth-transfer.ts'
import type { Handler, OpenContext, OpenHandler } from './context.ts'

/** The number asked about. Who lives at another data centre is sent there: 303 PHONE_MIGRATE_<dc>. */
const phoneOf = (request: TlObject, { world, homeOf, caller }: OpenContext): string => {
  const phone = normalisePhone(text(request, 'phone_number'))
  if (phone === null) throw new RpcError(400, 'PHONE_NUMBER_INVALID')
  const user = world.byPhone(phone)
  const home = user ? homeOf(user) : caller.dcId
  if (home !== caller.dcId) throw new RpcError(303, `PHONE_MIGRATE_${home}`)
  return phone
}

/** `c…e@exemple.fr` for an address that is known. */
const emailPattern = (email: string | null): string =>
  (email ?? 'c@exemple.fr').replace(
    /^(.)(.*)(?=@)/,
    (_, first: string, rest: string) => first + '*'.repeat(rest.length),
  )

const codeType = ({ delivery, length, email }: SentCode): TlObject => {
  const _ = `auth.sentCodeType${delivery}`
  switch (delivery) {
    case 'App':
    case 'Sms':
    case 'Call':
    case 'FirebaseSms':
      return { _, length }
    case 'FlashCall':
      return { _, pattern: CALLER + '*'.repeat(length) }
    case 'MissedCall':
      return { _, prefix: CALLER, length }
    case 'FragmentSms':
      return { _, url: 'https://fragment.com/login', length }
    case 'SmsWord':
    case 'SmsPhrase':
    case 'SetUpEmailRequired':
      return { _ }
    case 'EmailCode':
      return { _, email_pattern: emailPattern(email), length, reset_available_period: 0 }
  }
}

/** The ways that auth.codeType* can name; the others are not announced. */
const ANNOUNCED = new Set(['Sms', 'Call', 'FlashCall', 'MissedCall', 'FragmentSms'])

const sentCode = (sent: SentCode): TlObject => ({
  _: 'auth.sentCode',
  type: codeType(sent),
  phone_code_hash: sent.hash,
  next_type: sent.next !== null && ANNOUNCED.has(sent.next) ? { _: `auth.codeType${sent.next}` } : undefined,
  timeout: sent.timeout ?? undefined,
})

/** What was typed, of an EmailVerification. Google's and Apple's tokens are not taken. */
const emailCode = (verification: TlObject): string => {
  if (verification._ !== 'emailVerificationCode') throw new RpcError(400, 'EMAIL_NOT_ALLOWED')
  return text(verification, 'code')
}

const signIn: OpenHandler = (request, context) => {
  const { world } = context
  const phone = phoneOf(request, context)
  const verification = maybe(object, request, 'email_verification')
  world.codes.check(phone, text(request, 'phone_code_hash'), {
    phone: maybe(text, request, 'phone_code') ?? null,
    email: verification ? emailCode(verification) : null,
  })
  const user = world.byPhone(phone)
  if (!user?.login) return { _: 'auth.authorizationSignUpRequired' }
  world.codes.done(phone)
  return admit(context, user)
}

/** Only what a sign-in needs: setting up the address that its codes will go to. */
const loginSetUp = (request: TlObject, context: OpenContext): { phone: string; hash: string } => {
  const purpose = object(request, 'purpose')
  if (purpose._ !== 'emailVerifyPurposeLoginSetup') throw new RpcError(400, 'EMAIL_NOT_ALLOWED')
  return { phone: phoneOf(purpose, context), hash: text(purpose, 'phone_code_hash') }
}

export const openAuthHandlers: Record<string, OpenHandler> = {
  ...passwordHandlers,
  ...openQrHandlers,
  ...openTransferHandlers,
  'auth.sendCode': (request, context) => {
    const phone = phoneOf(request, context)
    return sentCode(context.world.codes.send(phone, context.world.byPhone(phone)?.login ?? null))
  },
  'auth.resendCode': (request, context) =>
    sentCode(context.world.codes.resend(phoneOf(request, context), text(request, 'phone_code_hash'))),
  'auth.resetLoginEmail': (request, context) =>
    sentCode(context.world.codes.resetEmail(phoneOf(request, context), text(request, 'phone_code_hash'))),
  'auth.cancelCode': (request, context) => {
    context.world.codes.cancel(phoneOf(request, context), text(request, 'phone_code_hash'))
    return true
  },
  'auth.signIn': signIn,
  'account.sendVerifyEmailCode': (request, context) => {
    const { phone, hash } = loginSetUp(request, context)
    const email = text(request, 'email')
    const { length } = context.world.codes.offerEmail(phone, hash, email)
    return { _: 'account.sentEmailCode', email_pattern: emailPattern(email), length }
  },
  'account.verifyEmail': (request, context) => {
    const { phone, hash } = loginSetUp(request, context)
    const code = emailCode(object(request, 'verification'))
    const { email, sent } = context.world.codes.proveEmail(phone, hash, code)
    context.changed()
    return { _: 'account.emailVerifiedLogin', email, sent_code: sentCode(sent) }
  },
}

export const authHandlers: Record<string, Handler> = {
  ...qrHandlers,
  ...transferHandlers,
  'auth.logOut': (_request, context) => {
    context.caller.key.userId = null
    context.changed()
    return { _: 'auth.loggedOut' }
  },
}
