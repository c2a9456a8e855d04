import type { LicenseView } from '../../../contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatInstant, machineZone } from '../../lib/time.ts'

export type LicenseWords = {
  readonly title: string
  readonly next: string
  readonly tone: 'neutral' | 'good' | 'warn' | 'bad' | 'info'
}

const tones: Record<LicenseView['state'], LicenseWords['tone']> = {
  none: 'neutral',
  trialing: 'info',
  valid: 'good',
  stale: 'warn',
  warn: 'warn',
  clock_behind: 'warn',
  expired: 'bad',
  denied: 'bad',
}

/** `29.99` and `EUR` as money in the language of the interface; an unknown currency stays readable. */
export function formatMoney(amount: string, currency: string, tag: string): string {
  try {
    return new Intl.NumberFormat(tag, { style: 'currency', currency }).format(amount as `${number}`)
  } catch {
    return `${amount} ${currency}`
  }
}

/** The licence in a sentence, and what to do about it. */
export function useLicenseWords(): (license: LicenseView) => LicenseWords {
  const { t, tag } = useText()
  const day = (at: string | null) =>
    at === null ? t('license.unknownDate') : formatInstant(at, 'date', tag.value, machineZone())
  return ({ state, validUntil, offlineUntil, lastContact, denial }) => {
    const values = { until: day(validUntil), offline: day(offlineUntil), contact: day(lastContact) }
    return {
      title: t(`license.state.${state}`, values),
      next:
        state === 'denied' && denial !== null
          ? t(`license.denial.${denial}`)
          : t(`license.next.${state}`, values),
      tone: tones[state],
    }
  }
}
