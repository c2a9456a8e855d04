import { describe, expect, test } from 'vitest'
import { generatePrivateJwk, importSigningKey, signKeySet, toKeySetKey } from '../license/index.ts'
import { chooseUpdate, compareVersions, signRelease, verifyRelease, type ReleaseManifest } from './index.ts'

const key = importSigningKey(generatePrivateJwk())
const other = importSigningKey(generatePrivateJwk())
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const now = Date.parse('2026-11-22T12:00:00Z')
const manifest: ReleaseManifest = {
  product: 'autotele-desktop',
  channel: 'stable',
  version: '1.2.0',
  minimumVersion: '1.0.0',
  releasedAt: '2026-11-20T08:00:00Z',
  signedAt: '2026-11-22T08:00:00Z',
  expiresAt: '2026-12-22T08:00:00Z',
  page: 'https://example.com/download',
  notes: { fr: 'Nouveautés', en: 'News' },
  files: [
    {
      name: 'AutoTele-1.2.0-x64-setup.exe',
      platform: 'win32',
      arch: 'x64',
      form: 'nsis',
      size: 3,
      sha512: 'a'.repeat(128),
    },
  ],
}
const expected = { key: key.publicJwk, channel: 'stable', now, signedAfter: null } as const
const windows = { platform: 'win32', arch: 'x64', form: 'nsis' } as const

describe('a signed release', () => {
  test('is believed when our key signed it, also beside the signature of another key', async () => {
    const feed = await signRelease(manifest, [other, key])
    expect(await verifyRelease(feed, expected)).toEqual({ ok: true, claims: manifest })
  })

  test('of another key, or whose text was changed in any place, is refused', async () => {
    const feed = await signRelease(manifest, [key])
    const strangers = await signRelease(manifest, [other])
    expect(await verifyRelease(strangers, expected)).toEqual({ ok: false, code: 'UNKNOWN_KEY' })
    for (let at = feed.length - 2; at >= 0; at -= 7) {
      // The digit next to it: at the end of the signature that changes no byte of it.
      const digit = DIGITS[DIGITS.indexOf(feed[at] ?? '') ^ 1] ?? 'A'
      const changed = feed.slice(0, at) + digit + feed.slice(at + 1)
      expect([at, (await verifyRelease(changed, expected)).ok]).toEqual([at, false])
    }
  })

  test('that was cut anywhere, or is a page of a portal, is refused', async () => {
    const feed = await signRelease(manifest, [key])
    for (const text of ['', '<html>Sign in</html>', feed.slice(0, feed.length / 2), feed.slice(0, -8)]) {
      expect((await verifyRelease(text, expected)).ok).toBe(false)
    }
  })

  test('is refused after its end, for another channel, and when a later one was already seen', async () => {
    const feed = await signRelease(manifest, [key])
    const code = async (change: Partial<Parameters<typeof verifyRelease>[1]>): Promise<unknown> => {
      const result = await verifyRelease(feed, { ...expected, ...change })
      return result.ok ? 'ok' : result.code
    }
    expect(await code({ now: Date.parse(manifest.expiresAt) })).toBe('EXPIRED')
    expect(await code({ now: Date.parse(manifest.expiresAt) - 1 })).toBe('ok')
    expect(await code({ channel: 'beta' })).toBe('WRONG_CHANNEL')
    expect(await code({ signedAfter: '2026-11-22T08:00:01Z' })).toBe('REPLAYED')
    expect(await code({ signedAfter: manifest.signedAt })).toBe('ok')
  })

  test('cannot be made of another thing that the same key signed', async () => {
    const keySet = await signKeySet(
      {
        iss: 'https://x.example',
        version: 1,
        iat: 1,
        exp: 2,
        keys: [toKeySetKey(key.publicJwk)],
        revoked_kids: [],
      } as never,
      key,
    )
    expect(await verifyRelease(keySet, expected)).toEqual({ ok: false, code: 'WRONG_TYPE' })
  })

  test('names no file outside its folder', async () => {
    for (const name of ['../setup.exe', 'https:setup.exe', '-x.exe', 'a/b', 'a\\b', '']) {
      const bad = { ...manifest, files: [{ ...manifest.files[0]!, name }] }
      await expect(signRelease(bad, [key])).rejects.toThrow()
    }
  })
})

describe('what an installation is offered', () => {
  test('never an older or the same version', () => {
    for (const version of ['1.2.0', '1.2.1', '2.0.0-beta.1']) {
      expect(chooseUpdate(manifest, { ...windows, version })).toBeNull()
    }
    expect(chooseUpdate(manifest, { ...windows, version: '1.2.0-beta.9' })).toMatchObject({ byHand: false })
  })

  test('nothing of another system, machine or form', () => {
    for (const change of [{ platform: 'darwin' }, { arch: 'arm64' }, { form: 'portable' }] as const) {
      expect(chooseUpdate(manifest, { ...windows, version: '1.0.0', ...change })).toBeNull()
    }
  })

  test('below the oldest version that may go by itself, by hand', () => {
    expect(chooseUpdate(manifest, { ...windows, version: '0.9.9' })).toMatchObject({ byHand: true })
  })

  test('versions are compared as numbers, and a beta comes before its release', () => {
    const ordered = ['0.9.0', '0.10.0', '1.0.0-beta.2', '1.0.0-beta.10', '1.0.0', '1.0.1']
    expect([...ordered].sort(compareVersions)).toEqual(ordered)
    expect(() => compareVersions('1.0', '1.0.0')).toThrow(RangeError)
  })
})
