/** A piece of work that runs again and again: when woken, when its time has come, and never twice at once. */
export type Loop = { readonly wake: () => void; readonly stop: () => Promise<void> }

/**
 * Runs `work` until it returns a delay in milliseconds, then waits that long or until woken; `0` means at once. A
 * failure waits `retryMs`: the loop outlives a database that is away. `stop` lets the work at hand come to its end.
 */
export function startLoop(
  work: (stopped: () => boolean) => Promise<number>,
  options: { readonly retryMs: number; readonly onError: (error: unknown) => void },
): Loop {
  let stopped = false
  let woken = false
  let interrupt = (): void => undefined

  const sleep = (ms: number): Promise<void> =>
    new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      interrupt = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const running = (async () => {
    while (!stopped) {
      woken = false
      let delay: number
      try {
        delay = await work(() => stopped)
      } catch (error) {
        options.onError(error)
        delay = options.retryMs
      }
      // `woken` says that something came while we worked: it may have been too late for this round.
      if (!stopped && !woken && delay > 0) await sleep(delay)
    }
  })()

  return {
    wake() {
      woken = true
      interrupt()
    },
    async stop() {
      stopped = true
      interrupt()
      await running
    },
  }
}
