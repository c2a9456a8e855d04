import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useSession } from '../../stores/session.ts'
import { useAccounts } from '../accounts/store.ts'
import { useLicense } from '../license/store.ts'

export const STEPS = ['language', 'protect', 'license', 'account'] as const
export type Step = (typeof STEPS)[number]

/**
 * Where the first start stands. It follows from what exists (vault, licence, accounts), so that it goes on where it
 * was left after any interruption; only what the person chose to put off is remembered, until the window closes.
 */
export const useOnboarding = defineStore('onboarding', () => {
  const session = useSession()
  const accounts = useAccounts()
  const license = useLicense()
  const begun = ref(false)
  const licenseLater = ref(false)
  const withKey = ref(false)
  /** Once true, nothing leads back here by itself. */
  const over = ref(false)

  const step = computed<Step | 'done'>(() => {
    if (session.data?.vault === 'new') return begun.value ? 'protect' : 'language'
    if ((license.data === null || license.data.state === 'none') && !licenseLater.value) return 'license'
    return accounts.list.length === 0 ? 'account' : 'done'
  })

  /** What the step of the licence shows: a trial or a purchase is offered, a purchase is under way, a key is typed. */
  const licenseWay = computed(() => {
    if (withKey.value) return 'key'
    return license.data?.checkout == null ? 'offer' : 'payment'
  })

  /** Is there something left to set up? Asked once per start: a list emptied later is no first start. */
  async function needed(): Promise<boolean> {
    if (session.data?.vault === 'new') return true
    if (over.value) return false
    await Promise.all([accounts.load(), license.load()])
    over.value = accounts.data === null || accounts.list.length > 0
    return !over.value
  }

  return { begun, licenseLater, withKey, licenseWay, over, step, needed }
})
