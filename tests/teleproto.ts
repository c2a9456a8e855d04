import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

// `pnpm test:teleproto`: the suites of everything that stands on the Telegram library, the client and what crosses
// programs, with the other library behind the gateway, in the built core too. With names of files: those of this folder.

const root = dirname(import.meta.dirname)
const env = { ...process.env, TELEGRAM_LIBRARY: 'teleproto' }
const run = (cwd: string, name: string, script: string, args: readonly string[]): void => {
  const tool = join(createRequire(import.meta.url).resolve(`${name}/package.json`), '..', script)
  const { status } = spawnSync(process.execPath, [tool, ...args], { cwd, env, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
const turbo = (task: string): void =>
  run(root, 'turbo', join('bin', 'turbo'), [
    'run',
    task,
    '--filter=@autotele/desktop',
    '--filter=@autotele/tests',
    '--continue',
    '--concurrency=1',
  ])

const files = process.argv.slice(2)
if (files.length === 0) turbo('test')
else {
  turbo('build')
  run(import.meta.dirname, 'vitest', 'vitest.mjs', ['run', ...files])
}
