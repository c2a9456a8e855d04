import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempFolder } from '../core/testing/index.ts'
import { forkNode } from '../host/fork-node.ts'
import { contentSecurityPolicy } from '../host/security-headers.ts'

// What is shipped, as it was built: `electron-vite build` comes first.
const out = join(import.meta.dirname, '../../out')
const built = existsSync(join(out, 'main', 'index.js')) && existsSync(join(out, 'renderer', 'index.html'))
if (!built) process.stderr.write('artifact tests skipped: apps/desktop/out is not built (pnpm build)\n')

const filesIn = (folder: string): string[] =>
  readdirSync(join(out, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(out, join(entry.parentPath, entry.name)))
const read = (file: string): string => readFileSync(join(out, file), 'utf8')

/** A built module and every chunk it imports, statically or not. */
function reachable(entry: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(entry)) return seen
  seen.add(entry)
  const folder = join(entry, '..')
  for (const [, path] of read(entry).matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) {
    reachable(join(folder, path ?? ''), seen)
  }
  return seen
}
const importsOf = (text: string): string[] =>
  [
    ...text
      // What is bundled brings its comments along, with examples in them.
      .replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
      .matchAll(/(?:^|[\s;}])(?:from|import|require|__require)\s*\(?\s*["']([^."'][^"']*)["']/gm),
  ].map(([, name]) => name ?? '')

describe.skipIf(!built)('the built application', () => {
  test('the policy allows nothing inline, nothing evaluated, nothing foreign', () => {
    for (const connect of ["'self'", "'none'"] as const) {
      expect(contentSecurityPolicy({ connect })).not.toMatch(/unsafe|http|ws:|\*|data:/)
    }
  })

  test('the interface has no inline script, style or handler, and no inline module preload', () => {
    const page = read(join('renderer', 'index.html')).replace(/<!--[^]*?-->/g, '')
    expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/)
    for (const [, attributes, body] of page.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)) {
      expect(attributes).toContain('src=')
      expect(body).toBe('')
    }
  })

  test('the interface names no server, opens no socket, evaluates no text', () => {
    for (const file of filesIn('renderer').filter(name => /\.(?:js|css|html)$/.test(name))) {
      const text = read(file)
      // The texts of the licences name addresses: the list of what is inside is data and nothing else.
      if (file === join('renderer', 'third-party.js')) {
        expect(JSON.parse(text.replace(/^export default /, ''))).toBeInstanceOf(Array)
        continue
      }
      // Names of XML vocabularies, Vue's error pages, examples and bare schemes in sentences are never fetched.
      const known =
        /^https?:\/\/(?:www\.w3\.org\/|vuejs\.org\/error-reference\/|example\.com|exemple\.fr|\$\{|\.?$)/
      const addresses = [...text.matchAll(/\b(?:https?|wss?):\/\/[^\s"'`)]+/g)].map(([address]) => address)
      expect([file, addresses.filter(address => !known.test(address))]).toEqual([file, []])
      expect(text).not.toMatch(/new WebSocket\(|\beval\(|new Function\(|unsafe-(?:inline|eval)/)
    }
  })

  test('no source map is shipped', () => {
    for (const file of ['main', 'preload', 'renderer'].flatMap(filesIn)) {
      expect(file).not.toMatch(/\.map$/)
      if (file.endsWith('js')) expect(read(file)).not.toContain('sourceMappingURL=')
    }
  })

  test('the preload is one file whose only module is electron', () => {
    expect(filesIn('preload')).toEqual([join('preload', 'index.cjs')])
    const preload = read(join('preload', 'index.cjs'))
    expect(importsOf(preload)).toEqual(['electron'])
    expect(preload).not.toMatch(/ZodError|process\.|\beval\b/)
  })

  test('the process of the core knows nothing of Electron, and needs no package', () => {
    const modules = [...reachable(join('main', 'core-process.js'))].flatMap(file => importsOf(read(file)))
    const builtin = new Set([...builtinModules, ...builtinModules.map(name => `node:${name}`), 'node:sqlite'])
    expect(modules.filter(name => !builtin.has(name))).toEqual([])
  })
  test('main needs Electron and Node alone', () => {
    const modules = [...reachable(join('main', 'index.js'))].flatMap(file => importsOf(read(file)))
    const foreign = modules.filter(
      name => name !== 'electron' && !builtinModules.includes(name.replace('node:', '')),
    )
    expect(foreign).toEqual([])
  })

  test('nothing of the workshop is shipped: no test double, no local Telegram, no environment file, no listening port', () => {
    for (const file of ['main', 'preload', 'renderer'].flatMap(filesIn)) {
      expect(file).not.toMatch(/\.env|\.test\.|testing|sandbox/)
      if (!file.endsWith('js')) continue
      const text = read(file)
      expect([file, /FakeWebContents|stub-core|createLocalTelegram|startDataCentre/.exec(text)?.[0]]).toEqual(
        [file, undefined],
      )
      // A port would be a way in: the interface speaks to main by Electron's own channel.
      expect([file, /\bcreateServer\(/.exec(text)?.[0]]).toEqual([file, undefined])
    }
  })

  test('the core starts and stops as it is shipped', async () => {
    const core = forkNode(join(out, 'main', 'core-process.js'))
    const said: unknown[] = []
    const ended = new Promise<void>(resolve => {
      core.onExit(resolve)
    })
    const ready = new Promise<void>(resolve => {
      core.onMessage(message => {
        said.push(message)
        const { type } = message as { type: string }
        if (type === 'ask') {
          core.postMessage({ type: 'answer', id: (message as { id: number }).id, ok: true, value: null })
        } else if (type === 'ready') resolve()
      })
    })
    const init = { dataFolder: tempFolder(), version: '0', hosted: 'electron', args: null }
    core.postMessage({ type: 'init', init })
    await Promise.race([ready, ended])
    expect(said).toContainEqual({ type: 'ready' })
    core.postMessage({ type: 'stop' })
    await ended
  })
})
