// `pnpm bench:server`: how many tokens a second are renewed, against the least that could be done for one (the same
// signatures, the same rows, on bare node:http and pg), and whether ten thousand devices that come back at once are
// served. Both programs run on one PostgreSQL, in turns, so that the ratio is of one machine at one time.
import { createClient, inParallel, newDevice, type Client, type Prepared } from './fleet.ts'
import { print, quantile, setStage } from './stage.ts'

const ROUNDS = 4
const PER_ROUND = 2000
const CONNECTIONS = 16
const DEVICES = Number(process.env['DEVICES'] ?? 10_000)

const stage = await setStage()
const keyset = await (await fetch(`${stage.url}/.well-known/license-keyset`)).text()
const floorUrl = await stage.floor('refresh-floor.ts', {
  DATABASE_URL: stage.postgres.databaseUrl,
  KEYSET: keyset,
})
const server = createClient(stage.url, CONNECTIONS)
const floor = createClient(floorUrl, CONNECTIONS)

const devices = Array.from({ length: DEVICES }, newDevice)
await server.greet()
const began = performance.now()
await inParallel(devices, CONNECTIONS, async device => {
  const status = await server.startTrial(device)
  if (status !== 201) throw new Error(`a trial was answered ${String(status)}`)
})
const trialSeconds = (performance.now() - began) / 1000
print(`trials  ${(DEVICES / trialSeconds).toFixed(0).padStart(6)} begun/s, ${String(DEVICES)} devices`)

async function prepareFor(client: Client, some: typeof devices): Promise<Prepared[]> {
  await client.greet()
  return await Promise.all(some.map(device => client.prepare(device)))
}

/** Sends so many refreshes as fast as they are answered; seconds, and each one's milliseconds. */
async function round(client: Client, at: number) {
  const some = devices.slice((at * PER_ROUND) % DEVICES).slice(0, PER_ROUND)
  const prepared = await prepareFor(client, some)
  const latencies: number[] = []
  const started = performance.now()
  await inParallel(prepared, CONNECTIONS, async one => {
    const { status, ms } = await client.refresh(one)
    if (status !== 200) throw new Error(`a refresh was answered ${String(status)}`)
    latencies.push(ms)
  })
  return { seconds: (performance.now() - started) / 1000, latencies }
}

const results = {
  floor: [] as Awaited<ReturnType<typeof round>>[],
  server: [] as Awaited<ReturnType<typeof round>>[],
}
await round(floor, 0)
await round(server, 0)
for (let n = 0; n < ROUNDS; n++) {
  results.floor.push(await round(floor, n))
  results.server.push(await round(server, n))
}
const rate = (rounds: typeof results.floor) =>
  rounds.flatMap(one => one.latencies).length / rounds.reduce((sum, one) => sum + one.seconds, 0)
for (const [name, rounds] of Object.entries(results)) {
  const all = rounds.flatMap(one => one.latencies)
  const figures = [0.5, 0.99].map(q => `p${String(q * 100)} ${quantile(all, q).toFixed(1)} ms`)
  print(`${name.padEnd(7)} ${rate(rounds).toFixed(0).padStart(6)} refreshes/s   ${figures.join('   ')}`)
}
print(`ratio   ${(rate(results.server) / rate(results.floor)).toFixed(2)} of the floor's throughput`)

/** Memory of the server's process, from its own metrics, in MB. */
async function memory(): Promise<string> {
  const text = await (await fetch(stage.metricsUrl)).text()
  return (Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 1e6).toFixed(0)
}

/** So many devices come at a steady pace, whatever the answers; each error and the slowest answers are told. */
async function comeBack(perSecond: number, seconds: number): Promise<void> {
  const client = createClient(stage.url, 256)
  const latencies: number[] = []
  let errors = 0
  const running = new Set<Promise<void>>()
  const started = performance.now()
  for (let second = 0; second < seconds; second++) {
    // A second's worth is made ready ahead of its time, so that signing does not slow the pace down.
    const from = (second * perSecond) % DEVICES
    const some = [...devices.slice(from), ...devices].slice(0, perSecond)
    for (const [n, one] of (await prepareFor(client, some)).entries()) {
      const due = started + (second + 1 + n / perSecond) * 1000 - performance.now()
      if (due > 1) await new Promise(resolve => setTimeout(resolve, due))
      const call = client
        .refresh(one)
        .then(({ status, ms }) => {
          latencies.push(ms)
          if (status !== 200) errors++
        })
        .catch(() => void errors++)
        .finally(() => running.delete(call))
      running.add(call)
    }
  }
  await Promise.all(running)
  client.close()
  const figures = [0.5, 0.99, 1].map(q => `p${String(q * 100)} ${quantile(latencies, q).toFixed(0)} ms`)
  const took = ((performance.now() - started) / 1000 - 1).toFixed(0)
  print(
    `${String(perSecond)}/s for ${String(seconds)} s (took ${took}): ${String(latencies.length)} answers, ` +
      `${String(errors)} errors   ${figures.join('   ')}   ${await memory()} MB`,
  )
}
print(`memory before: ${await memory()} MB`)
// Ten thousand within ten minutes are 17 a second; one minute of it shows the pace, then one minute of ten times that.
const PACE = Math.ceil(10_000 / 600)
await comeBack(PACE, 60)
await comeBack(PACE * 10, 60)

server.close()
floor.close()
await stage.end()
