import { expect, test } from 'vitest'
import { createLog } from './log.ts'

test('no secret is written, wherever in a record it stands; what a person needs is', () => {
  const lines: string[] = []
  const log = createLog('info', { write: line => void lines.push(line) })
  const secret = 'hunter2-hunter2'
  const names = ['authorization', 'cookie', 'set-cookie', 'password', 'token', 'licenseKey', 'claimSecret']
  for (const name of [
    ...names,
    'apiKey',
    'pepper',
    'enrolmentSecret',
    'totpSecret',
    'recoveryCodes',
    'databaseUrl',
  ]) {
    log.info({ [name]: secret }, 'top')
    log.info({ body: { [name]: secret } }, 'one down')
    log.info({ request: { headers: { [name]: secret } } }, 'two down')
  }
  expect(lines.join()).not.toContain(secret)
  log.error({ err: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), requestId: 'r1' }, 'failed')
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({
    service: 'license-server',
    requestId: 'r1',
    err: { code: 'ECONNREFUSED', message: 'refused' },
  })
})
