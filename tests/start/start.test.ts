import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

type Ready = {
  ui: string
  licenseServer: string
  admin: string
  rootKey: { kty: string; crv: string; x: string }
  btcpay: { url: string; apiKey: string; storeId: string }
  telegram: {
    host: string
    port: number
    dcId: number
    rsaPublicKey: string
    accounts: { phone: string; code: string; password: string | null }[]
  }
}

let dataFolder: string

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'autotele-start-'))
})

afterAll(async () => {
  await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 })
})

/** What a person types, as a person's machine would run it. */
async function start(...args: string[]): Promise<{ child: ChildProcess; ready: Ready; lines: string[] }> {
  const child = spawn(
    process.execPath,
    ['scripts/run.mjs', 'start', '--json', '--data', dataFolder, ...args],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const lines: string[] = []
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('exit', code => {
      reject(new Error(`npm start ended with code ${String(code)}`))
    })
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', line => {
        lines.push(line)
        resolve(JSON.parse(line) as Ready)
      })
    }
  })
  return { child, ready, lines }
}

async function stop(child: ChildProcess): Promise<number | null> {
  const exited = once(child, 'exit') as Promise<[number | null]>
  child.kill('SIGTERM')
  return (await exited)[0]
}

const portsOf = (ready: Ready): number[] => [
  ...[ready.ui, ready.licenseServer, ready.btcpay.url].map(url => Number(new URL(url).port)),
  ready.telegram.port,
]

function listening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })
}

describe('npm start -- --json', () => {
  let first: Ready

  test('prints one line that any Telegram client, BTCPay client and browser can be pointed at', async () => {
    const { child, ready, lines } = await start()
    try {
      first = ready
      expect(lines).toHaveLength(1)
      expect(Object.keys(ready).sort()).toEqual([
        'admin',
        'btcpay',
        'licenseServer',
        'rootKey',
        'telegram',
        'ui',
      ])
      expect(ready.rootKey).toMatchObject({ kty: 'OKP', crv: 'Ed25519' })
      expect(ready.telegram.rsaPublicKey).toContain('BEGIN RSA PUBLIC KEY')
      expect(ready.telegram.accounts.some(account => account.password !== null)).toBe(true)

      const invoices = await fetch(`${ready.btcpay.url}/api/v1/stores/${ready.btcpay.storeId}/invoices`, {
        headers: { authorization: `token ${ready.btcpay.apiKey}` },
      })
      expect(invoices.status).toBe(200)
      expect((await fetch(`${ready.licenseServer}/readyz`)).status).toBe(200)
      expect((await fetch(`${ready.licenseServer}/.well-known/jwks.json`)).status).toBe(200)
      expect(await (await fetch(ready.admin)).text()).toContain('<div id="app">')
      expect((await fetch(ready.ui, { redirect: 'manual' })).status).toBe(303)
    } finally {
      expect(await stop(child)).toBe(0)
    }
    for (const port of portsOf(ready)) expect(await listening(port), `port ${String(port)}`).toBe(false)
  })

  test('a second start finds its addresses and keys again', async () => {
    const { child, ready } = await start()
    await stop(child)
    expect(ready.rootKey).toEqual(first.rootKey)
    expect(ready.licenseServer).toBe(first.licenseServer)
    expect(ready.btcpay).toEqual(first.btcpay)
  })

  test('--fresh begins anew', async () => {
    const { child, ready } = await start('--fresh')
    await stop(child)
    expect(ready.rootKey).not.toEqual(first.rootKey)
  })

  test('killed without warning, it leaves no process behind and starts again', async () => {
    const { child, ready } = await start()
    const gone = once(child, 'exit')
    // The launcher itself, not the door in front of it, which only forwards signals.
    const launcher = await childrenOf(child.pid ?? 0)
    for (const pid of launcher) process.kill(pid, 'SIGKILL')
    await gone
    await expect.poll(() => anyListening(portsOf(ready)), { timeout: 20_000 }).toBe(false)
    const again = await start()
    expect(again.ready.rootKey).toEqual(ready.rootKey)
    await stop(again.child)
  })
})

async function anyListening(ports: number[]): Promise<boolean> {
  const answers = await Promise.all(ports.map(port => listening(port)))
  return answers.includes(true)
}

/** Direct children of a process. */
async function childrenOf(pid: number): Promise<number[]> {
  if (process.platform === 'win32') {
    const query = `Get-CimInstance Win32_Process -Filter "ParentProcessId=${String(pid)}" | % ProcessId`
    return lines(await output('powershell', ['-NoProfile', '-Command', query]))
  }
  return lines(await output('ps', ['-A', '-o', 'pid=,ppid=']), line => {
    const [child, parent] = line.trim().split(/\s+/).map(Number)
    return parent === pid ? child : undefined
  })
}

async function output(command: string, args: string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await once(child, 'close')
  return text
}

const lines = (text: string, pick: (line: string) => number | undefined = Number): number[] =>
  text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(pick)
    .filter(value => value !== undefined)
