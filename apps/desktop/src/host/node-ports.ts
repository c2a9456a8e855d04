import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { Clock, Http, Random, Timers } from '../core/ports.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}

/** The longest wait `setTimeout` keeps: a longer one fires at once (Node documentation, timers). */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

export const systemTimers: Timers = {
  after(ms, run) {
    let handle: NodeJS.Timeout
    const wait = (left: number): void => {
      const step = Math.min(left, LONGEST_TIMEOUT_MS)
      handle = setTimeout(() => {
        if (left > step) wait(left - step)
        else run()
      }, step)
    }
    wait(Math.max(0, ms))
    return () => {
      clearTimeout(handle)
    }
  },
}

export const systemRandom: Random = { bytes: length => randomBytes(length) }

/** A licence server's answer is a few kilobytes; more than this is something else. */
const LONGEST_BODY = 1024 * 1024

/** HTTP by the platform's own `fetch`: redirects are not followed, the time limit covers the body too. */
export const systemHttp: Http = async ({ method, url, headers, body, timeoutMs }) => {
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
    credentials: 'omit',
    cache: 'no-store',
    signal: AbortSignal.timeout(timeoutMs),
  })
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await readBody(response),
  }
}

async function readBody(response: Response): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const chunk of response.body) {
    length += chunk.byteLength
    if (length > LONGEST_BODY) throw new Error(`the answer is longer than ${LONGEST_BODY} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
