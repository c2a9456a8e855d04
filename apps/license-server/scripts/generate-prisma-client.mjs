// Writes the typed client of prisma/schema.prisma into src/storage/generated. Prisma's CLI looks for a native schema
// engine before it does anything, and would download one; generating does not use it, so any executable will do.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cli = createRequire(import.meta.url).resolve('prisma/build/index.js')
const { status } = spawnSync(
  process.execPath,
  [cli, 'generate', '--schema', join('prisma', 'schema.prisma')],
  {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      DO_NOT_TRACK: '1',
    },
  },
)
process.exit(status ?? 1)
