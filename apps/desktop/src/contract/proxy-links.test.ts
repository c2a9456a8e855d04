import { expect, test } from 'vitest'
import { readProxyLink, readProxySecret } from './network.ts'

const SECRET = '0123456789abcdef0123456789abcdef'
const bytes = [...SECRET.matchAll(/../g)].map(([pair]) => parseInt(pair, 16))

test.each(['tg://proxy', 'https://t.me/proxy', 't.me/proxy', 'http://telegram.me/proxy', 'TG://PROXY'])(
  'a link of the form %s is read',
  start => {
    expect(readProxyLink(` ${start}?server=proxy.exemple.fr&port=443&secret=dd${SECRET} `)).toEqual({
      kind: 'mtproxy',
      host: 'proxy.exemple.fr',
      port: '443',
      secret: `dd${SECRET}`,
    })
  },
)

test('a SOCKS5 link gives its name and password, decoded', () => {
  expect(
    readProxyLink('https://t.me/socks?server=10.0.0.1&port=1080&user=ca%40mille&pass=a%3D1%26b'),
  ).toEqual({
    kind: 'socks5',
    host: '10.0.0.1',
    port: '1080',
    username: 'ca@mille',
    password: 'a=1&b',
  })
})

test('what is missing or broken in a link is left empty for the person to see', () => {
  expect(readProxyLink('tg://socks?server=10.0.0.1&pass=%zz')).toEqual({
    kind: 'socks5',
    host: '10.0.0.1',
    port: '',
    username: '',
    password: '%zz',
  })
})

test.each([
  '',
  'proxy.exemple.fr:443',
  'https://exemple.fr/proxy?server=a',
  'tg://resolve?domain=x',
  't.me/proxy',
])('other text is no link: %s', text => {
  expect(readProxyLink(text)).toBeNull()
})

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')

test.each([
  SECRET,
  SECRET.toUpperCase(),
  `dd${SECRET}`,
  base64(SECRET),
  base64(SECRET).replace(/=+$/, ''),
  Buffer.from(`dd${SECRET}`, 'hex').toString('base64url'),
])('the secret is read from %s', text => {
  expect(readProxySecret(text)).toEqual({ bytes })
})

test('every byte value survives base64 and base64url', () => {
  for (let first = 0; first < 256; first += 16) {
    const all = Buffer.from(Array.from({ length: 16 }, (_, i) => first + i))
    expect(readProxySecret(all.toString('base64'))).toEqual({ bytes: [...all] })
    expect(readProxySecret(all.toString('base64url'))).toEqual({ bytes: [...all] })
  }
})

test.each([
  [`ee${SECRET}`, 'fake-tls'],
  [`ee${SECRET}676f6f676c652e636f6d`, 'fake-tls'],
  [Buffer.from(`ee${SECRET}676f6f676c652e636f6d`, 'hex').toString('base64url'), 'fake-tls'],
  ['', 'invalid'],
  ['dd', 'invalid'],
  [`aa${SECRET}`, 'invalid'],
  [SECRET.slice(1), 'invalid'],
  ['pas un secret', 'invalid'],
])('%s is refused as %s', (text, problem) => {
  expect(readProxySecret(text)).toEqual({ problem })
})
