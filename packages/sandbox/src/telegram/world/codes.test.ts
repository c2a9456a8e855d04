import { describe, expect, it } from 'vitest'
import { RpcError } from '../errors.ts'
import { CALLER, createCodes } from './codes.ts'
import type { Codes, GivenCode, SentCode } from './codes.ts'
import { toLogin } from './login.ts'
import type { Delivery, NewLogin } from './login.ts'

const PHONE = '33639980001'
const START = 1_800_000_000

const refusal = (run: () => unknown): string => {
  try {
    run()
    return 'no error'
  } catch (error) {
    if (error instanceof RpcError) return `${error.code} ${error.message}`
    throw error
  }
}

const byPhone = (code: string): GivenCode => ({ phone: code, email: null })
const byEmail = (code: string): GivenCode => ({ phone: null, email: code })

const start = (
  login: Partial<NewLogin> = {},
): { codes: Codes; sent: SentCode; wait: (s: number) => void } => {
  let now = START
  const codes = createCodes(() => now)
  const sent = codes.send(PHONE, toLogin({ code: '12345', ...login }))
  return {
    codes,
    sent,
    wait: seconds => {
      now += seconds
    },
  }
}

describe('a code on its way', () => {
  it('resent keeps its hash and its lifetime starts anew; after the last way there is no other', () => {
    const { codes, sent, wait } = start()
    wait(290)
    codes.resend(PHONE, sent.hash)
    wait(290)
    expect(codes.resend(PHONE, sent.hash)).toMatchObject({ delivery: 'Call', next: null, timeout: null })
    expect(refusal(() => codes.resend(PHONE, sent.hash))).toBe('406 SEND_CODE_UNAVAILABLE')
    expect(refusal(() => codes.check(PHONE, sent.hash, byPhone('12345')))).toBe('no error')
    expect(refusal(() => codes.check(PHONE, 'autre', byPhone('12345')))).toBe('400 PHONE_CODE_EXPIRED')
  })

  it('is not resent before its time is over, unless it went to an app', () => {
    const { codes, sent, wait } = start()
    expect(sent).toMatchObject({ delivery: 'App', next: 'Sms', timeout: 60 })
    expect(codes.resend(PHONE, sent.hash)).toMatchObject({ delivery: 'Sms', next: 'Call' })
    wait(20)
    expect(refusal(() => codes.resend(PHONE, sent.hash))).toBe('420 FLOOD_WAIT_40')
    wait(40)
    expect(codes.resend(PHONE, sent.hash)).toMatchObject({ delivery: 'Call' })
  })

  it('cancelled is good for nothing', () => {
    const { codes, sent } = start()
    codes.cancel(PHONE, sent.hash)
    expect(refusal(() => codes.check(PHONE, sent.hash, byPhone('12345')))).toBe('400 PHONE_CODE_EXPIRED')
    expect(refusal(() => codes.resend(PHONE, sent.hash))).toBe('400 PHONE_CODE_EXPIRED')
  })

  it('after five wrong ones there is a wait, which ends; a new code does not give five more', () => {
    const { codes, sent, wait } = start()
    for (const _ of [1, 2, 3])
      expect(refusal(() => codes.check(PHONE, sent.hash, byPhone('0')))).toBe('400 PHONE_CODE_INVALID')
    const again = codes.send(PHONE, toLogin({ code: '12345' }))
    for (const _ of [1, 2]) refusal(() => codes.check(PHONE, again.hash, byPhone('0')))
    expect(refusal(() => codes.send(PHONE, null))).toBe('420 FLOOD_WAIT_300')
    wait(301)
    expect(refusal(() => codes.send(PHONE, null))).toBe('no error')
  })

  it.each<[Delivery, string]>([
    ['App', '12345'],
    ['Sms', '12345'],
    ['Call', '12345'],
    ['FlashCall', `${CALLER}12345`],
    ['MissedCall', '12345'],
    ['FragmentSms', '12345'],
    ['FirebaseSms', '12345'],
    ['SmsWord', '12345'],
    ['SmsPhrase', '12345'],
  ])('by %s is what has to be typed', (delivery, typed) => {
    const { codes, sent } = start({ deliveries: [delivery] })
    expect(sent.delivery).toBe(delivery)
    expect(codes.expected(PHONE)).toBe(typed)
    expect(refusal(() => codes.check(PHONE, sent.hash, byPhone(`${typed}0`)))).toBe('400 PHONE_CODE_INVALID')
    expect(refusal(() => codes.check(PHONE, sent.hash, byPhone(typed)))).toBe('no error')
  })
})

describe('a code by e-mail', () => {
  it('is taken as such only, and can be had otherwise when the e-mail cannot be read', () => {
    const { codes, sent } = start({ deliveries: ['EmailCode', 'Sms'], email: 'camille@exemple.fr' })
    expect(sent).toMatchObject({ delivery: 'EmailCode', email: 'camille@exemple.fr' })
    expect(refusal(() => codes.check(PHONE, sent.hash, byPhone('12345')))).toBe('400 PHONE_CODE_EMPTY')
    expect(refusal(() => codes.check(PHONE, sent.hash, byEmail('54321')))).toBe('400 PHONE_CODE_INVALID')
    expect(refusal(() => codes.check(PHONE, sent.hash, byEmail('12345')))).toBe('no error')
    expect(codes.resetEmail(PHONE, sent.hash)).toMatchObject({ delivery: 'Sms' })
    expect(refusal(() => codes.check(PHONE, sent.hash, byEmail('12345')))).toBe('400 PHONE_CODE_EMPTY')
  })

  it('is asked an address for first, which has to be proved', () => {
    const { codes, sent } = start({ deliveries: ['SetUpEmailRequired', 'Sms'] })
    expect(refusal(() => codes.offerEmail(PHONE, sent.hash, 'nulle part'))).toBe('400 EMAIL_INVALID')
    expect(refusal(() => codes.proveEmail(PHONE, sent.hash, '12345'))).toBe('400 EMAIL_VERIFY_EXPIRED')
    codes.offerEmail(PHONE, sent.hash, 'nassim@exemple.fr')
    expect(refusal(() => codes.proveEmail(PHONE, sent.hash, '0'))).toBe('400 CODE_INVALID')
    expect(codes.proveEmail(PHONE, sent.hash, '12345')).toMatchObject({
      email: 'nassim@exemple.fr',
      sent: { delivery: 'Sms', email: 'nassim@exemple.fr' },
    })
  })
})
