// How fast the sandbox answers, and what it costs: so that figures measured against it are known not to be its own.
// pnpm --filter @autotele/sandbox bench:telegram
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NASSIM } from '../index.ts'
import { stateWithKeys } from '../testing/known-keys.ts'
import type { TlObject } from '../tl/value.ts'
import type { Usage } from './server.ts'
import { caller, echoed } from './wire.ts'
import type { Wire } from './wire.ts'

const MEASURED_MS = 2_000
const WARM_UP_MS = 500
const SHAPES = [
  { connections: 1, inFlight: 1 },
  { connections: 1, inFlight: 20 },
  { connections: 20, inFlight: 1 },
  { connections: 200, inFlight: 1 },
] as const

const CALLS: readonly TlObject[] = [
  { _: 'help.getNearestDc' },
  {
    _: 'messages.getDialogs',
    offset_date: 0,
    offset_id: 0,
    offset_peer: { _: 'inputPeerEmpty' },
    limit: 100,
    hash: 0n,
  },
]

type Server = { readonly port: number; readonly usage: () => Promise<Usage>; readonly stop: () => void }

const answer = async <T>(child: ChildProcess): Promise<T> => ((await once(child, 'message')) as [T])[0]

const serve = async (kind: 'sandbox' | 'echo', argument: string): Promise<Server> => {
  const child = fork(fileURLToPath(new URL('./server.ts', import.meta.url)), [kind, argument])
  const { port } = await answer<{ port: number }>(child)
  return {
    port,
    usage: async () => {
      child.send('usage')
      return (await answer<{ usage: Usage }>(child)).usage
    },
    stop: () => {
      child.disconnect()
    },
  }
}

/** Asks for so long, so many at once on each connection; gives how many were answered and how long it took. */
const drive = async (
  wires: readonly Wire[],
  inFlight: number,
  forMs: number,
): Promise<{ calls: number; seconds: number }> => {
  const start = performance.now()
  let calls = 0
  const lane = async (wire: Wire): Promise<void> => {
    while (performance.now() - start < forMs) {
      await wire.ask()
      calls += 1
    }
  }
  await Promise.all(wires.flatMap(wire => Array.from({ length: inFlight }, () => lane(wire))))
  return { calls, seconds: (performance.now() - start) / 1000 }
}

type Measured = {
  readonly perSecond: number
  /** Of the server, for one call. */
  readonly cpuMicros: number
  readonly rssMb: number
  readonly heapMb: number
  /** Bytes of one call each way, transport included. */
  readonly sent: number
  readonly received: number
}

const measure = async (
  server: Server,
  { connections, inFlight }: (typeof SHAPES)[number],
  open: (index: number) => Promise<Wire>,
): Promise<Measured> => {
  const wires = await Promise.all(Array.from({ length: connections }, (_, index) => open(index)))
  const total = (way: 'sent' | 'received'): number => wires.reduce((sum, wire) => sum + wire.bytes()[way], 0)
  await drive(wires, inFlight, WARM_UP_MS)
  const before = await server.usage()
  const bytes = { sent: total('sent'), received: total('received') }
  const { calls, seconds } = await drive(wires, inFlight, MEASURED_MS)
  const after = await server.usage()
  const sent = (total('sent') - bytes.sent) / calls
  const received = (total('received') - bytes.received) / calls
  for (const wire of wires) wire.close()
  return {
    perSecond: calls / seconds,
    cpuMicros: ((after.cpuMs - before.cpuMs) * 1000) / calls,
    rssMb: after.rssMb,
    heapMb: after.heapMb,
    sent,
    received,
  }
}

const LENGTH_BYTES = 4
const column = (text: string | number, width = 10): string => String(text).padStart(width)

const run = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-telegram-'))
  const { stateFile, keys } = await stateWithKeys(folder, NASSIM, 200)
  process.stdout.write(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})\n`)
  const heads = ['conns', 'in flight', 'calls/s', 'floor/s', 'floor x', 'CPU us', 'heap MB', 'RSS MB']
  for (const call of CALLS) {
    process.stdout.write(`\n${call._}\n${heads.map(head => column(head)).join('')}\n`)
    for (const shape of SHAPES) {
      // A server of its own for each row, so that no row pays for the one before.
      const sandbox = await serve('sandbox', stateFile)
      const real = await measure(sandbox, shape, i =>
        caller(sandbox.port, keys[i] ?? Buffer.alloc(256), call),
      )
      sandbox.stop()
      const echo = await serve('echo', String(Math.max(1, Math.round(real.received) - LENGTH_BYTES)))
      const floor = await measure(echo, shape, () => echoed(echo.port, Math.round(real.sent) - LENGTH_BYTES))
      echo.stop()
      const row = [
        shape.connections,
        shape.inFlight,
        Math.round(real.perSecond),
        Math.round(floor.perSecond),
        (floor.perSecond / real.perSecond).toFixed(1),
        Math.round(real.cpuMicros),
        real.heapMb.toFixed(0),
        real.rssMb.toFixed(0),
      ]
      process.stdout.write(`${row.map(cell => column(cell)).join('')}\n`)
    }
  }
  rmSync(folder, { recursive: true, force: true })
}

await run()
