import { Api } from 'telegram'
import { describe, expect, it } from 'vitest'
import { refusal } from '../testing/gramjs-client.ts'
import { useLab } from '../testing/lab.ts'

const lab = useLab({ signedIn: false })

describe('a method that nobody wrote', () => {
  it('is answered 400, told to the log and listed, before sign-in as well', async () => {
    const request = new Api.help.GetCdnConfig()
    expect(await refusal(lab.client.invoke(request))).toBe('INPUT_METHOD_INVALID')
    await refusal(lab.client.invoke(request))
    expect(lab.log).toEqual(['unknown method help.getCdnConfig', 'unknown method help.getCdnConfig'])
    expect(lab.sandbox.unknownMethods).toEqual([{ method: 'help.getCdnConfig', layer: 198, times: 2 }])
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
