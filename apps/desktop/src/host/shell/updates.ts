import type { Progress, UpdateView } from '../../contract/index.ts'
import { CallFailure } from '../../core/failure.ts'
import type { Clock, Log, Timers } from '../../core/ports.ts'

/** What finds, fetches, verifies and installs; what it hands over has been verified against our own signature. */
export type UpdatePort = {
  /** The newest version above this one, or null. `page`: this form is replaced by hand, from there. */
  check(): Promise<{ readonly version: string; readonly notes: string; readonly page: string | null } | null>
  /** Resolves once what was fetched is whole and signed by us; `percent` from 0 to 100. */
  download(version: string, onProgress: (percent: number) => void): Promise<void>
  /** Ends the program and installs. Called only when nothing is being placed, after the core has stopped. */
  install(): void
}

/** Thrown by the port; anything else counts as `unreachable`. */
export class UpdateFailure extends Error {
  readonly reason: 'unreachable' | 'untrusted' | 'disk'

  constructor(reason: UpdateFailure['reason'], options?: ErrorOptions) {
    super(reason, options)
    this.name = 'UpdateFailure'
    this.reason = reason
  }
}

export type Updates = {
  view(): UpdateView
  check(): Promise<UpdateView>
  /** Goes on in the background; `onChange` tells how it goes. */
  download(): UpdateView
  install(whenIdle: boolean): UpdateView
  skip(version: string): Promise<UpdateView>
  stop(): void
}

const FIRST_CHECK_MS = 60_000
const CHECK_EVERY_MS = 6 * 3_600_000
const LOOK_EVERY_MS = 5000

/**
 * Whether something is on its way to Telegram: then nothing restarts. A queue that stands still (offline, paused, told
 * to wait) is stored, and goes on after a restart as before it. Pure.
 */
export const isPlacing = (progress: readonly Progress[]): boolean =>
  progress.some(
    ({ done, failed, total, waiting }) =>
      done + failed < total && (waiting === null || waiting.reason === 'pace'),
  )

/**
 * The way of an update, from found to installed. Nothing is fetched or installed without being asked for, and an
 * installation waits until two looks, five seconds apart, have both found nothing being placed.
 */
export function createUpdates(options: {
  readonly port: UpdatePort | null
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  /** Null: not known just now, which counts as busy. */
  readonly progress: () => Promise<readonly Progress[] | null>
  readonly skipped: { get(): string | null; set(version: string): Promise<void> }
  /** Stops the core, then calls `install`. */
  readonly quitAnd: (install: () => void) => void
  readonly onChange: (view: UpdateView) => void
}): Updates {
  const { port, clock, timers, log, skipped } = options
  if (port === null) return noUpdates
  let view: UpdateView = { state: 'idle', checkedAt: null }
  let cancelCheck = timers.after(FIRST_CHECK_MS, checkAgain)
  let cancelLook: (() => void) | undefined

  function set(next: UpdateView): UpdateView {
    view = next
    options.onChange(next)
    return next
  }
  function failed(event: string, error: unknown): UpdateView {
    const reason = error instanceof UpdateFailure ? error.reason : 'unreachable'
    log('warning', event, { reason })
    return set({ state: 'failed', reason })
  }
  function checkAgain(): void {
    cancelCheck = timers.after(CHECK_EVERY_MS, checkAgain)
    if (view.state === 'idle' || view.state === 'failed') void check({ asked: false })
  }

  async function check({ asked }: { asked: boolean }): Promise<UpdateView> {
    if (view.state === 'checking' || view.state === 'downloading' || view.state === 'ready') return view
    set({ state: 'checking' })
    try {
      const found = await port?.check()
      // Asked for by hand, a version that was skipped is shown all the same.
      if (found && (asked || found.version !== skipped.get())) return set({ state: 'available', ...found })
      return set({ state: 'idle', checkedAt: new Date(clock.now()).toISOString() })
    } catch (error) {
      return failed('update.check-failed', error)
    }
  }

  function look(quietBefore: boolean): void {
    cancelLook = timers.after(LOOK_EVERY_MS, () => {
      options.progress().then(
        progress => {
          if (cancelLook === undefined) return
          const quiet = progress !== null && !isPlacing(progress)
          if (!quiet || !quietBefore) {
            look(quiet)
            return
          }
          cancelLook = undefined
          log('info', 'update.installing')
          options.quitAnd(() => port?.install())
        },
        () => {
          if (cancelLook !== undefined) look(false)
        },
      )
    })
  }

  return {
    view: () => view,
    check: () => check({ asked: true }),
    download() {
      if (view.state !== 'available' || view.page !== null || port === null)
        throw new CallFailure('shell/not-here')
      const { version } = view
      const progress = (percent: number): void => {
        if (view.state === 'downloading') set({ state: 'downloading', version, percent: Math.round(percent) })
      }
      const begun = set({ state: 'downloading', version, percent: 0 })
      port.download(version, progress).then(
        () => set({ state: 'ready', version, whenIdle: false }),
        (error: unknown) => failed('update.download-failed', error),
      )
      return begun
    },
    install(whenIdle) {
      if (view.state !== 'ready') throw new CallFailure('shell/not-here')
      cancelLook?.()
      cancelLook = undefined
      if (whenIdle) look(false)
      return set({ ...view, whenIdle })
    },
    async skip(version) {
      await skipped.set(version)
      return view.state === 'available' && view.version === version
        ? set({ state: 'idle', checkedAt: new Date(clock.now()).toISOString() })
        : view
    },
    stop() {
      cancelCheck()
      cancelLook?.()
      cancelLook = undefined
    },
  }
}

const notHere = (): never => {
  throw new CallFailure('shell/not-here')
}
const off: UpdateView = { state: 'off' }
/** For a program that runs from its source, or in a browser. */
export const noUpdates: Updates = {
  view: () => off,
  check: () => Promise.resolve(off),
  download: notHere,
  install: notHere,
  skip: () => Promise.resolve(off),
  stop: () => undefined,
}
