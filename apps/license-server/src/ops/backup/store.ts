import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { createGunzip, createGzip } from 'node:zlib'
import { Decrypter, Encrypter } from 'age-encryption'
import { Temporal } from 'temporal-polyfill'

const PATTERN = /^autotele-(\d{8}T\d{6}Z)\.backup\.age$/

export type Backup = { readonly name: string; readonly path: string; readonly at: Temporal.Instant }

/** `autotele-20261122T020000Z.backup.age`: gzip within age, so that `age -d | gunzip` shows it without this program. */
const nameOf = (at: Temporal.Instant): string =>
  `autotele-${at.toString({ smallestUnit: 'second' }).replace(/[-:]/g, '')}.backup.age`

const digits = /^(....)(..)(..)T(..)(..)(..)Z$/
const toInstant = (text: string): Temporal.Instant =>
  Temporal.Instant.from(text.replace(digits, '$1-$2-$3T$4:$5:$6Z'))

/** The backups of a folder, newest first; drafts and other files are none. */
export async function listBackups(folder: string): Promise<Backup[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .flatMap(name => {
      const at = PATTERN.exec(name)?.[1]
      return at === undefined ? [] : [{ name, path: join(folder, name), at: toInstant(at) }]
    })
    .sort((a, b) => Temporal.Instant.compare(b.at, a.at))
}

/**
 * Writes a backup: compressed, encrypted for the recipients, and beside it its SHA-256 as `sha256sum -c` reads it. Under
 * its name it is whole: a draft takes the name once it is on disk.
 */
export async function writeBackup(options: {
  readonly folder: string
  readonly recipients: readonly string[]
  readonly at: Temporal.Instant
  readonly lines: AsyncIterable<string>
}): Promise<{ readonly backup: Backup; readonly bytes: number; readonly sha256: string }> {
  const { folder, recipients, at, lines } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const name = nameOf(at)
  const path = join(folder, name)
  const draft = `${path}.part`
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  const hash = createHash('sha256')
  let bytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  try {
    const compressed = createGzip()
    const feeding = pipeline(Readable.from(lines), compressed)
    const sealed = await encrypter.encrypt(
      Readable.toWeb(compressed) as unknown as globalThis.ReadableStream<Uint8Array>,
    )
    const writing = pipeline(
      Readable.fromWeb(sealed as unknown as ReadableStream),
      measure,
      createWriteStream(draft, { mode: 0o600 }),
    )
    await Promise.all([feeding, writing])
    await sync(draft)
    const sha256 = hash.digest('hex')
    await writeFile(`${path}.sha256`, `${sha256}  ${name}\n`, { mode: 0o600 })
    await rename(draft, path)
    return { backup: { name, path, at }, bytes, sha256 }
  } finally {
    await rm(draft, { force: true })
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+')
  await file.sync().finally(() => file.close())
}

/** Throws when a backup is not what its checksum says. */
export async function verifyChecksum(path: string): Promise<void> {
  const text = await readFile(`${path}.sha256`, 'utf8').catch(() => {
    throw new Error(`${basename(path)} has no checksum beside it (${basename(path)}.sha256)`)
  })
  if (!text.startsWith(await digestOf(path)))
    throw new Error(`${basename(path)} is damaged: its checksum differs`)
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** The lines of a backup. Throws, at the latest at its end, when one bit of it is another or the identity is not its. */
export async function* readBackup(path: string, identity: string): AsyncGenerator<string> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  const file = Readable.toWeb(createReadStream(path)) as unknown as globalThis.ReadableStream<Uint8Array>
  const opened = Readable.fromWeb((await decrypter.decrypt(file)) as unknown as ReadableStream)
  const plain = createGunzip()
  opened.on('error', error => plain.destroy(error))
  opened.pipe(plain)
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of plain) {
    const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

/** Deletes what is older than `days`, and never the newest. Gives the names. */
export async function pruneBackups(folder: string, days: number, now: Temporal.Instant): Promise<string[]> {
  const oldest = now.subtract({ hours: 24 * days })
  const old = (await listBackups(folder)).slice(1).filter(one => Temporal.Instant.compare(one.at, oldest) < 0)
  for (const { path } of old) {
    await rm(path, { force: true })
    await rm(`${path}.sha256`, { force: true })
  }
  return old.map(one => one.name)
}

/**
 * Copies a backup and its checksum off the host, and removes there what is kept no more: to a mounted folder, or by
 * WebDAV to an `https:` address whose user and password are in it. Throws without naming the address.
 */
export async function copyAway(
  backup: Backup,
  copyTo: string,
  pruned: readonly string[],
  send: typeof fetch = fetch,
): Promise<void> {
  const files = [`${backup.name}.sha256`, backup.name]
  const gone = pruned.flatMap(name => [name, `${name}.sha256`])
  const folder = join(backup.path, '..')
  if (!/^https?:/.test(copyTo)) {
    for (const name of files) {
      const draft = join(copyTo, `${name}.part`)
      await copyFile(join(folder, name), draft)
      await sync(draft)
      await rename(draft, join(copyTo, name))
    }
    await verifyChecksum(join(copyTo, backup.name))
    for (const name of gone) await rm(join(copyTo, name), { force: true })
    return
  }
  const { url, headers } = addressOf(copyTo)
  for (const name of files) {
    const path = join(folder, name)
    const response = await send(url(name), {
      method: 'PUT',
      headers: { ...headers, 'content-length': String((await stat(path)).size) },
      body: Readable.toWeb(createReadStream(path)) as unknown as globalThis.ReadableStream,
      duplex: 'half',
      redirect: 'error',
    })
    if (!response.ok) throw new Error(`the place for copies answered HTTP ${String(response.status)}`)
  }
  for (const name of gone) await send(url(name), { method: 'DELETE', headers, redirect: 'error' })
}

function addressOf(copyTo: string) {
  const base = new URL(copyTo.endsWith('/') ? copyTo : `${copyTo}/`)
  const credentials = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`
  const headers: Record<string, string> =
    base.username === '' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  base.username = base.password = ''
  return { url: (name: string) => new URL(name, base), headers }
}
