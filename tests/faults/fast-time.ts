import type { pointGramjsAt } from '@autotele/sandbox/point-gramjs'
import type { CoreOptions } from '../../apps/desktop/src/core/create-core.ts'
import type { Timers } from '../../apps/desktop/src/core/ports.ts'
import { systemTimers } from '../../apps/desktop/src/host/node-ports.ts'

/** What a fast core is told of its surroundings. */
export type FastCoreArgs = {
  readonly telegram: Parameters<typeof pointGramjsAt>[0]
  /** Takes an HttpRequest as JSON, answers an HttpResponse. */
  readonly licenses: string
  readonly licenseServer: string
  readonly rootKey: CoreOptions['license']['rootKey']
  readonly time: FastTime
}

/** `since`: when it began to be fast, milliseconds since 1970; `speed`: how many times as fast. */
export type FastTime = { readonly since: number; readonly speed: number }

export const fastNow = ({ since, speed }: FastTime): number => since + (Date.now() - since) * speed

export const fastTimers = ({ speed }: FastTime): Timers => ({
  after: (ms, run) => systemTimers.after(ms / speed, run),
})
