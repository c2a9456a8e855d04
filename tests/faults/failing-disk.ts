import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { DatabaseSync, StatementSync } from 'node:sqlite'

// Every write of the process, counted, and made to fail where a test says: files, renames and removals through `node:fs`,
// and what goes to SQLite. What the process under test imports by name is replaced too.

/** `once`: one write fails, as on a full disk. `dead`: that one and all that follow, which is what kill -9 leaves behind. */
export type Fault = { readonly at: number; readonly how: 'once' | 'dead' }

const full = (): Error =>
  Object.assign(new Error('no space left on device'), { code: 'ENOSPC', errno: -28, errcode: 13 })

let count = 0
let fault: Fault | null = null
let armed = false

function write(): void {
  if (!armed) return
  count += 1
  if (fault !== null && (fault.how === 'once' ? count === fault.at : count >= fault.at)) throw full()
}

type Method = (...args: unknown[]) => unknown
function guard(target: object, name: string, counts: (args: unknown[]) => boolean, later: boolean): void {
  const methods = target as Record<string, Method>
  const original = methods[name]
  if (original === undefined) throw new Error(`${name} is no function to guard`)
  methods[name] = function (this: unknown, ...args: unknown[]) {
    if (counts(args)) {
      try {
        write()
      } catch (error) {
        if (later) return Promise.reject(error as Error)
        throw error
      }
    }
    return Reflect.apply(original, this, args)
  }
}

const always = (): boolean => true
const opensToWrite = ([, flags]: unknown[]): boolean => typeof flags === 'string' && flags !== 'r'
const changes = ([sql]: unknown[]): boolean => !/^\s*PRAGMA/i.test(String(sql))

/** Puts the counting in place for the rest of the process. */
export async function guardWrites(): Promise<void> {
  for (const name of ['writeFileSync', 'renameSync', 'mkdirSync', 'copyFileSync', 'rmSync', 'fsyncSync'])
    guard(fs, name, always, false)
  for (const name of ['rename', 'mkdir', 'rm']) guard(fs.promises, name, always, true)
  guard(fs.promises, 'open', opensToWrite, true)
  const handle = await fs.promises.open(process.execPath, 'r')
  for (const name of ['write', 'writeFile', 'sync'])
    guard(Object.getPrototypeOf(handle) as object, name, always, true)
  await handle.close()
  guard(DatabaseSync.prototype, 'exec', changes, false)
  guard(StatementSync.prototype, 'run', always, false)
  syncBuiltinESMExports()
}

/** Runs `work` with the fault; tells how many writes there were, and what it came to. */
export async function withFault<T>(
  given: Fault | null,
  work: () => Promise<T>,
): Promise<{ readonly writes: number; readonly failed: boolean; readonly value: T | null }> {
  count = 0
  fault = given
  armed = true
  try {
    const value = await work()
    return { writes: count, failed: false, value }
  } catch {
    return { writes: count, failed: true, value: null }
  } finally {
    armed = false
    fault = null
  }
}
