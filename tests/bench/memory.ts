import { setTimeout as sleep } from 'node:timers/promises'
import { IDLE_ACCOUNTS, type Login } from './place.ts'

type Memory = { readonly heap: number; readonly rss: number }

/** Megabytes after everything that can go has gone: V8's heap with what it holds outside, and the process as the system sees it. */
async function memory(): Promise<Memory> {
  for (let i = 0; i < 10; i++) {
    await sleep(60)
    globalThis.gc?.()
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: (heapUsed + external) / 2 ** 20, rss: rss / 2 ** 20 }
}

/**
 * What stays in the memory of this process, printed as JSON: with everything loaded and nobody signed in, with every idle
 * account online, with the chats of each read once, after twenty more readings and after another twenty. `refresh` reads
 * the chats of all.
 */
export async function printMemory<T>(
  open: (login: Login) => Promise<T>,
  refresh: (clients: readonly T[]) => Promise<unknown>,
): Promise<never> {
  const clients: T[] = []
  const after = async (times: number): Promise<Memory> => {
    for (let i = 0; i < times; i++) await refresh(clients)
    return memory()
  }
  const empty = await memory()
  for (const login of IDLE_ACCOUNTS) clients.push(await open(login))
  const idle = await memory()
  const stages = { empty, idle, read: await after(1), refreshed: await after(20), again: await after(20) }
  process.stdout.write(`${JSON.stringify(stages)}\n`)
  process.exit(0)
}
