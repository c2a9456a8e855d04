// The commands of a release: `pnpm release:key`, `release:sign`, `release:verify` (docs/en/releasing.md). The private key
// comes from a file that the environment names, or from the environment itself on a hosted runner; it is never printed.
import { open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  generatePrivateJwk,
  importSigningKey,
  privateJwkSchema,
  signRelease,
  toPublicJwk,
  verifyRelease,
  type SigningKey,
} from '../../packages/crypto/src/index.ts'
import { publicJwkSchema, releaseChannelSchema } from '../../packages/shared/src/index.ts'
import { measureFolder, notesOf } from './folder.ts'

const root = join(import.meta.dirname, '../..')
const DAY_MS = 86_400_000
const { env } = process

async function signingKeys(): Promise<[SigningKey, ...SigningKey[]]> {
  const file = env['AUTOTELE_RELEASE_KEY_FILE']
  const text = file ? await readFile(file, 'utf8') : env['AUTOTELE_RELEASE_KEY']
  if (!text) throw new Error('AUTOTELE_RELEASE_KEY_FILE names no key, and AUTOTELE_RELEASE_KEY holds none')
  const parsed: unknown = parseJson(text, 'the release key')
  const [first, ...rest] = (Array.isArray(parsed) ? parsed : [parsed]).map(jwk => {
    const key = privateJwkSchema.safeParse(jwk)
    if (!key.success) throw new Error('the release key is not an Ed25519 key as `release:key` writes it')
    return importSigningKey(key.data)
  })
  if (first === undefined) throw new Error('the release key is an empty list')
  return [first, ...rest]
}

/** The parser's own message would repeat a piece of the text. */
function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${what} is not JSON`)
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}

async function makeKey(path: string): Promise<void> {
  const jwk = generatePrivateJwk()
  const file = await open(path, 'wx', 0o600)
  await file.writeFile(`${JSON.stringify(jwk)}\n`)
  await file.close()
  console.log(`The private key is in ${path}; keep it off every server, and keep a copy.`)
  console.log(`AUTOTELE_UPDATE_KEY='${JSON.stringify(toPublicJwk(jwk))}'`)
}

type Options = { channel: string; days: string; minimum?: string | undefined; page?: string | undefined }

async function sign(folder: string, options: Options): Promise<void> {
  const { version } = JSON.parse(await readFile(join(root, 'apps/desktop/package.json'), 'utf8')) as {
    version: string
  }
  const channel = releaseChannelSchema.parse(options.channel)
  const page = options.page ?? env['AUTOTELE_DOWNLOAD_PAGE']
  if (!page) throw new Error('--page or AUTOTELE_DOWNLOAD_PAGE says where people download it')
  const days = Number(options.days)
  if (!(days >= 1 && days <= 365)) throw new Error('--days is between 1 and 365')
  const now = Date.now()
  const at = (ms: number): string => new Date(ms).toISOString()
  const files = await measureFolder(folder, version)
  const manifest = {
    product: 'autotele-desktop' as const,
    channel,
    version,
    minimumVersion: options.minimum ?? '0.0.0',
    releasedAt: at(now),
    signedAt: at(now),
    expiresAt: at(now + days * DAY_MS),
    page,
    notes: notesOf(await readFile(join(root, 'CHANGELOG.md'), 'utf8'), version),
    files,
  }
  await replaceFile(join(folder, `${channel}.jws`), await signRelease(manifest, await signingKeys()))
  await replaceFile(
    join(folder, 'SHA512SUMS'),
    files.map(({ name, sha512 }) => `${sha512}  ${name}\n`).join(''),
  )
  console.log(`${version} (${channel}): ${files.length} files signed, valid until ${manifest.expiresAt}`)
}

async function verify(folder: string, options: Options): Promise<void> {
  const text = env['AUTOTELE_UPDATE_KEY']
  if (!text) throw new Error('AUTOTELE_UPDATE_KEY is the public half of the release key')
  const verified = await verifyRelease(await readFile(join(folder, `${options.channel}.jws`), 'utf8'), {
    key: publicJwkSchema.parse(parseJson(text, 'AUTOTELE_UPDATE_KEY')),
    channel: releaseChannelSchema.parse(options.channel),
    now: Date.now(),
    signedAfter: null,
  })
  if (!verified.ok) throw new Error(`the signed text is refused: ${verified.code}`)
  const { version, files, expiresAt } = verified.claims
  const found = await measureFolder(folder, version)
  for (const file of files) {
    const same = found.find(({ name }) => name === file.name)
    if (same?.size !== file.size || same.sha512 !== file.sha512)
      throw new Error(`${file.name} is not what was signed`)
  }
  const unsigned = found.filter(({ name }) => !files.some(file => file.name === name))
  if (unsigned.length > 0) throw new Error(`not signed: ${unsigned.map(({ name }) => name).join(', ')}`)
  console.log(`${version}: ${files.length} files are as signed, valid until ${expiresAt}`)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    channel: { type: 'string', default: 'stable' },
    days: { type: 'string', default: '60' },
    minimum: { type: 'string' },
    page: { type: 'string' },
  },
})
const [command, target] = positionals
try {
  if (target === undefined)
    throw new Error('usage: release:key <file> | release:sign <folder> | release:verify <folder>')
  if (command === 'key') await makeKey(target)
  else if (command === 'sign') await sign(target, values)
  else if (command === 'verify') await verify(target, values)
  else throw new Error(`unknown command ${command ?? ''}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
