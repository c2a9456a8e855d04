import { expect, test } from 'vitest'
import { Api, LAYER } from '../../apps/desktop/src/core/telegram/gramjs/library.ts'
import { LIBRARY, LIBRARY_LAYER } from '../library.ts'

test(`the library behind the gateway is ${LIBRARY} in this run`, () => {
  expect(LAYER).toBe(LIBRARY_LAYER)
  expect(Api.messages.SendMessage).toBeDefined()
})
