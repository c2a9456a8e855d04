import { useText } from '../../i18n/index.ts'
import { dayOf, formatInstant, machineZone } from '../../lib/time.ts'

/**
 * An instant on the clock of this machine, for beside the one of the plan's zone: the hour, with the day where it is
 * another one. Nothing when both are the same zone.
 */
export function useHereTime(): (at: string, zone: string) => string {
  const { t, tag } = useText()
  const here = machineZone()
  return (at, zone) => {
    if (here === zone) return ''
    const style = dayOf(at, here) === dayOf(at, zone) ? 'time' : 'full'
    return t('common.hereTime', { time: formatInstant(at, style, tag.value, here), zone: here })
  }
}
