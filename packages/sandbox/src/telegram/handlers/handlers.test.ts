import { Api } from 'telegram'
import { describe, expect, it } from 'vitest'
import { refusal } from '../testing/gramjs-client.ts'
import { useLab } from '../testing/lab.ts'

const lab = useLab({ signedIn: false })

describe('a method that nobody wrote', () => {
  it('is answered 400 and told to the log, before sign-in as well', async () => {
    const request = new Api.auth.ExportLoginToken({ apiId: 1, apiHash: 'x', exceptIds: [] })
    expect(await refusal(lab.client.invoke(request))).toBe('INPUT_METHOD_INVALID')
    expect(lab.log).toEqual(['unknown method auth.exportLoginToken'])
  })
})

describe('what clients asked', () => {
  it('is recorded with its layer', async () => {
    await lab.client.invoke(new Api.help.GetNearestDc())
    expect(lab.sandbox.calls.at(-1)).toMatchObject({
      method: 'help.getNearestDc',
      layer: 198,
      phone: null,
      request: { _: 'help.getNearestDc' },
    })
  })
})
