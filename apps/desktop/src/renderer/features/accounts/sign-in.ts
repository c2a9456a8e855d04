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

  /** Back to the number; what was typed there stays. */
  function startOver() {
    step.value = null
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
    start: () => advance(() => core.call('accounts.signIn', { phone: phone.value })),
    submitCode: () =>
      advance(() => core.call('accounts.submitCode', { signInId: id(), code: code.value.trim() })),
    submitPassword: () =>
      advance(() => core.call('accounts.submitPassword', { signInId: id(), password: password.value })),
    resend: () => advance(() => core.call('accounts.resendCode', { signInId: id() })),
    async changeNumber() {
      const signInId = id()
      error.value = null
      startOver()
      if (signInId !== '') await core.call('accounts.cancelSignIn', { signInId })
    },
    reset,
  }
})
