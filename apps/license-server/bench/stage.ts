// What the measurements share: a PostgreSQL of their own, the two programs on it, and the figures.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startEmbeddedPostgres } from '../src/storage/embedded-postgres.ts'

export const print = (line: string) => void process.stdout.write(`${line}\n`)

export const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? NaN

/** Starts the server as a process of its own, with the database it migrates. */
export async function setStage(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'autotele-bench-'))
  const postgres = await startEmbeddedPostgres(folder)
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  const server = spawn(process.execPath, [path('../src/main.ts'), '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      NODE_ENV: 'test',
      PORT: '0',
      AUTOTELE_METRICS_PORT: '0',
      AUTOTELE_DATA_DIR: join(folder, 'data'),
      DATABASE_URL: postgres.databaseUrl,
      ...env,
    },
  })
  const [line] = (await once(createInterface(server.stdout), 'line')) as [string]
  const { url, metricsUrl } = JSON.parse(line) as { url: string; metricsUrl: string }
  const floors: ReturnType<typeof fork>[] = []
  return {
    postgres,
    url,
    metricsUrl,
    /** Starts a floor as a process of its own; gives its URL. */
    async floor(name: string, more: Record<string, string>): Promise<string> {
      const floor = fork(path(name), [], { env: { ...process.env, ...more } })
      floors.push(floor)
      return ((await once(floor, 'message')) as [string])[0]
    },
    async end() {
      for (const floor of floors) floor.kill()
      server.kill('SIGTERM')
      await once(server, 'exit')
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
