import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { test } from 'vitest'

export const root = join(import.meta.dirname, '..', '..')
const cache = join(root, 'node_modules', '.cache', 'deploy-tools')

/** Where each program is when it is not installed: a Debian package, unpacked and not installed. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  caddy: ['caddy'],
  promtool: ['prometheus'],
  amtool: ['prometheus-alertmanager'],
  shellcheck: ['shellcheck'],
  'docker-compose': [
    ...['docker-compose', 'python3-docker', 'python3-dockerpty', 'python3-docopt', 'python3-dotenv'],
    ...['python3-jsonschema', 'python3-requests', 'python3-texttable', 'python3-websocket', 'python3-yaml'],
    ...['python3-urllib3', 'python3-certifi', 'python3-chardet', 'python3-idna', 'python3-six'],
    ...[
      'python3-attr',
      'python3-pyrsistent',
      'python3-distro',
      'python3-setuptools',
      'python3-pkg-resources',
    ],
    ...['python3-cached-property', 'python3-paramiko', 'python3-distutils', 'libyaml-0-2'],
  ],
}

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: [join(cache, 'usr', 'bin'), process.env['PATH'] ?? ''].join(delimiter),
  PYTHONPATH: join(cache, 'usr', 'lib', 'python3', 'dist-packages'),
  LD_LIBRARY_PATH: join(cache, 'usr', 'lib', 'x86_64-linux-gnu'),
})

const answers = (program: string): boolean =>
  spawnSync(program, [program === 'caddy' ? 'version' : '--version'], { env: environment() }).status === 0

/** Why a program is not to be had here; `undefined` when it is there now. */
function obtain(program: string): string | undefined {
  // The two servers have addresses of their own, 127.0.0.2 and 127.0.0.3.
  if (program === 'caddy' && process.platform !== 'linux') return 'two servers on one port need Linux'
  if (answers(program)) return undefined
  if (process.platform !== 'linux') return `${program} is not installed`
  mkdirSync(join(cache, 'debs'), { recursive: true })
  const folder = join(cache, 'debs', program)
  mkdirSync(folder, { recursive: true })
  const download = () =>
    spawnSync('apt-get', ['download', ...(PACKAGES[program] ?? [])], { cwd: folder, encoding: 'utf8' })
  let done = download()
  if (done.status !== 0) {
    // A machine whose package lists were never fetched.
    spawnSync('apt-get', ['update'])
    done = download()
  }
  if (done.status !== 0)
    return `${program} is not installed, and apt-get cannot fetch it: ${(done.stderr || 'no apt-get').trim()}`
  for (const deb of readdirSync(folder)) spawnSync('dpkg-deb', ['-x', join(folder, deb), cache])
  return answers(program) ? undefined : `${program} was fetched and does not run here`
}

const known = new Map<string, string | undefined>()

/** A test that needs a program; where it cannot be had the test says so, in its name and on the console, and is skipped. */
export function testWith(program: string, name: string, work: () => Promise<void> | void): void {
  if (!known.has(program)) known.set(program, obtain(program))
  const missing = known.get(program)
  if (missing === undefined) return void test(name, work)
  process.stderr.write(`NOT RUN: "${name}": ${missing}\n`)
  test.skip(`${name} [NOT RUN: ${missing.split('\n')[0] ?? ''}]`, () => undefined)
}

/** Runs one of the programs to its end and gives what it printed; rejects with that when it failed. */
export async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...args], {
      cwd: root,
      env: { ...environment(), ...env },
      maxBuffer: 1 << 26,
    })
    return stdout + stderr
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}

/** The environment in which a program of ours finds the tools. */
export { environment as toolEnvironment }
