import type { Session } from 'electron'
import { expect, test } from 'vitest'
import { isInterface, registerAppScheme, serveInterface } from './protocol.ts'
import { FakeSession, protocol } from './testing/electron.ts'

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const files = new Map([
  ['/', { body: bytes('<!doctype html>'), type: 'text/html; charset=utf-8' }],
  ['/assets/index-a1.js', { body: bytes('export {}'), type: 'text/javascript; charset=utf-8' }],
])

async function ask(url: string, method = 'GET'): Promise<Response> {
  const session = new FakeSession()
  serveInterface(session as unknown as Session, files)
  const handler = session.handlers['protocol:app'] as unknown as (request: Request) => Response
  return handler({ url, method } as Request)
}

test('the built files are served, with their type', async () => {
  const page = await ask('app://bundle/')
  expect([page.status, await page.text(), page.headers.get('content-type')]).toEqual([
    200,
    '<!doctype html>',
    'text/html; charset=utf-8',
  ])
  expect((await ask('app://bundle/assets/index-a1.js?v=1#x')).status).toBe(200)
})

test.each([
  'app://bundle/../secret.txt',
  'app://bundle/%2e%2e/%2e%2e/etc/passwd',
  'app://bundle/..%2f..%2fetc%2fpasswd',
  'app://bundle//etc/passwd',
  'app://bundle/assets/',
  'app://bundle/assets/..%5c..%5cmain/index.js',
  'app://bundle/index.html',
  'app://other/',
  'app://bundle.evil/',
  'app://bundle:80/',
])('%s is not found', async url => {
  expect((await ask(url)).status).toBe(404)
})

test.each(['POST', 'PUT', 'HEAD', 'OPTIONS'])('%s is not allowed', async method => {
  expect((await ask('app://bundle/', method)).status).toBe(405)
})

test('every answer carries the policy: no network, nothing inline, nothing foreign', async () => {
  for (const response of [await ask('app://bundle/'), await ask('app://bundle/x')]) {
    expect(response.headers.get('content-security-policy')).toMatchInlineSnapshot(
      `"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; font-src 'self'; connect-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types vue"`,
    )
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  }
})

test('the scheme is secure and standard, and has no privilege past the policy', () => {
  registerAppScheme()
  expect(protocol.schemes).toEqual([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
})

test.each([
  ['app://bundle/', true],
  ['app://bundle/assets/x.js', true],
  ['app://bundle.evil/', false],
  ['app://evil/bundle', false],
  ['https://bundle/', false],
  ['about:blank', false],
  ['', false],
])('is %s our page? %s', (url, ours) => {
  expect(isInterface(url)).toBe(ours)
})
