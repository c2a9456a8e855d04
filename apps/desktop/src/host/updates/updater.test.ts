import { generatePrivateJwk, importSigningKey, signRelease, type ReleaseManifest } from '@autotele/crypto'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { fakeTime, memoryLog, tempFolder } from '../../core/testing/index.ts'
import { systemTimers } from '../node-ports.ts'
import { counting } from './fetching.ts'
import { createUpdater, type Installer } from './updater.ts'

// The real updater against a real server on this machine, which behaves well until a test says otherwise.
const key = importSigningKey(generatePrivateJwk())
const stranger = importSigningKey(generatePrivateJwk())
const bytes = randomBytes(300_000)
const name = 'AutoTele-1.2.0-x64-setup.exe'
const windows = { platform: 'win32', arch: 'x64', form: 'nsis' } as const
const release: ReleaseManifest = {
  product: 'autotele-desktop',
  channel: 'stable',
  version: '1.2.0',
  minimumVersion: '1.0.0',
  releasedAt: '2027-01-02T08:00:00Z',
  signedAt: '2027-01-03T08:00:00Z',
  expiresAt: '2027-02-03T08:00:00Z',
  page: 'https://example.com/download',
  notes: { fr: 'Nouveautés', en: 'News' },
  files: [
    { ...windows, name, size: bytes.length, sha512: createHash('sha512').update(bytes).digest('hex') },
    {
      ...windows,
      form: 'portable',
      name: 'AutoTele-1.2.0-x64-portable.exe',
      size: bytes.length,
      sha512: createHash('sha512').update(bytes).digest('hex'),
    },
  ],
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void
const asked: { url: string; range: string | undefined }[] = []
let answerFeed: Answer
let answerFile: Answer
const server = createServer((request, response) => {
  asked.push({ url: request.url ?? '', range: request.headers.range })
  const answer = request.url?.endsWith('.jws') ? answerFeed : answerFile
  answer(request, response)
})
let base = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed/`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(async () => {
  asked.length = 0
  await publish(release)
  answerFile = serveFile
})

async function publish(manifest: ReleaseManifest, keys = key): Promise<void> {
  const feed = await signRelease(manifest, [keys])
  answerFeed = (_request, response) => response.end(feed)
}
const html: Answer = (_request, response) => {
  response.setHeader('content-type', 'text/html')
  response.end('<!doctype html><title>Welcome to the hotel</title>')
}
/** As Caddy does it: with ranges. */
const serveFile: Answer = (request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (from > 0) {
    response.statusCode = 206
    response.setHeader('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`)
  }
  response.setHeader('content-length', bytes.length - from)
  response.end(bytes.subarray(from))
}
/** The connection breaks after so many bytes, once the first of them are in `folder`. */
const breaksAfter =
  (length: number, folder: string): Answer =>
  (_request, response) => {
    response.setHeader('content-length', bytes.length)
    response.write(bytes.subarray(0, length))
    const arrived = (): boolean =>
      readdirSync(folder).some(file => file.endsWith('.part') && statSync(join(folder, file)).size > 0)
    void vi.waitUntil(arrived, { timeout: 30_000, interval: 5 }).finally(() => response.destroy())
  }

function updating(over: Partial<Parameters<typeof createUpdater>[0]> = {}) {
  const folder = join(tempFolder(), 'updates')
  const done: string[] = []
  const time = fakeTime('2027-01-04T09:00:00Z')
  const installer: Installer = {
    prepare: file => Promise.resolve(file),
    install: file => void done.push(file),
  }
  const { log } = memoryLog()
  const updater = createUpdater({
    feed: { key: key.publicJwk, url: base, channel: 'stable' },
    installed: { version: '1.1.0', ...windows },
    installer,
    folder,
    fetch: (url, init) => fetch(url, init),
    clock: time.clock,
    timers: systemTimers,
    log,
    language: () => 'fr',
    restart: () => void done.push('restart'),
    ...over,
  })
  const failure = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      value => value ?? 'nothing',
      (error: { reason?: string }) => error.reason,
    )
  return {
    ...updater,
    folder,
    done,
    time,
    checking: () => failure(updater.check()),
    downloading: () => failure(updater.download('1.2.0', () => undefined)),
    files: () => readdirSync(folder).filter(file => !file.endsWith('.json')),
  }
}

describe('what a check believes', () => {
  test('a newer release that we signed is offered, in the language of the person', async () => {
    const { check } = updating()
    expect(await check()).toEqual({ version: '1.2.0', notes: 'Nouveautés', page: null })
  })

  test('each address called is told, with what came of it', async () => {
    const told: [string, boolean][] = []
    const counted = counting(fetch, (url, reached) => told.push([url, reached]))
    const { checking, downloading } = updating({ fetch: counted })
    await checking()
    await downloading()
    await updating({
      fetch: counted,
      feed: { key: key.publicJwk, url: 'http://127.0.0.1:1/', channel: 'beta' },
    }).checking()
    expect(told).toEqual([
      [`${base}stable.jws`, true],
      [base + name, true],
      ['http://127.0.0.1:1/beta.jws', false],
    ])
  })

  test('a portable program and one that is too old are only told where to download', async () => {
    const portable = {
      installed: { version: '1.1.0', ...windows, form: 'portable' },
      installer: null,
    } as const
    expect(await updating(portable).check()).toMatchObject({ page: release.page })
    const old = { installed: { version: '0.9.0', ...windows } }
    expect(await updating(old).check()).toMatchObject({ page: release.page })
  })

  test.each([
    ['an older release', { version: '1.0.9' }],
    ['the same release', { version: '1.1.0' }],
    [
      'a release without a file for this system',
      { files: [{ ...release.files[0]!, platform: 'linux' as const }] },
    ],
  ])('%s offers nothing', async (_what, change) => {
    await publish({ ...release, ...change })
    expect(await updating().checking()).toBe('nothing')
  })

  test.each([
    ['signed by somebody else', release, stranger],
    ['whose time is over', { ...release, expiresAt: '2027-01-04T08:59:59Z' }, key],
    ['of another channel', { ...release, channel: 'beta' as const }, key],
  ])('a release %s is refused', async (_what, manifest, by) => {
    await publish(manifest, by)
    expect(await updating().checking()).toBe('untrusted')
  })

  test('a text that was signed before the newest one seen is refused, also after a restart', async () => {
    const first = updating()
    await first.check()
    await publish({ ...release, version: '1.1.5', signedAt: '2027-01-03T07:59:59Z' })
    expect(await updating({ folder: first.folder }).checking()).toBe('untrusted')
  })

  test('a page of a portal, an error, half an answer, an endless one and a redirect are no releases', async () => {
    const { checking } = updating()
    const answers: Answer[] = [
      html,
      (_request, response) => response.writeHead(500).end(),
      (_request, response) => {
        response.writeHead(200, { 'content-length': '4000' })
        response.write('eyJ', () => response.destroy())
      },
      (_request, response) => response.end('a'.repeat(300_000)),
      (_request, response) => response.writeHead(302, { location: 'http://localhost:9/stable.jws' }).end(),
    ]
    for (const answer of answers) {
      answerFeed = answer
      expect(await checking()).toBe('unreachable')
    }
    expect(asked).toHaveLength(answers.length)
  })

  test('a server that says nothing is given up', async () => {
    const time = fakeTime()
    const reached = new Promise<void>(resolve => {
      answerFeed = () => {
        resolve()
      }
    })
    const check = updating({ timers: time.timers }).checking()
    await reached
    await time.advance(60_000)
    expect(await check).toBe('unreachable')
  })
})

describe('what is downloaded', () => {
  test('stands under its name once it is whole, and is handed to the system', async () => {
    const { check, download, install, done, folder, files } = updating()
    await check()
    const percents: number[] = []
    await download('1.2.0', percent => percents.push(percent))
    expect(percents.at(-1)).toBe(100)
    expect(files()).toEqual([name])
    expect(readFileSync(join(folder, name)).equals(bytes)).toBe(true)
    if (process.platform !== 'win32') expect(statSync(join(folder, name)).mode & 0o077).toBe(0)
    install()
    expect(done).toEqual([join(folder, name)])
  })

  test('goes on where the connection broke', async () => {
    const { check, downloading, files, folder } = updating()
    await check()
    answerFile = breaksAfter(100_000, folder)
    expect(await downloading()).toBe('unreachable')
    expect(files()).not.toContain(name)
    answerFile = serveFile
    expect(await downloading()).toBe('nothing')
    expect(files()).toEqual([name])
    expect(asked.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/)
  })

  test('begins again when the server knows no ranges', async () => {
    const { check, downloading, files, folder } = updating()
    await check()
    answerFile = breaksAfter(100_000, folder)
    await downloading()
    answerFile = (_request, response) => response.end(bytes)
    expect(await downloading()).toBe('nothing')
    expect(files()).toEqual([name])
  })

  test.each<[string, Answer, string]>([
    ['a changed byte', (_q, response) => response.end(Buffer.from(bytes).fill(0, 7, 40)), 'untrusted'],
    ['one byte more', (_q, response) => response.end(Buffer.concat([bytes, Buffer.from('!')])), 'untrusted'],
    ['one byte less', (_q, response) => void response.end(bytes.subarray(1)), 'unreachable'],
    ['the page of a portal', html, 'unreachable'],
    ['not found', (_q, response) => response.writeHead(404).end(), 'unreachable'],
    [
      'a redirect to another host',
      (_q, response) => response.writeHead(302, { location: 'http://localhost:9/x' }).end(),
      'unreachable',
    ],
  ])('%s never stands under its name, and does not spoil the next attempt', async (_what, answer, reason) => {
    const { check, downloading, files, install, done } = updating()
    await check()
    answerFile = (request, response) => {
      response.setHeader('transfer-encoding', 'chunked')
      answer(request, response)
    }
    expect(await downloading()).toBe(reason)
    expect(files()).not.toContain(name)
    install()
    expect(done).toEqual(['restart'])
    answerFile = serveFile
    expect(await downloading()).toBe('nothing')
    expect(files()).toEqual([name])
  })

  test('is not fetched for a version that was not offered, nor once the offer is over', async () => {
    const { check, download, downloading, time } = updating()
    await check()
    await expect(download('9.9.9', () => undefined)).rejects.toMatchObject({ reason: 'unreachable' })
    time.setWall(Date.parse(release.expiresAt))
    expect(await downloading()).toBe('untrusted')
    expect(asked).toHaveLength(1)
  })

  test('was changed on the disk since: it is not run, and the program starts again as it is', async () => {
    const { check, downloading, install, done, folder } = updating()
    await check()
    await downloading()
    writeFileSync(join(folder, name), Buffer.concat([bytes.subarray(0, -1), Buffer.from('!')]))
    install()
    expect(done).toEqual(['restart'])
  })

  test('is fetched once: what a former run left is used when it is whole, and other leftovers go', async () => {
    const { check, downloading, folder, files } = updating()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), bytes)
    writeFileSync(join(folder, 'AutoTele-1.1.9-x64-setup.exe'), 'old')
    await check()
    expect(await downloading()).toBe('nothing')
    expect(asked.map(({ url }) => url)).toEqual(['/feed/stable.jws'])
    expect(files()).toEqual([name])
  })

  test('a folder that cannot be written is the disk, not the server', async () => {
    const { check, downloading, folder } = updating()
    await check()
    answerFile = serveFile
    mkdirSync(join(folder, `${release.files[0]!.sha512.slice(0, 32)}.part`))
    expect(await downloading()).toBe('disk')
  })
})
