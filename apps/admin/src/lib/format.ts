import { computed } from 'vue'
import { useText } from '../i18n/index.ts'

/** Dates, amounts and numbers as the chosen language writes them; instants in the browser's zone. */
export function useFormat() {
  const { tag } = useText()
  const instants = computed(
    () => new Intl.DateTimeFormat(tag.value, { dateStyle: 'medium', timeStyle: 'short' }),
  )
  const days = computed(() => new Intl.DateTimeFormat(tag.value, { dateStyle: 'medium' }))
  const months = computed(
    () => new Intl.DateTimeFormat(tag.value, { month: 'short', year: '2-digit', timeZone: 'UTC' }),
  )
  const numbers = computed(() => new Intl.NumberFormat(tag.value))
  /** A decimal string, digit for digit, without its currency. */
  const decimal = (amount: string) =>
    new Intl.NumberFormat(tag.value, { minimumFractionDigits: 2, maximumFractionDigits: 20 }).format(
      amount as `${number}`,
    )
  return {
    instant: (iso: string) => instants.value.format(new Date(iso)),
    day: (iso: string) => days.value.format(new Date(iso)),
    /** Of `2026-11`. */
    month: (text: string) => months.value.format(new Date(`${text}-01T00:00:00Z`)),
    number: (value: number) => numbers.value.format(value),
    decimal,
    money: (amount: string, currency: string) => `${decimal(amount)}\u00a0${currency}`,
  }
}
