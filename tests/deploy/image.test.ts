import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { startThrowawayPostgres } from '@autotele/license-server/testing'
import { expect, test } from 'vitest'
import { root } from './tools.ts'

/** What the build stage of the image is given: what git knows or would take, without what .dockerignore leaves out. */
function copySource(target: string): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  })
  for (const file of files.toString().split('\0')) {
    if (file === '' || file.startsWith('.github/') || !existsSync(join(root, file))) continue
    mkdirSync(dirname(join(target, file)), { recursive: true })
    cpSync(join(root, file), join(target, file))
  }
}

// The image is Linux; its steps are a shell script.
test.skipIf(process.platform === 'win32')(
  'the image’s steps, in a clean folder, make a server that starts, migrates and serves',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'autotele-image-'))
    copySource(join(folder, 'source'))
    const app = join(folder, 'app')
    await promisify(execFile)(
      'sh',
      [join(root, 'deploy', 'image', 'assemble.sh'), join(folder, 'source'), app],
      {
        maxBuffer: 1 << 26,
      },
    )
    // Nothing of the tests, and no PostgreSQL to try with.
    expect(existsSync(join(app, 'apps', 'license-server', 'src', 'testing'))).toBe(false)
    expect(existsSync(join(app, 'apps', 'admin', 'out', 'index.html'))).toBe(true)
    const postgres = await startThrowawayPostgres(join(folder, 'postgres'))
    const main = join(app, 'apps', 'license-server', 'src', 'cli', 'main.ts')
    const child = spawn(process.execPath, [main, 'serve', '--json'], {
      env: {
        PATH: process.env['PATH'] ?? '',
        PORT: '0',
        AUTOTELE_METRICS_PORT: '0',
        AUTOTELE_DATA_DIR: join(folder, 'data'),
        DATABASE_URL: postgres.databaseUrl,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const { url } = JSON.parse(line) as { url: string }
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect((await fetch(`${url}/admin/`)).status).toBe(200)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  },
)
