import { inject, onScopeDispose, readonly, ref, type InjectionKey, type Ref } from 'vue'

/** Milliseconds since 1970; a test gives its own. */
export const ClockKey: InjectionKey<() => number> = Symbol('clock')

export const useClock = (): (() => number) => inject(ClockKey, () => () => Date.now(), true)

/** The present, renewed every `milliseconds` as long as the component lives: for countdowns. */
export function useNow(milliseconds = 1000): Readonly<Ref<number>> {
  const clock = useClock()
  const now = ref(clock())
  const timer = setInterval(() => (now.value = clock()), milliseconds)
  onScopeDispose(() => clearInterval(timer))
  return readonly(now)
}
