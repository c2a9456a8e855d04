import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCore } from '../../apps/desktop/src/core/create-core.ts'
import { serveLicenses } from '../../apps/desktop/src/core/license/testing/license-server.ts'
import type { TelegramGateway } from '../../apps/desktop/src/core/telegram/gateway.ts'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/index.ts'
import { testPorts } from '../../apps/desktop/src/core/testing/index.ts'
import { systemTimers } from '../../apps/desktop/src/host/node-ports.ts'
import { pointAt } from '../gateway/point-at.ts'
import { ACCOUNT, type Place } from './data-centre.ts'

/** A little more than the pace asks for between two messages. */
const PACE_MS = 3001

/**
 * A whole core, its database on disk, whose clock is put forward by the pace at each message that leaves: nothing waits,
 * and nothing of what placing a message costs is left out. Places `dates` messages in each of `chats` chats.
 */
export async function openUnpaced(place: Place) {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-bench-'))
  let ahead = 0
  const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() + ahead }
  const real = createGramjsGateway(pointAt(place))
  const telegram: TelegramGateway = options => {
    const line = real(options)
    return {
      ...line,
      schedule: message => {
        ahead += PACE_MS
        return line.schedule(message)
      },
    }
  }
  const licenses = serveLicenses(() => Math.floor(clock.now() / 1000))
  let progressed = (_: { done: number; failed: number; total: number }): void => undefined
  const core = await createCore(
    { ...testPorts({ clock, timers: systemTimers, http: licenses.http }), log: () => undefined },
    {
      ...{ dataFolder: folder, version: '0.0.0', hosted: 'web' },
      emit: ({ name, payload }) => {
        if (name === 'deliveries.progressed') progressed(payload)
      },
      license: {
        serverUrl: licenses.url,
        rootKey: licenses.root.publicJwk,
        acceptTestLicenses: true,
        machineId: () => Promise.resolve('bench'),
      },
      telegram,
      telegramApp: { apiId: 4242, apiHash: '0123456789abcdef0123456789abcdef' },
    },
  )
  const ask = async <T>(name: string, input: unknown = {}): Promise<T> => {
    const answer = await core.call(name, input)
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code}`)
    return answer.data as T
  }
  await core.start()
  await ask('vault.create', { passphrase: null })
  await ask('license.startTrial')
  const { signInId } = await ask<{ signInId: string }>('accounts.signIn', { phone: `+${ACCOUNT.phone}` })
  const { account } = await ask<{ account: { id: string } }>('accounts.submitCode', {
    signInId,
    code: ACCOUNT.code,
  })
  const { chats } = await ask<{ chats: { id: string; kind: string }[] }>('targets.list', {
    accountId: account.id,
    refresh: true,
  })
  const free = chats.filter(({ kind }) => kind === 'supergroup').map(({ id }) => id)
  return {
    /** Milliseconds from confirming to the last one's answer; the chats are taken from the end of the list. */
    place: async (ofChats: number, dates: number): Promise<number> => {
      const draft = {
        accountId: account.id,
        chatIds: free.splice(-ofChats),
        text: 'Réunion ce soir à 20 h',
        linkPreview: false,
        timeZone: 'UTC',
        dates: Array.from({ length: dates }, (_, at) =>
          new Date(clock.now() + (30 + at) * 86_400_000).toISOString().slice(0, 16),
        ),
      }
      const { token } = await ask<{ token: string }>('plans.preview', draft)
      const start = performance.now()
      const done = new Promise<void>((resolve, reject) => {
        progressed = ({ done: placed, failed, total }) => {
          if (failed > 0) reject(new Error('refused'))
          if (placed === total && total === ofChats * dates) resolve()
        }
      })
      await ask('plans.confirm', { draft, token })
      await done
      return performance.now() - start
    },
    stop: async () => {
      await core.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
