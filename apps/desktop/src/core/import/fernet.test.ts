import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { fernetKey, openFernet } from './fernet.ts'
import { lockedByOldProgram } from './testing/old-program.ts'

test('the vector of the specification opens', () => {
  const token =
    'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='
  const key = Buffer.from('cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=', 'base64url')
  expect(openFernet(new TextEncoder().encode(token), key)?.toString()).toBe('hello')
})

test('what the older program locked opens with the machine’s id and its salt, and with no other', async () => {
  const salt = randomBytes(32)
  const contents = randomBytes(1000)
  const locked = lockedByOldProgram(contents, '4C4C4544-0042-3010-8054', salt)
  expect(openFernet(locked, await fernetKey('4C4C4544-0042-3010-8054', salt))).toEqual(contents)
  expect(openFernet(locked, await fernetKey('4C4C4544-0042-3010-8055', salt))).toBeNull()
  expect(openFernet(locked, await fernetKey('4C4C4544-0042-3010-8054', randomBytes(32)))).toBeNull()
})

test('one altered byte, or a piece of a token, opens nothing', async () => {
  const salt = randomBytes(32)
  const locked = lockedByOldProgram(randomBytes(64), 'machine', salt)
  const key = await fernetKey('machine', salt)
  for (let at = 0; at < locked.length - 2; at += 7) {
    const altered = locked.slice()
    altered[at] = altered[at] === 65 ? 66 : 65
    expect(openFernet(altered, key)).toBeNull()
    expect(openFernet(locked.slice(0, at), key)).toBeNull()
  }
})
