import { describe, expect, test } from 'vitest'
import { classify } from '../errors.ts'
import {
  EmailUnconfirmedError,
  FloodWaitError,
  MsgWaitError,
  PhoneMigrateError,
  RPCError,
  SlowModeWaitError,
} from './library.ts'
import { rpcAnswerOf } from './rpc-error.ts'

const request = { className: 'messages.SendMessage' } as never

describe('T9: an error keeps or gets back the name Telegram gave it', () => {
  test.each([
    [new FloodWaitError({ request, capture: 33 }), 'FLOOD_WAIT_33', 420],
    [new FloodWaitError({ request, capture: 0 }), 'FLOOD_WAIT_0', 420],
    [new SlowModeWaitError({ request, capture: 7 }), 'SLOWMODE_WAIT_7', 420],
    [new EmailUnconfirmedError({ request, capture: 6 }), 'EMAIL_UNCONFIRMED_6', 400],
    [new MsgWaitError({ request, capture: 0 }), 'MSG_WAIT_FAILED', 500],
    [new RPCError('CHAT_WRITE_FORBIDDEN', request, 403), 'CHAT_WRITE_FORBIDDEN', 403],
    [new RPCError('RANDOM_ID_DUPLICATE', request, 500), 'RANDOM_ID_DUPLICATE', 500],
  ])('of the library: %s', (error, name, code) => {
    expect(rpcAnswerOf(error)).toEqual({ name, code, migrateTo: null })
  })

  test('of its successor, which types errors by their number and keeps their names', () => {
    class FloodError extends Error {
      readonly code = 420
      readonly errorMessage = 'SLOWMODE_WAIT_7'
    }
    const answer = rpcAnswerOf(new FloodError('420: SLOWMODE_WAIT_7'))
    expect(answer).toEqual({ name: 'SLOWMODE_WAIT_7', code: 420, migrateTo: null })
    expect(classify(answer!.name, answer!.code)).toMatchObject({ reaction: 'WAIT_TARGET', waitSeconds: 7 })
  })

  test('the way to another data centre is told with its number', () => {
    expect(rpcAnswerOf(new PhoneMigrateError({ request, capture: 4 }))).toEqual({
      name: 'PHONE_MIGRATE_4',
      code: 303,
      migrateTo: 4,
    })
  })
})

test('what is not an answer of Telegram is not taken for one', () => {
  const system = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  for (const error of [new Error('closed'), system, 'Maximum reconnection retries reached', undefined])
    expect(rpcAnswerOf(error)).toBeNull()
})
