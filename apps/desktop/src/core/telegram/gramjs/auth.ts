import type { CodeDelivery } from '../../../contract/index.ts'
import type { SentCode } from '../gateway.ts'
import { Api } from './library.ts'

export function sentCodeOf(sent: Api.auth.SentCode): SentCode {
  const next = sent.nextType == null ? null : nextDelivery(sent.nextType)
  const length = 'length' in sent.type ? sent.type.length : null
  return {
    hash: sent.phoneCodeHash,
    delivery: delivery(sent.type),
    length,
    trace: traceOf(sent.type),
    next: next === null ? null : { afterSeconds: sent.timeout ?? 0, delivery: next },
  }
}

function delivery(type: Api.auth.TypeSentCodeType): CodeDelivery {
  if (type instanceof Api.auth.SentCodeTypeApp) return 'app'
  if (type instanceof Api.auth.SentCodeTypeSms) return 'sms'
  if (type instanceof Api.auth.SentCodeTypeCall) return 'call'
  if (type instanceof Api.auth.SentCodeTypeFlashCall) return 'flash-call'
  if (type instanceof Api.auth.SentCodeTypeMissedCall) return 'missed-call'
  if (type instanceof Api.auth.SentCodeTypeEmailCode) return 'email'
  if (type instanceof Api.auth.SentCodeTypeFragmentSms) return 'fragment'
  if (type instanceof Api.auth.SentCodeTypeSmsWord) return 'sms-word'
  if (type instanceof Api.auth.SentCodeTypeSmsPhrase) return 'sms-phrase'
  if (type instanceof Api.auth.SentCodeTypeSetUpEmailRequired) return 'email-setup'
  // The text message comes only once an official application has proved to be one.
  if (type instanceof Api.auth.SentCodeTypeFirebaseSms) return 'official-app'
  return 'other'
}

function traceOf(type: Api.auth.TypeSentCodeType): string | null {
  if (type instanceof Api.auth.SentCodeTypeEmailCode) return type.emailPattern
  if (type instanceof Api.auth.SentCodeTypeFlashCall) return type.pattern
  if (type instanceof Api.auth.SentCodeTypeMissedCall) return `+${type.prefix}`
  if (type instanceof Api.auth.SentCodeTypeSmsWord || type instanceof Api.auth.SentCodeTypeSmsPhrase)
    return type.beginning ?? null
  return null
}

function nextDelivery(type: Api.auth.TypeCodeType): CodeDelivery {
  if (type instanceof Api.auth.CodeTypeSms) return 'sms'
  if (type instanceof Api.auth.CodeTypeCall) return 'call'
  if (type instanceof Api.auth.CodeTypeFlashCall) return 'flash-call'
  if (type instanceof Api.auth.CodeTypeMissedCall) return 'missed-call'
  if (type instanceof Api.auth.CodeTypeFragmentSms) return 'fragment'
  return 'other'
}
