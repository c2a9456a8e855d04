import { success, type Result } from '../../failure.ts'
import { oneAtATime } from '../../one-at-a-time.ts'
import type { Answer, TelegramFailure } from '../gateway.ts'
import type { Asked, Transport } from './transport.ts'

/** Answered, but in a way that this version does not know. */
export const UNREADABLE: TelegramFailure = {
  reaction: 'APP',
  code: 'telegram/update-needed',
  rpc: 'unreadable',
}

/** How one account asks: one request in flight, the next once the last was answered or given up. */
export function createCalls({ invoke }: Pick<Transport, 'invoke'>) {
  return {
    /** Whole methods of the gateway, which may consist of several requests, each to its end before the next begins. */
    inTurn: oneAtATime(),
    /** Without an answer nothing has happened. */
    ask: <T>(request: Asked<T>): Answer<T> => invoke({ request, changes: false }),
    /** Without an answer it is not known whether it was carried out. */
    change: <T>(request: Asked<T>): Answer<T> => invoke({ request, changes: true }),
    done: async (answer: Promise<Result<unknown, TelegramFailure>>): Answer<null> => {
      const result = await answer
      return result.ok || result.error.reaction === 'DONE' ? success(null) : result
    },
  }
}

export type Calls = ReturnType<typeof createCalls>
