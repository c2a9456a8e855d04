import { onScopeDispose } from 'vue'
import { useCore } from '../../core.ts'
import { useSettings } from '../../stores/settings.ts'

const SIGNS = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const
const TELL_EVERY_MILLISECONDS = 20_000

/** Tells the core that somebody is at the page, where it locks when nobody is: what a page asks by itself says nothing of it. */
export function usePresence(): void {
  const core = useCore()
  const settings = useSettings()
  let told = -Infinity
  const tell = ({ timeStamp }: Event): void => {
    if ((settings.data?.autoLogoutMinutes ?? 0) === 0 || timeStamp - told < TELL_EVERY_MILLISECONDS) return
    told = timeStamp
    void core.call('vault.stay', {})
  }
  for (const sign of SIGNS) window.addEventListener(sign, tell, { capture: true, passive: true })
  onScopeDispose(() => {
    for (const sign of SIGNS) window.removeEventListener(sign, tell, { capture: true })
  })
}
