import { shallowRef, watch, type ShallowRef } from 'vue'

/**
 * Something about how this window shows things, kept in the browser's own storage: it is there before the vault is
 * open, so nothing that was written or received may be in it. What `read` does not recognise counts as `initial`.
 */
export function usePreference<T>(
  name: string,
  initial: T,
  read: (value: unknown) => T | null,
): ShallowRef<T> {
  const key = `autotele.${name}`
  const value = shallowRef(initial)
  try {
    value.value = read(JSON.parse(localStorage.getItem(key) ?? 'null')) ?? initial
  } catch {
    // No storage, or not ours: the window works without.
  }
  watch(value, now => {
    try {
      localStorage.setItem(key, JSON.stringify(now))
    } catch {
      // As above.
    }
  })
  return value
}
