import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { classify } from '../../apps/desktop/src/core/telegram/errors.ts'
import { rpcAnswerOf } from '../../apps/desktop/src/core/telegram/gramjs/rpc-error.ts'
import { expectedErrors } from '../../apps/desktop/src/core/telegram/testing/expected-errors.ts'
import { LIBRARY } from '../library.ts'

const desktop = createRequire(new URL('../../apps/desktop/package.json', import.meta.url))
const { RPCMessageToError: thrown } = desktop(`${LIBRARY}/errors/index.js`) as {
  RPCMessageToError: (told: { errorMessage: string; errorCode: number }, request: object) => unknown
}
const request = { className: 'messages.SendMessage' }

test('A8, T9: every error of the table is recognised in what the library throws', () => {
  const misread = expectedErrors.filter(({ reaction, ...told }) => {
    const answer = rpcAnswerOf(thrown(told, request))
    return answer === null || classify(answer.name, answer.code).reaction !== reaction
  })
  expect(misread).toEqual([])
})

test.each([
  ['FLOOD_WAIT_0', 420, 0],
  ['FLOOD_WAIT_86400', 420, 86_400],
  ['SLOWMODE_WAIT_45', 420, 45],
] as const)('T9: the number in %s survives the library', (errorMessage, errorCode, seconds) => {
  const answer = rpcAnswerOf(thrown({ errorMessage, errorCode }, request))
  expect(classify(answer?.name ?? '', answer?.code ?? 0).waitSeconds).toBe(seconds)
})
