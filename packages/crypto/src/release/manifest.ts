import { z } from 'zod'
import { releaseChannelSchema, type PublicJwk } from '@autotele/shared'
import { byKid, signJws, verifyJws, type JwsFailure, type Verified } from '../license/jws.ts'
import { thumbprint, type SigningKey } from '../license/keys.ts'
import { compareVersions, releaseVersionSchema } from './version.ts'

/** `typ` of a signed release: neither a licence nor a key set can be taken for one (RFC 8725 section 3.11). */
const RELEASE_TYPE = 'autotele-release+jws'

/** How a file is installed: `zip` is what macOS replaces the application with, `dmg` what a person opens. */
export const releaseFormSchema = z.enum(['nsis', 'portable', 'appimage', 'deb', 'dmg', 'zip'])
export type ReleaseForm = z.infer<typeof releaseFormSchema>

const releaseFileSchema = z.strictObject({
  /** A bare name beside the feed: no folder, no other host, no option of a command line. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  platform: z.enum(['win32', 'darwin', 'linux']),
  arch: z.enum(['x64', 'arm64']),
  form: releaseFormSchema,
  /** Bytes. */
  size: z.int().positive().max(1_000_000_000),
  /** 128 hexadecimal digits, as `sha512sum` writes them. */
  sha512: z.string().regex(/^[0-9a-f]{128}$/),
})
export type ReleaseFile = z.infer<typeof releaseFileSchema>

export const releaseManifestSchema = z.strictObject({
  product: z.literal('autotele-desktop'),
  channel: releaseChannelSchema,
  version: releaseVersionSchema,
  /** The oldest version that may go to this one by itself; an older one is replaced by hand. */
  minimumVersion: releaseVersionSchema,
  releasedAt: z.iso.datetime(),
  /** When this text was signed. A later text replaces an earlier one, never the other way round. */
  signedAt: z.iso.datetime(),
  /** After this the text proves nothing: whoever holds a customer back on it is found out. */
  expiresAt: z.iso.datetime(),
  /** Where a person downloads it. */
  page: z.url({ protocol: /^https$/ }),
  notes: z.strictObject({ fr: z.string().max(20_000), en: z.string().max(20_000) }),
  files: z.array(releaseFileSchema).min(1).max(50),
})
export type ReleaseManifest = z.infer<typeof releaseManifestSchema>

/** One line per key: while the key changes, programs that know the old one and those that know the new one both agree. */
export async function signRelease(
  manifest: ReleaseManifest,
  keys: readonly [SigningKey, ...SigningKey[]],
): Promise<string> {
  const claims = releaseManifestSchema.parse(manifest)
  const lines = await Promise.all(keys.map(key => signJws(claims, key, RELEASE_TYPE, { kid: key.kid })))
  return lines.join('\n') + '\n'
}

export type ReleaseFailure = JwsFailure | 'WRONG_CHANNEL' | 'EXPIRED' | 'REPLAYED'

/**
 * Verifies a feed against the key that is compiled in. `now` in Unix milliseconds; `signedAfter` is the `signedAt` of
 * the newest text believed so far (null: none), before which everything is a replay.
 */
export async function verifyRelease(
  feed: string,
  expected: {
    readonly key: PublicJwk
    readonly channel: ReleaseManifest['channel']
    readonly now: number
    readonly signedAfter: string | null
  },
): Promise<Verified<ReleaseManifest, ReleaseFailure>> {
  const pickKey = byKid([{ ...expected.key, kid: thumbprint(expected.key) }])
  let failure: JwsFailure = 'MALFORMED'
  for (const line of feed.split('\n', 8).filter(text => text !== '')) {
    const verified = await verifyJws(line, RELEASE_TYPE, releaseManifestSchema, pickKey)
    if (verified.ok) return judge(verified.claims, expected)
    failure = verified.code
    if (failure !== 'UNKNOWN_KEY') break
  }
  return { ok: false, code: failure }
}

function judge(
  claims: ReleaseManifest,
  expected: { readonly channel: string; readonly now: number; readonly signedAfter: string | null },
): Verified<ReleaseManifest, ReleaseFailure> {
  if (claims.channel !== expected.channel) return { ok: false, code: 'WRONG_CHANNEL' }
  if (Date.parse(claims.expiresAt) <= expected.now) return { ok: false, code: 'EXPIRED' }
  if (expected.signedAfter !== null && Date.parse(claims.signedAt) < Date.parse(expected.signedAfter)) {
    return { ok: false, code: 'REPLAYED' }
  }
  return { ok: true, claims }
}

/** What is installed, and how it came there. */
export type Installed = Pick<ReleaseFile, 'platform' | 'arch' | 'form'> & { readonly version: string }

/**
 * The file that this installation goes on with, or null: nothing newer, or nothing for this system. `byHand`: the
 * installed version is too old to go there by itself. Pure.
 */
export function chooseUpdate(
  manifest: ReleaseManifest,
  installed: Installed,
): { readonly file: ReleaseFile; readonly byHand: boolean } | null {
  if (compareVersions(manifest.version, installed.version) <= 0) return null
  const file = manifest.files.find(
    ({ platform, arch, form }) =>
      platform === installed.platform && arch === installed.arch && form === installed.form,
  )
  if (file === undefined) return null
  return { file, byHand: compareVersions(installed.version, manifest.minimumVersion) < 0 }
}
