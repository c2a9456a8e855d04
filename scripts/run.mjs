// The one door: `npm start`, `npm run serve`, `npm run server` and `npm test` come through here on whatever Node (>= 20) the
// machine has. It installs with the pinned pnpm when the lockfile is newer than what is installed, then hands
// over to the project's own Node 24. Plain JavaScript, no dependency: nothing is installed yet when it starts.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const windows = process.platform === 'win32'
const bin = join(root, 'node_modules', '.bin')
// npm's own package `node` puts the binary here; the .bin shim would add a shell between us and signals.
const node24 = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const env = { ...process.env, PATH: bin + delimiter + process.env.PATH, TURBO_TELEMETRY_DISABLED: '1' }

/** Runs a command to its end; rejects with its exit code. `quiet` shows output only when it fails. */
function run(command, args, { quiet = false, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      shell,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    })
    const output = []
    child.stdout?.on('data', chunk => output.push(chunk))
    child.stderr?.on('data', chunk => output.push(chunk))
    child.on('error', reject)
    child.on('exit', code => {
      if (code === 0) return resolve()
      if (quiet) process.stderr.write(Buffer.concat(output))
      reject(new Error(`${command} ${args.join(' ')} ended with code ${code}`))
    })
  })
}

async function install(say) {
  const stamp = join(root, 'node_modules', '.autotele-installed')
  const wanted = createHash('sha256')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) wanted.update(readFileSync(join(root, file)))
  const digest = wanted.digest('hex')
  if (existsSync(stamp) && existsSync(node24) && readFileSync(stamp, 'utf8') === digest) return
  say('Installing (the first time takes a minute)…')
  // A shell is needed on Windows, where npx is a .cmd file; the arguments are constants.
  await run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], { quiet: true, shell: windows })
  writeFileSync(stamp, digest)
}

/** Replaces this process, as far as Node can: same terminal, same exit code, signals forwarded. */
function become(args) {
  const child = spawn(node24, args, { cwd: root, env, stdio: 'inherit' })
  // The terminal sends Ctrl-C to the whole group; the child stops cleanly and we leave with its code.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => (process.stdin.isTTY && signal === 'SIGINT' ? undefined : child.kill(signal)))
  }
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
}

const [task, ...args] = process.argv.slice(2)
const say = args.includes('--json') ? line => console.error(line) : line => console.log(line)
const turbo = (...tasks) => [join(root, 'node_modules', 'turbo', 'bin', 'turbo'), 'run', ...tasks]

try {
  await install(say)
  switch (task) {
    case 'start':
      say('Building…')
      await run(node24, turbo('build', '--output-logs=errors-only'), { quiet: true })
      become([join('packages', 'sandbox', 'src', 'product', 'main.ts'), ...args])
      break
    // The client without a screen, against real servers; what it prints to another program stays one line.
    case 'serve':
      await run(node24, turbo('build', '--filter=@autotele/desktop', '--output-logs=errors-only'), {
        quiet: true,
      })
      become([join('apps', 'desktop', 'src', 'host', 'serve-web.ts'), ...args])
      break
    case 'server':
      await run(node24, turbo('build', '--filter=@autotele/license-server'), { quiet: true })
      become([join('apps', 'license-server', 'src', 'cli', 'main.ts'), ...args])
      break
    case 'test':
      become([join('scripts', 'test.ts'), ...args])
      break
    default:
      throw new Error(`Unknown task "${task}": start, serve, server or test`)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
