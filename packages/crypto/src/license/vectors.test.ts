import { sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { importSigningKey, thumbprint, toPublicJwk } from './keys.ts'
import { signWebhook, verifyWebhookSignature } from './webhook-signature.ts'

// RFC 8037 appendix A.1 to A.4.
const rfcKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
} as const

test('the thumbprint of the key of RFC 8037 A.3 is the one printed there', () => {
  expect(thumbprint(rfcKey)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  expect(importSigningKey(rfcKey).kid).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
})

test('the signature of RFC 8037 A.4 is made bit for bit', () => {
  const input = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc'
  expect(sign(null, Buffer.from(input), importSigningKey(rfcKey).privateKey).toString('base64url')).toBe(
    'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  )
})

test('a private key whose public half was exchanged signs under its own name', () => {
  const swapped = { ...rfcKey, x: Buffer.alloc(32, 1).toString('base64url') }
  expect(importSigningKey(swapped).kid).toBe(thumbprint(rfcKey))
})

test('the public half carries no private member', () => {
  expect(Object.keys(toPublicJwk(rfcKey))).toEqual(['kty', 'crv', 'x'])
})

const body = [
  '{',
  '  "manuallyMarked": false,',
  '  "overPaid": false,',
  '  "deliveryId": "LJMTFbSEobW7mpmAbfVzJv",',
  '  "webhookId": "V9YybsYgDaguxf98N54SJr",',
  '  "originalDeliveryId": "LJMTFbSEobW7mpmAbfVzJv",',
  '  "isRedelivery": false,',
  '  "type": "InvoiceSettled",',
  '  "timestamp": 1753254400,',
  '  "storeId": "StoreTestVector1",',
  '  "invoiceId": "InvoiceTestVector1",',
  '  "metadata": {',
  '    "orderId": "ord_test_1"',
  '  }',
  '}',
].join('\n')
const signature = 'sha256=0afa64a4f2db3c4f198366d65d3ca3119dad42aefb5bad396c9a68c5a2bd83ec'
const bytes = Buffer.from(body)

test('an indented BTCPay body signs to its known value and is accepted', () => {
  expect(bytes).toHaveLength(382)
  expect(signWebhook(bytes, 'HelloWorld')).toBe(signature)
  expect(verifyWebhookSignature(bytes, signature, ['HelloWorld'])).toBe(true)
})

test('the same JSON compacted is refused: what counts is the bytes', () => {
  const compacted = Buffer.from(JSON.stringify(JSON.parse(body)))
  expect(signWebhook(compacted, 'HelloWorld')).toBe(
    'sha256=a27bdeb2783b1275e81dd24806450cf817ecfe35a6a8ffed01df613948592c2f',
  )
  expect(verifyWebhookSignature(compacted, signature, ['HelloWorld'])).toBe(false)
})

test('during a rotation either secret is accepted, a third is not', () => {
  expect(verifyWebhookSignature(bytes, signature, ['next', 'HelloWorld'])).toBe(true)
  expect(verifyWebhookSignature(bytes, signature, ['HelloWorld', 'next'])).toBe(true)
  expect(verifyWebhookSignature(bytes, signature, ['next', 'other'])).toBe(false)
  expect(verifyWebhookSignature(bytes, signature, [])).toBe(false)
})

test.each([
  ['missing', undefined],
  ['empty', ''],
  ['upper-case', 'sha256=' + signature.slice(7).toUpperCase()],
  ['without its prefix', signature.slice(7)],
  ['too long', signature + '0'],
  ['with a line end', signature + '\n'],
  ['of another hash', signature.replace('sha256', 'sha512')],
])('a signature header %s is refused', (_name, header) => {
  expect(verifyWebhookSignature(bytes, header, ['HelloWorld'])).toBe(false)
})
