import { MAX_CAPTION_LENGTH, MAX_TEXT_LENGTH, MIN_PASSPHRASE_LENGTH } from '../../contract/limits.ts'
import type { CallError, ErrorCode, Finding } from '../../contract/index.ts'
import { duration, formatInstant, machineZone } from '../lib/time.ts'
import { useText, type Params, type UseText } from './index.ts'

export type Explanation = { readonly what: string; readonly next: string }

type Raw = {
  readonly code: CallError['code'] | Finding['code']
  readonly params?: CallError['params'] | undefined
}

/**
 * The values of a sentence. The core sends what it knows; what it left out is replaced by words that are still true,
 * so that no sentence ever shows a hole.
 */
function fill({ code, params = {} }: Raw, { t, tag }: UseText): Params {
  const { retryAt, seconds } = params
  const when =
    typeof retryAt === 'string'
      ? t('common.atTime', { time: formatInstant(retryAt, 'time', tag.value, machineZone()) })
      : seconds === undefined
        ? t('common.inAWhile')
        : t('common.inDuration', { duration: duration(Number(seconds)) })
  return {
    limit: defaultLimits[code as ErrorCode] ?? t('common.someLimit'),
    count: t('common.several'),
    zone: t('common.thisZone'),
    name: t('common.unnamed'),
    ...params,
    when,
    duration: seconds === undefined ? t('common.aWhile') : duration(Number(seconds)),
  }
}

const defaultLimits: Partial<Record<ErrorCode, number>> = {
  'vault/passphrase-too-weak': MIN_PASSPHRASE_LENGTH,
  'telegram/text-too-long': MAX_TEXT_LENGTH,
  'plan/text-too-long': MAX_TEXT_LENGTH,
  'plan/caption-too-long': MAX_CAPTION_LENGTH,
  'telegram/quota-of-chat': 100,
  'plan/date-too-late': 365,
}

const isFinding = (code: Raw['code']): code is Extract<Finding['code'], `finding/${string}`> =>
  code.startsWith('finding/')

/** What happened and what to do next, for any code of the contract. */
export function useErrorText(): (error: Raw) => Explanation {
  const text = useText()
  return error => {
    const { code } = error
    const values = fill(error, text)
    return isFinding(code)
      ? { what: text.t(`findings.${code}.what`, values), next: text.t(`findings.${code}.next`, values) }
      : { what: text.t(`errors.${code}.what`, values), next: text.t(`errors.${code}.next`, values) }
  }
}
