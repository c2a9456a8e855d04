import { expect, test } from 'vitest'
import { Api } from './library.ts'
import { initialRequest } from './transport.ts'

test('T25: Telegram is told the honest name and version of this application', () => {
  const { query } = initialRequest({ apiId: 4242, device: { appVersion: '1.2.3', language: 'fr' } })
  expect(query).toBeInstanceOf(Api.InitConnection)
  expect(query).toMatchObject({
    apiId: 4242,
    deviceModel: 'AutoTele Desktop',
    appVersion: '1.2.3',
    langCode: 'fr',
  })
})
