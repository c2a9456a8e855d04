import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'

// `pnpm test:teleproto [files]`: everything of this folder with the other library behind the gateway. The condition goes
// with NODE_OPTIONS, so that each process a test starts, the built core too, resolves `#telegram` as the tests do.

const vitest = join(createRequire(import.meta.url).resolve('vitest/package.json'), '..', 'vitest.mjs')
const child = spawn(process.execPath, [vitest, 'run', ...process.argv.slice(2)], {
  cwd: import.meta.dirname,
  env: { ...process.env, LIBRARY: 'teleproto', NODE_OPTIONS: '--conditions=teleproto' },
  stdio: 'inherit',
})
child.on('exit', code => {
  process.exitCode = code ?? 1
})
