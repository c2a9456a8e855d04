// The server under measurement, in a process of its own: `sandbox <state file>` or `echo <bytes of an answer>`.
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ByteQueue } from '../transport/byte-queue.ts'
import { intermediate } from '../transport/framing.ts'

export type Usage = { readonly cpuMs: number; readonly rssMb: number; readonly heapMb: number }

const [kind, argument = ''] = process.argv.slice(2)

const startSandbox = async (): Promise<number> => {
  const { startTelegram } = await import('../index.ts')
  const sandbox = await startTelegram({ stateFile: argument, log: () => undefined })
  return sandbox.port
}

const startEcho = async (): Promise<number> => {
  const server = createServer(socket => {
    const framing = intermediate(false)
    const queue = new ByteQueue()
    let greeted = false
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('data', chunk => {
      queue.push(chunk)
      if (!greeted) greeted = queue.take(4) !== undefined
      for (let packet = framing.next(queue); packet; packet = framing.next(queue))
        socket.write(framing.frame(Buffer.alloc(Number(argument))))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const usage = (): Usage => {
  const { user, system } = process.cpuUsage()
  collect()
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  return { cpuMs: (user + system) / 1000, rssMb: rss / 2 ** 20, heapMb: (heapUsed + arrayBuffers) / 2 ** 20 }
}

process.on('message', () => process.send?.({ usage: usage() }))
process.on('disconnect', () => process.exit(0))
process.send?.({ port: await (kind === 'echo' ? startEcho() : startSandbox()) })
