import { describe, expect, test } from 'vitest'
import { classify, KNOWN_ERRORS } from './errors.ts'

describe('A8: errors are recognised by a table, never by words in a sentence', () => {
  test.each([
    ['FLOOD_WAIT_33', 420, 'WAIT', 'telegram/wait', 33],
    ['FLOOD_WAIT_0', 420, 'WAIT', 'telegram/wait', 0],
    ['SLOWMODE_WAIT_45', 420, 'WAIT_TARGET', 'telegram/slow-mode', 45],
    ['FROZEN_METHOD_INVALID', 420, 'STOP', 'telegram/frozen', undefined],
    ['PEER_FLOOD', 400, 'STOP', 'telegram/restricted', undefined],
    ['AUTH_KEY_DUPLICATED', 406, 'RELOGIN', 'telegram/session-duplicated', undefined],
    ['CHAT_WRITE_FORBIDDEN', 403, 'SKIP', 'telegram/not-allowed-in-chat', undefined],
    ['CHANNEL_INVALID', 406, 'REFRESH', 'telegram/chat-gone', undefined],
    ['SCHEDULE_TOO_MUCH', 400, 'SKIP', 'telegram/quota-of-chat', undefined],
    ['MESSAGE_TOO_LONG', 400, 'FIX', 'telegram/text-too-long', undefined],
    ['SCHEDULE_DATE_TOO_LATE', 400, 'FIX', 'telegram/date-refused', undefined],
    ['INTERDC_4_CALL_ERROR', 500, 'BACKOFF', 'telegram/unreachable', undefined],
    ['ALLOW_PAYMENT_REQUIRED_50', 403, 'SKIP', 'telegram/payment-required', undefined],
  ])('%s (%i) asks for %s', (name, code, reaction, errorCode, waitSeconds) => {
    const failure = classify(name, code)
    expect(failure).toMatchObject({ reaction, code: errorCode })
    expect(failure.waitSeconds).toBe(waitSeconds)
  })
})

test('a repeated random_id is a success to look up, though it comes as a server error', () => {
  expect(classify('RANDOM_ID_DUPLICATE', 500).reaction).toBe('DONE')
})

test('a time-out on the server leaves the outcome open', () => {
  expect(classify('Timeout', -503).reaction).toBe('UNCERTAIN')
})

test.each([
  [420, 'WAIT'],
  [401, 'RELOGIN'],
  [303, 'BACKOFF'],
  [500, 'BACKOFF'],
  [-500, 'BACKOFF'],
  [400, 'SKIP'],
  [403, 'SKIP'],
  [404, 'SKIP'],
  [406, 'SKIP'],
  [0, 'SKIP'],
])('A8: an unheard-of %i concerns at most this chat, or this account for a while', (code, reaction) => {
  expect(classify('NEVER_SEEN_BEFORE', code).reaction).toBe(reaction)
})

test('only NAME_<number> is a wait: a longer text does not smuggle a number in', () => {
  expect(classify('FLOOD_WAIT_12_OR_SO', 420).waitSeconds).toBe(60)
  expect(classify('FLOOD_WAIT_99999999', 420).waitSeconds).toBe(14 * 24 * 3600)
})

test('every row is told apart by its own name', () => {
  expect(new Set(KNOWN_ERRORS).size).toBe(KNOWN_ERRORS.length)
  expect(KNOWN_ERRORS.filter(name => !/^[A-Z0-9_%d]+$/.test(name))).toEqual([])
})
