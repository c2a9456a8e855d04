import { expect, test } from 'vitest'
import { Api, LAYER } from '../../apps/desktop/src/core/telegram/gramjs/library.ts'
import { LIBRARY } from './point-at.ts'

test(`the library behind the gateway is ${LIBRARY} in this run`, () => {
  expect(LAYER).toBe(LIBRARY === 'teleproto' ? 229 : 198)
  expect(Api.messages.SendMessage).toBeDefined()
})
