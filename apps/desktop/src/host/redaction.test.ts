import fc from 'fast-check'
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
  ['a phone number as Telegram keeps it', 'user 33612345678 is new', /612/],
  ['a French phone number', 'rappeler le 06 12 34 56 78.', /12|56/],
  ['a dotted phone number', 'tel:06.12.34.56.78 06.12.34.56.78', /\s06/],
  ['an American phone number', 'call (212) 555-0100 now', /555|0100/],
  ['a German phone number', 'ruf 0171 123 45 67 an', /123|45/],
  ['a link to sign in', 'open tg://login?token=AbC-12_x', /AbC/],
  ['a link to a proxy', 'tg://proxy?server=p.example&port=443&secret=ee00ff', /ee00ff/],
  ['a proxy with credentials', 'socks5://bob:hunter2@p.example:1080', /bob|hunter2/],
  ['a private invitation', 'joined https://t.me/+AbCdEf123456 today', /AbCdEf/],
  ['an older private invitation', 't.me/joinchat/AAAAAbCdEf', /AbCdEf/],
  ['an invoice', 'GET https://pay.example/i/8fjKs92hhdKQ failed', /8fjKs/],
  ['a robot’s token', '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw', /AAHdq|123456789/],
  ['an e-mail address', 'alix.martin@exemple.fr wrote', /alix|exemple/],
  ['a secret given by name', 'login failed: password=hunter2, hash: deadbeef', /hunter2|deadbeef/],
])('%s is not written', (_what, text, secret) => {
  expect(redactText(text)).not.toMatch(secret)
})

test.each([
  'FLOOD_WAIT_%d at core/delivery/queue.ts:120 after 30 s, https://pay.example.org/api/v1/stores',
  'connect ECONNREFUSED 149.154.167.50:443 and 149.154.175.100',
  '2027-03-10T12:00:00.000+01:00 version 1.24.3 of 2027-03-10, 20 of 100, 3 retries',
  'autotele_20270310.log has 12345678 bytes',
  'TypeError: x is not a function\n    at file:///opt/autotele/core.js:12:345',
])('what helps to find a fault stays: %s', text => {
  expect(redactText(text)).toBe(text)
})

test('whatever stands around it, a secret of these shapes is not written', () => {
  const words = fc.array(fc.lorem({ maxCount: 1 }), { maxLength: 4 }).map(some => some.join(' '))
  const digits = (from: number, to: number) =>
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: from, maxLength: to }).map(some => some.join(''))
  const secret = fc.oneof(
    digits(8, 12).map(number => `+1${number}`),
    digits(9, 13).map(number => `33${number}`),
    digits(8, 8).map(number => `06 ${(number.match(/../g) ?? []).join(' ')}`),
    fc.uint8Array({ minLength: 24, maxLength: 256 }).map(bytes => Buffer.from(bytes).toString('base64')),
    fc.uint8Array({ minLength: 16, maxLength: 64 }).map(bytes => Buffer.from(bytes).toString('hex')),
    digits(4, 12).map(number => `https://alix:${number}x@pay.example/?token=${number}x`),
  )
  fc.assert(
    fc.property(words, secret, words, (before, what, after) => {
      const written = redactText(`${before} ${what} ${after}`)
      // A long run of the secret's own characters would be a piece of it.
      const pieces = what.match(/[A-Za-z0-9]{8,}/g)?.filter(piece => /\d/.test(piece)) ?? []
      for (const piece of [what, ...pieces]) expect(written).not.toContain(piece)
    }),
    { numRuns: 500 },
  )
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
  'caption',
  'username',
  'firstName',
  'email',
  'authKey',
  'hash',
])('a field called %s is never written', name => {
  expect(redactField(name, 'hunter2')).toBe('[redacted]')
  expect(redactField(name, 12345)).toBe('[redacted]')
})

test('error codes and plain values are written', () => {
  expect(redactField('code', 'telegram/wait')).toBe('telegram/wait')
  expect(redactField('code', 'PEER_FLOOD')).toBe('PEER_FLOOD')
  expect(redactField('code', 'disk-nearly-full')).toBe('disk-nearly-full')
  expect(redactField('key', 'telegram.rate_limit_delay')).toBe('telegram.rate_limit_delay')
  expect(redactField('status', 503)).toBe(503)
  expect(redactField('connected', true)).toBe(true)
  expect(redactField('account', null)).toBe(null)
})

test('what the cut of a very long text goes through does not keep its first half', () => {
  const key = 'k3'.repeat(20)
  for (let before = 1960; before < 2000; before += 3) {
    expect(redactText(`${'x '.repeat(before / 2)}${key} and more`)).not.toContain('k3k3k3')
  }
})

test('a very long text is cut', () => {
  expect(redactText('ab '.repeat(10_000)).length).toBeLessThan(2100)
})
