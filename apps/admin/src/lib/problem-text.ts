import type { ApiError } from '../api/client.ts'
import { useText } from '../i18n/index.ts'

/** What went wrong and what to do, in the person's language. */
export function useProblemText() {
  const { t } = useText()
  return ({ code, retryAfter }: ApiError): string => {
    switch (code) {
      case 'RATE_LIMITED':
        return t('problems.RATE_LIMITED', { minutes: Math.max(1, Math.ceil((retryAfter ?? 60) / 60)) })
      case 'OFFLINE':
      case 'UNREADABLE':
      case 'MALFORMED_BODY':
      case 'IDEMPOTENCY_KEY_REUSED':
      case 'IDEMPOTENCY_IN_PROGRESS':
      case 'SIGN_IN_REQUIRED':
      case 'SIGN_IN_FAILED':
      case 'FORBIDDEN':
      case 'STEP_UP_REQUIRED':
      case 'CROSS_SITE_REQUEST':
      case 'NOT_FOUND':
      case 'CONFLICT':
      case 'VALIDATION_FAILED':
      case 'PAYMENTS_UNAVAILABLE':
      case 'UNAVAILABLE':
        return t(`problems.${code}`)
      default:
        return t('problems.INTERNAL')
    }
  }
}
