import {
  contract,
  type Envelope,
  type EventMessage,
  type Handlers,
  type MethodName,
  type Notice,
  type Progress,
  type ShellLink,
  type ShellView,
} from '../../contract/index.ts'
import { CallFailure } from '../../core/failure.ts'
import type { Clock, Log, Timers } from '../../core/ports.ts'
import type { Supervisor } from '../supervisor.ts'
import type { CrashStore } from './crash-store.ts'
import { createNoticeDesk, mayShow } from './notices.ts'
import type { SettingsStore } from './settings.ts'
import { createUpdates, type UpdatePort } from './updates.ts'

/** What this form of the program has of what a desktop offers. */
export type ShellSurroundings = {
  /** Starts with the session; null: not to be had here. `set` throws when the system refuses. */
  readonly autostart: { get(): boolean; set(on: boolean): void } | null
  readonly tray: () => boolean
  readonly notices: ShellView['notices']
  readonly keyring: () => ShellView['keyring']
  readonly portable: boolean
  /** Asks for a folder; null: not to be had here. */
  readonly pickFolder: (() => Promise<string | null>) | null
  readonly updates: UpdatePort | null
  /** Ends the program in good order, then calls `last`. */
  readonly quitAnd: (last: () => void) => void
  /** Shows a notice that may be shown. */
  readonly notify: (notice: Notice) => void
}

/** The core with its shell around it, as the interface sees the two: one set of methods, one sequence of events. */
export type Shell = Pick<Supervisor, 'call' | 'subscribe' | 'onConnection'> & {
  /** Keeps a link for the interface to take; the last one counts. */
  offerLink(link: ShellLink): void
  /** Something that the view shows has changed. */
  refresh(): void
  language(): 'fr' | 'en'
  stop(): void
}

type ShellHandlers = Pick<Handlers, Extract<MethodName, `shell.${string}`>>

export function createShell(deps: {
  readonly core: Pick<Supervisor, 'call' | 'subscribe' | 'onConnection' | 'emit'>
  readonly settings: SettingsStore
  readonly crashes: CrashStore
  readonly here: ShellSurroundings
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
}): Shell {
  const { core, settings, crashes, here, clock, timers, log } = deps
  let link: ShellLink | null = null
  // The core's own settings, as far as the shell needs them; until it has answered, the machine's.
  let { language, timeZone } = machineSettings()

  const updates = createUpdates({
    port: here.updates,
    clock,
    timers,
    log,
    progress: async () => {
      const answer = await core.call('deliveries.progress', {})
      // A locked vault places nothing.
      if (!answer.ok) return answer.error.code === 'vault/locked' ? [] : null
      return answer.data as readonly Progress[]
    },
    skipped: {
      get: () => settings.get().skippedVersion,
      set: version => settings.change({ skippedVersion: version }),
    },
    quitAnd: here.quitAnd,
    onChange: refresh,
  })

  function view(): ShellView {
    const { closeToTray, notices, quietHours } = settings.get()
    return {
      settings: { closeToTray, notices, quietHours },
      autostart: here.autostart?.get() ?? null,
      tray: here.tray(),
      notices: here.notices,
      keyring: here.keyring(),
      portable: here.portable,
      picksFolders: here.pickFolder !== null,
      update: updates.view(),
      link: link !== null,
      crashedAt: crashes.last()?.at ?? null,
    }
  }
  function refresh(): void {
    core.emit('shell.changed', view())
  }

  const handlers: ShellHandlers = {
    'shell.get': view,
    async 'shell.update'({ closeToTray, autostart, notices, quietHours }) {
      if (autostart !== undefined) {
        if (here.autostart === null) throw new CallFailure('shell/not-here')
        here.autostart.set(autostart)
      }
      const now = settings.get()
      const kinds = Object.entries(notices ?? {}).filter(([, on]) => on !== undefined)
      await settings.change({
        closeToTray: closeToTray ?? now.closeToTray,
        notices: { ...now.notices, ...(Object.fromEntries(kinds) as Partial<typeof now.notices>) },
        quietHours: quietHours ?? now.quietHours,
      })
      refresh()
      return view()
    },
    'shell.takeLink'() {
      const taken = link
      link = null
      return { link: taken }
    },
    'shell.crashReport': () => crashes.last(),
    'shell.forgetCrash'() {
      crashes.forget()
      refresh()
      return {}
    },
    'shell.checkUpdate': () => updates.check(),
    'shell.downloadUpdate': () => updates.download(),
    'shell.installUpdate': ({ whenIdle }) => updates.install(whenIdle),
    'shell.skipUpdate': ({ version }) => updates.skip(version),
    async 'shell.pickFolder'() {
      if (here.pickFolder === null) throw new CallFailure('shell/not-here')
      return { path: await here.pickFolder() }
    },
  }

  async function answer(name: string, input: unknown): Promise<Envelope<unknown>> {
    const method = Object.hasOwn(handlers, name) ? (name as keyof ShellHandlers) : undefined
    if (method === undefined) return refusal('call/unknown-method')
    const member = method.slice('shell.'.length) as 'get'
    const parsed = contract.shell[member].input.safeParse(input)
    if (!parsed.success) return refusal('call/invalid-input')
    try {
      return { ok: true, data: await (handlers[method] as (input: unknown) => unknown)(parsed.data) }
    } catch (error) {
      if (error instanceof CallFailure) return { ok: false, error: error.error }
      log('error', 'shell.failed', { method, error: error instanceof Error ? error.name : 'unknown' })
      return refusal('call/internal')
    }
  }

  const desk = createNoticeDesk({ now: clock.now, language: () => language })
  const take = (data: unknown): void => {
    ;({ language, timeZone } = data as { language: 'fr' | 'en'; timeZone: string })
  }
  function hear(message: EventMessage): void {
    if (message.name === 'settings.changed') take(message.payload)
    for (const notice of desk.read(message)) {
      if (mayShow(notice.kind, settings.get(), clock.now(), timeZone)) here.notify(notice)
    }
  }
  const ends = [
    core.subscribe(hear),
    core.onConnection(connected => {
      if (!connected) return
      void core.call('settings.get', {}).then(answered => {
        if (answered.ok) take(answered.data)
      })
    }),
  ]

  return {
    call: (name, input) => (name.startsWith('shell.') ? answer(name, input) : core.call(name, input)),
    subscribe: core.subscribe,
    onConnection: core.onConnection,
    offerLink(offered) {
      link = offered
      refresh()
    },
    refresh,
    language: () => language,
    stop() {
      updates.stop()
      for (const end of ends) end()
    },
  }
}

const refusal = (code: 'call/unknown-method' | 'call/invalid-input' | 'call/internal'): Envelope<never> => ({
  ok: false,
  error: { code, retryable: false },
})

function machineSettings(): { language: 'fr' | 'en'; timeZone: string } {
  const { locale, timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  return { language: locale.startsWith('fr') ? 'fr' : 'en', timeZone }
}
