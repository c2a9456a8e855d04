import { pointGramjsAt } from '@autotele/sandbox/point-gramjs'
import { serveLicenses } from '../../apps/desktop/src/core/license/testing/license-server.ts'
import type { TelegramGateway } from '../../apps/desktop/src/core/telegram/gateway.ts'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/index.ts'
import { openCore } from './core.ts'
import { ACCOUNT, place, TEXT } from './place.ts'

/** A little more than the pace asks for between two messages. */
const PACE_MS = 3001

/**
 * A whole core whose clock is put forward by the pace at each message that leaves: nothing waits, and nothing of what
 * placing a message costs is left out. Places `dates` messages in each of `chats` chats.
 */
export async function openUnpaced() {
  let ahead = 0
  const clock = { now: () => Date.now() + ahead, monotonic: () => performance.now() + ahead }
  const real = createGramjsGateway(pointGramjsAt(place))
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
  const { ask, signIn, stop } = await openCore({
    ports: { clock, http: licenses.http },
    options: {
      telegram,
      emit: ({ name, payload }) => {
        if (name === 'deliveries.progressed') progressed(payload)
      },
      license: {
        serverUrl: licenses.url,
        rootKey: licenses.root.publicJwk,
        acceptTestLicenses: true,
        machineId: () => Promise.resolve('bench'),
      },
    },
  })
  await ask('license.startTrial')
  const accountId = await signIn(ACCOUNT)
  const { chats } = await ask<{ chats: { id: string; kind: string }[] }>('targets.list', {
    accountId,
    refresh: true,
  })
  const free = chats.filter(({ kind }) => kind === 'supergroup').map(({ id }) => id)
  return {
    /** Milliseconds from confirming to the last one's answer; the chats are taken from the end of the list. */
    place: async (ofChats: number, dates: number): Promise<number> => {
      const draft = {
        accountId,
        chatIds: free.splice(-ofChats),
        text: TEXT,
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
    stop,
  }
}
