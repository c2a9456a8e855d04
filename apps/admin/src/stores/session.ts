import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { ADMIN_ROUTES, type AdminAnswer, type AdminRoute, type AdminRouteName } from '@autotele/shared'
import { useApi, type Result, type SessionHooks } from '../api/client.ts'

export type Session = AdminAnswer<'readSession'>
/** Why one is signed out who was in: too long away, the day's limit, or ended from somewhere else. */
export type Ending = 'idle' | 'limit' | 'elsewhere'

/** The server writes the last use down at most this often, so its idle limit may come this much earlier. */
const SLACK_MS = 30_000
const WARN_IDLE_MS = 2 * 60_000
const WARN_LIMIT_MS = 10 * 60_000

/** Who is signed in, for how long, and what they may do. */
export const useSession = defineStore('session', () => {
  const api = useApi()
  const data = shallowRef<Session | null>(null)
  const ending = ref<Ending | null>(null)
  const now = ref(Date.now())
  const lastUse = ref(Date.now())
  const idleMs = ref(0)
  const stepUpAsked = shallowRef<((given: boolean) => void) | null>(null)

  const idleEnds = computed(() => lastUse.value + idleMs.value - SLACK_MS)
  const ends = computed(() => (data.value ? Date.parse(data.value.ends) : 0))

  function take(session: Session): void {
    data.value = session
    ending.value = null
    now.value = lastUse.value = Date.now()
    idleMs.value = Date.parse(session.idleEnds) - Date.now()
  }
  function end(why: Ending | null): void {
    data.value = null
    ending.value = why
    stepUpAsked.value?.(false)
    stepUpAsked.value = null
  }
  const endNow = () => {
    if (!data.value) return
    const at = Date.now()
    end(at >= ends.value ? 'limit' : at >= idleEnds.value ? 'idle' : 'elsewhere')
  }

  async function load(): Promise<Result<Session>> {
    const result = await api.call('readSession', {})
    if (result.ok) take(result.data)
    else if (result.error.code === 'SIGN_IN_REQUIRED') endNow()
    return result
  }

  const hooks: SessionHooks = {
    lost: async () => (await load()).ok,
    stepUp: () =>
      new Promise(resolve => {
        stepUpAsked.value?.(false)
        stepUpAsked.value = resolve
      }),
    used: () => {
      lastUse.value = Date.now()
    },
  }

  return {
    data,
    ending,
    hooks,
    load,
    /** What is to be said now: the session ends soon, for one reason or the other. */
    warning: computed(() => {
      if (!data.value) return null
      const idle = idleEnds.value - now.value
      const limit = ends.value - now.value
      if (limit < WARN_LIMIT_MS)
        return { why: 'limit', minutes: Math.max(1, Math.ceil(limit / 60_000)) } as const
      if (idle < WARN_IDLE_MS) return { why: 'idle', minutes: Math.max(1, Math.ceil(idle / 60_000)) } as const
      return null
    }),
    /** Time passed. When a limit seems reached the server is asked, which alone decides. */
    async tick() {
      now.value = Date.now()
      if (data.value && now.value > Math.min(idleEnds.value + SLACK_MS, ends.value) + 1_000) await load()
    },
    async signIn(email: string, password: string, code: string) {
      const result = await api.call('signIn', { body: { email, password, code } })
      if (result.ok) take(result.data)
      return result
    },
    async signOut() {
      const result = await api.call('signOut', {})
      if (result.ok || result.error.code === 'SIGN_IN_REQUIRED') end(null)
      return result
    },
    stepUpAsked: computed(() => stepUpAsked.value !== null),
    async giveCode(code: string) {
      const result = await api.call('stepUp', { body: { code } })
      if (result.ok) {
        take(result.data)
        stepUpAsked.value?.(true)
        stepUpAsked.value = null
      }
      return result
    },
    cancelStepUp() {
      stepUpAsked.value?.(false)
      stepUpAsked.value = null
    },
    /** Whether the role may call a route. What is hidden by it the server refuses as well. */
    may(name: AdminRouteName): boolean {
      const { access }: AdminRoute = ADMIN_ROUTES[name]
      return access === 'public' || (data.value !== null && access.includes(data.value.role))
    },
  }
})
