import { MAX_CAPTION_LENGTH, MAX_TEXT_LENGTH, MIN_PASSPHRASE_LENGTH } from '../../contract/limits.ts'
import type { CallError, ErrorCode, Finding } from '../../contract/index.ts'
import { duration, formatInstant, machineZone } from '../lib/time.ts'
import { useText, type Params, type UseText } from './index.ts'
import type { MessageKey } from './sentences.ts'

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
  // These sentences come just after the first page; until then there is nothing to read, rather than a key.
  const say = (key: MessageKey, values: Params): string => {
    const sentence = text.t(key, values)
    return sentence === key ? '' : sentence
  }
  return error => {
    const { code } = error
    const values = fill(error, text)
    const group = isFinding(code) ? (`findings.${code}` as const) : (`errors.${code}` as const)
    return { what: say(`${group}.what`, values), next: say(`${group}.next`, values) }
  }
}
