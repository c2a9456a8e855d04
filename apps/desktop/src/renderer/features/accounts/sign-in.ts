import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { AccountView, CallError, Envelope, SignInStep } from '../../../contract/index.ts'
import { useCore } from '../../core.ts'

/** Errors after which the sign-in cannot go on and starts again from the number. */
const over = new Set<CallError['code']>([
  'telegram/sign-in-over',
  'telegram/phone-banned',
  'telegram/phone-unregistered',
])

/** A sign-in under way. It lives in a store, so that looking something up elsewhere loses nothing. */
export const useSignIn = defineStore('sign-in', () => {
  const core = useCore()
  const phone = ref('')
  const code = ref('')
  const password = ref('')
  const step = shallowRef<Exclude<SignInStep, { step: 'done' }> | null>(null)
  const error = shallowRef<CallError | null>(null)
  const busy = ref(false)
  /** The account being repaired, when it is not a new one. */
  const again = shallowRef<AccountView | null>(null)
  const current = computed(() => step.value?.step ?? 'phone')
  /** Chosen instead of the number; a password may follow. */
  const byQr = ref(false)
  let asking = false

  async function advance(call: () => Promise<Envelope<SignInStep>>): Promise<AccountView | null> {
    if (busy.value) return null
    busy.value = true
    error.value = null
    const answer = await call()
    busy.value = false
    if (!answer.ok) {
      error.value = answer.error
      if (over.has(answer.error.code)) startOver()
      return null
    }
    if (answer.data.step === 'done') {
      reset()
      return answer.data.account
    }
    code.value = ''
    password.value = ''
    step.value = answer.data
    return null
  }

  /** Asks where the picture stands. An unreachable network is shown and asked again; anything else ends it. */
  async function refreshQr(): Promise<AccountView | null> {
    const shown = step.value
    if (shown?.step !== 'qr' || asking) return null
    asking = true
    const answer = await core.call('accounts.refreshQr', { signInId: shown.signInId })
    asking = false
    if (step.value?.step !== 'qr' || step.value.signInId !== shown.signInId) return null
    if (!answer.ok) {
      error.value = answer.error
      if (answer.error.code !== 'telegram/unreachable' && answer.error.code !== 'call/core-unavailable')
        startOver()
      return null
    }
    error.value = null
    if (answer.data.step === 'done') {
      reset()
      return answer.data.account
    }
    step.value = answer.data
    return null
  }

  async function cancel() {
    const signInId = id()
    error.value = null
    startOver()
    if (signInId !== '') await core.call('accounts.cancelSignIn', { signInId })
  }

  /** Back to the number; what was typed there stays. */
  function startOver() {
    step.value = null
    byQr.value = false
    code.value = ''
    password.value = ''
  }

  function reset() {
    startOver()
    phone.value = ''
    error.value = null
    again.value = null
  }

  core.onLocked(reset)

  const id = () => step.value?.signInId ?? ''

  return {
    phone,
    code,
    password,
    step,
    error,
    busy,
    again,
    current,
    byQr,
    async startByQr() {
      if (step.value !== null) await cancel()
      const account = await advance(() => core.call('accounts.signInByQr', {}))
      byQr.value = step.value?.step === 'qr'
      return account
    },
    refreshQr,
    start: () => advance(() => core.call('accounts.signIn', { phone: phone.value })),
    submitCode: () =>
      advance(() => core.call('accounts.submitCode', { signInId: id(), code: code.value.trim() })),
    submitPassword: () =>
      advance(() => core.call('accounts.submitPassword', { signInId: id(), password: password.value })),
    resend: () => advance(() => core.call('accounts.resendCode', { signInId: id() })),
    changeNumber: cancel,
    reset,
  }
})
