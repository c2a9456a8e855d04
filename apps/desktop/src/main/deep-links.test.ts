import { beforeEach, expect, test } from 'vitest'
import type { ShellLink } from '../contract/index.ts'
import { installDeepLinks, parseLink } from './deep-links.ts'
import { app } from './testing/electron.ts'

beforeEach(() => {
  app.removeAllListeners()
  app.calls.length = 0
})

test.each([
  ['autotele://license?key=AB12-CD34', { kind: 'license', licenseKey: 'AB12-CD34' }],
  ['AUTOTELE://License/?key=AB12', { kind: 'license', licenseKey: 'AB12' }],
  ['autotele://compose?text=Bonjour%0A%F0%9F%91%8B', { kind: 'compose', text: 'Bonjour\n👋' }],
  ['autotele://compose?text=a%00b%E2%80%AEc', { kind: 'compose', text: 'abc' }],
  ['autotele://deliveries', { kind: 'page', page: 'deliveries' }],
  ['autotele:settings', { kind: 'page', page: 'settings' }],
  // A page that needs something to show is only a page without it.
  ['autotele://license', { kind: 'page', page: 'license' }],
])('%s fills a form', (address, link) => {
  expect(parseLink(address)).toEqual(link)
})

test.each([
  'autotele://compose',
  'autotele://compose?text=',
  `autotele://compose?text=${'x'.repeat(4097)}`,
  'autotele://vault/lock',
  'autotele://__proto__',
  'autotele://deliveries/../vault',
  `autotele://${'x'.repeat(9000)}`,
  'https://example.org/',
  'autotele',
  '',
])('%s does nothing', address => {
  expect(parseLink(address)).toBeNull()
})

function installed(argv: readonly string[] = ['autotele'], register = true) {
  const links: ShellLink[] = []
  const installation = installDeepLinks({ register, argv })
  return { links, ready: () => installation.deliverTo(link => void links.push(link)) }
}

test('a cold start opens the address on its command line, once somebody can take it', () => {
  const { links, ready } = installed(['autotele', '--flag=autotele://license', 'autotele://accounts'])
  ready()
  expect(links).toEqual([{ kind: 'page', page: 'accounts' }])
})

test('of the addresses that come before there is a window the last one counts (macOS)', () => {
  const { links, ready } = installed()
  let prevented = 0
  const event = { preventDefault: () => (prevented += 1) }
  app.emit('open-url', event, 'autotele://license')
  app.emit('open-url', event, 'autotele://accounts')
  ready()
  app.emit('open-url', event, 'autotele://settings')
  expect(links.map(link => link.kind === 'page' && link.page)).toEqual(['accounts', 'settings'])
  expect(prevented).toBe(3)
})

test('a second start hands over its own address, and nothing else of its command line', () => {
  const { links, ready } = installed()
  ready()
  app.emit('second-instance', {}, [
    'autotele',
    '--inspect',
    'https://evil.example',
    'autotele://license?key=K',
  ])
  app.emit('second-instance', {}, ['autotele', '--evil'])
  expect(links).toEqual([{ kind: 'license', licenseKey: 'K' }])
})

test('the scheme is registered for an installed program only', () => {
  installed(['autotele'], false)
  expect(app.calls).toEqual([])
  installed()
  expect(app.calls).toEqual(['protocol:autotele'])
})
