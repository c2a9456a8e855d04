import { pointGramjsAt, type TelegramSandbox } from '@autotele/sandbox/telegram'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AccountId } from '../../apps/desktop/src/contract/index.ts'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/index.ts'
import { createMessaging } from '../../apps/desktop/src/core/telegram/testing/messaging-core.ts'
import { memoryDatabase, type FakeTime } from '../../apps/desktop/src/core/testing/index.ts'
import { CAMILLE } from './support.ts'

/** Real time, which `skip` can move ahead of itself. */
export type RealTime = FakeTime & { skip(ms: number): void }

export function realTime(): RealTime {
  let ahead = 0
  return {
    clock: { now: () => Date.now() + ahead, monotonic: () => performance.now() + ahead },
    timers: {
      after: (ms, run) => {
        const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1))
        return () => clearTimeout(timer)
      },
    },
    advance: () => Promise.reject(new Error('real time passes by itself')),
    setWall: () => undefined,
    next: () => null,
    skip: ms => {
      ahead += ms
    },
  }
}

/** What outlives the core of a test: its database and its session files. */
export function installation() {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-gateway-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { folder, database: memoryDatabase() }
}

/** Accounts, chats, plans and deliveries as in the product, over the real protocol and in real time. */
export async function launch(dc: TelegramSandbox, { seed = 'one', at = installation() } = {}) {
  const time = realTime()
  const gateway = createGramjsGateway(pointGramjsAt(dc))
  const core = createMessaging(undefined as never, { ...at, time, gateway, seed })
  await core.start()
  onTestFinished(() => core.stop())
  return { ...core, time }
}

/** Camille, who has a second step, signed in through the core. */
export async function signIn({ handlers }: Awaited<ReturnType<typeof launch>>): Promise<AccountId> {
  const code = await handlers['accounts.signIn']({ phone: `+${CAMILLE.phone}` })
  if (code.step !== 'code') throw new Error('no code was asked for')
  const { signInId } = code
  await handlers['accounts.submitCode']({ signInId, code: CAMILLE.code })
  const done = await handlers['accounts.submitPassword']({ signInId, password: CAMILLE.password })
  if (done.step !== 'done') throw new Error('not signed in')
  return done.account.id
}
