import { expect, test } from 'vitest'
import { redactField, redactText } from './redaction.ts'

test.each([
  ['a licence token', 'got eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJsaWNfMSJ9.c2lnbmF0dXJl back', /eyJ/],
  ['a bearer token', 'authorization: Bearer abc.def-123', /abc/],
  ['a query', 'GET https://pay.example.org/i/1?token=hunter2 failed', /hunter2/],
  ['a fragment', 'https://x.example/#key=hunter2', /hunter2/],
  ['credentials in an address', 'https://bob:hunter2@pay.example.org/i', /hunter2|bob/],
  ['a hexadecimal key', `key ${'0f'.repeat(16)}`, /0f0f/],
  ['a string session', `1${'BVtsOHwBu5VR'.repeat(8)}=`, /BVts/],
  ['a licence key', 'activate 7KXQ2M-9D4TB1-ZZ8RWN-3HFGE5-0S2A', /7KXQ2M|3HFGE5/],
  ['a phone number', 'sending to +33 6 12 34 56 78 now', /12 34|56/],
  ['a phone number without spaces', '+33612345678', /612/],
])('%s is not written', (_what, text, secret) => {
  expect(redactText(text)).not.toMatch(secret)
})

test('what helps to find a fault stays', () => {
  const text = 'FLOOD_WAIT_%d at core/delivery/queue.ts:120 after 30 s, https://pay.example.org/api/v1/stores'
  expect(redactText(text)).toBe(text)
})

test.each([
  'password',
  'passphrase',
  'phone',
  'phoneNumber',
  'apiHash',
  'api_id',
  'licenseKey',
  'token',
  'authorization',
  'text',
  'title',
  'session',
  'code',
])('a field called %s is never written', name => {
  expect(redactField(name, 'hunter2')).toBe('[redacted]')
  expect(redactField(name, 12345)).toBe('[redacted]')
})

test('error codes and plain values are written', () => {
  expect(redactField('code', 'telegram/wait')).toBe('telegram/wait')
  expect(redactField('code', 'PEER_FLOOD')).toBe('PEER_FLOOD')
  expect(redactField('status', 503)).toBe(503)
  expect(redactField('connected', true)).toBe(true)
  expect(redactField('account', null)).toBe(null)
})

test('a very long text is cut', () => {
  expect(redactText('ab '.repeat(10_000)).length).toBeLessThan(2100)
})
