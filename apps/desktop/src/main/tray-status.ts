import type { DeliveryPage, Envelope, EventMessage, Progress } from '../contract/index.ts'
import type { systemTimers } from '../host/node-ports.ts'

/** What the tray tells at a glance. */
export type TrayStatus = {
  /** The next message that goes out; null: none, or not known (the vault is locked). */
  readonly next: { readonly at: string; readonly timeZone: string } | null
  /** Every account stands still until the person lets it go on. */
  readonly paused: boolean
}

const NOTHING: TrayStatus = { next: null, paused: false }
/** Events come in swarms while a plan is placed; one question serves them all. */
const GATHER_MS = 1000
const CONCERNS: ReadonlySet<string> = new Set([
  'app.changed',
  'accounts.changed',
  'deliveries.changed',
  'deliveries.progressed',
])

/** Keeps the tray's status up to date; `onChange` is called when it has become another. Returns what is known now. */
export function watchTrayStatus(options: {
  readonly core: {
    call(name: string, input: unknown): Promise<Envelope<unknown>>
    subscribe(listener: (message: EventMessage) => void): () => void
    onConnection(listener: (connected: boolean) => void): () => void
  }
  readonly timers: typeof systemTimers
  readonly onChange: () => void
}): () => TrayStatus {
  const { core, timers, onChange } = options
  let status = NOTHING
  let cancel: (() => void) | undefined

  async function look(): Promise<void> {
    const [list, progress] = await Promise.all([
      core.call('deliveries.list', { scope: 'upcoming', limit: 1 }),
      core.call('deliveries.progress', {}),
    ])
    const next = list.ok ? (list.data as DeliveryPage).items[0] : undefined
    const lanes = progress.ok ? (progress.data as readonly Progress[]) : []
    const found: TrayStatus = {
      next: next === undefined ? null : { at: next.at, timeZone: next.timeZone },
      paused:
        lanes.length > 0 &&
        lanes.every(({ waiting }) => waiting?.reason === 'paused' || waiting?.reason === 'held'),
    }
    if (found.paused === status.paused && found.next?.at === status.next?.at) return
    status = found
    onChange()
  }
  function soon(): void {
    cancel ??= timers.after(GATHER_MS, () => {
      cancel = undefined
      // A core that ends meanwhile is asked again when the next one is there.
      look().catch(() => undefined)
    })
  }
  core.subscribe(({ name }) => {
    if (CONCERNS.has(name)) soon()
  })
  core.onConnection(connected => {
    if (connected) soon()
  })
  return () => status
}
