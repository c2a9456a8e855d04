import { setImmediate as turn } from 'node:timers/promises'
import type { DialogCursor, DialogPage, Peer } from '../../apps/desktop/src/core/telegram/gateway.ts'
import { BareApi, bareAt, bigInteger, gatewayAt, randomId, savedSession, valueOf } from './clients.ts'
import type { Place } from './data-centre.ts'
import { openUnpaced } from './deliveries.ts'

// One measurement in one process: `node --expose-gc measure.ts <what>`, with the place of the data centre in PLACE.
// Prints its figures as JSON.

const place = JSON.parse(process.env['PLACE'] ?? '') as Place
const ROUND = 100
const ROUNDS = 10
const ACCOUNTS = 20
const TRIES = 15
const UPLOAD_BYTES = 20 * 2 ** 20
const PART_BYTES = 512 * 1024
const UPLOADS = 3

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** After everything that can go has gone. */
async function memory(): Promise<{ heap: number; rss: number }> {
  for (let i = 0; i < 5; i++) {
    await turn()
    globalThis.gc?.()
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: (heapUsed + external) / 2 ** 20, rss: rss / 2 ** 20 }
}

async function channels(): Promise<{ line: Awaited<ReturnType<typeof gatewayAt>>['line']; peers: Peer[] }> {
  const { line } = await gatewayAt(place)
  const { chats } = valueOf(await line.dialogs(null))
  return { line, peers: chats.filter(({ kind }) => kind === 'supergroup').map(({ peer }) => peer) }
}

/** A round of each in turn, so that both meet the same machine; a queue takes 100, so each round has its own chat. */
async function sends() {
  const { line, peers } = await channels()
  const bare = await bareAt(place)
  const at = Math.floor(Date.now() / 1000) + 7 * 86_400
  const byGateway = async (peer: Peer) => {
    for (let i = 0; i < ROUND; i++)
      valueOf(
        await line.schedule({
          peer,
          text: 'Réunion ce soir à 20 h',
          entities: [],
          silent: false,
          noWebpage: true,
          at: at + i,
          randomId: randomId(),
        }),
      )
  }
  const byBareLoop = async (peer: Peer) => {
    if (peer.kind !== 'channel') throw new Error('not a channel')
    const { InputPeerChannel, messages } = BareApi
    const inputPeer = new InputPeerChannel({
      channelId: bigInteger(peer.id),
      accessHash: bigInteger(peer.accessHash),
    })
    for (let i = 0; i < ROUND; i++)
      await bare.invoke(
        new messages.SendMessage({
          peer: inputPeer,
          message: 'Réunion ce soir à 20 h',
          noWebpage: true,
          scheduleDate: at + i,
          randomId: bigInteger(randomId()),
        }),
      )
  }
  const took = { gateway: 0, bare: 0 }
  const next = () => {
    const peer = peers.pop()
    if (peer === undefined) throw new Error('too few chats')
    return peer
  }
  await byGateway(next())
  await byBareLoop(next())
  for (let round = 0; round < ROUNDS; round++) {
    took.gateway += await timed(() => byGateway(next()))
    took.bare += await timed(() => byBareLoop(next()))
  }
  await line.destroy()
  await bare.destroy()
  const perSecond = (ms: number) => (ROUND * ROUNDS * 1000) / ms
  return {
    gatewayPerSecond: perSecond(took.gateway),
    barePerSecond: perSecond(took.bare),
    ratio: took.bare / took.gateway,
  }
}

/** Whole deliveries, each with its durable commits, against the requests alone; a round of each in turn. */
async function deliveries() {
  const { line, peers } = await channels()
  await line.destroy()
  const bare = await bareAt(place)
  const core = await openUnpaced(place)
  const at = Math.floor(Date.now() / 1000) + 7 * 86_400
  const byBareLoop = async (peer: Peer) => {
    if (peer.kind !== 'channel') throw new Error('not a channel')
    const { InputPeerChannel, messages } = BareApi
    const [channelId, accessHash] = [bigInteger(peer.id), bigInteger(peer.accessHash)]
    for (let i = 0; i < ROUND; i++)
      await bare.invoke(
        new messages.SendMessage({
          peer: new InputPeerChannel({ channelId, accessHash }),
          message: 'Réunion ce soir à 20 h',
          noWebpage: true,
          scheduleDate: at + i,
          randomId: bigInteger(randomId()),
        }),
      )
  }
  const took = { core: 0, bare: 0 }
  for (let round = -1; round < ROUNDS; round++) {
    // As many chats as dates: both sides put one message into ten chats, or ten into one, at the same cost there.
    const core_ = await core.place(10, ROUND / 10)
    const bare_ = await timed(() => byBareLoop(peers[round + 1] as Peer))
    if (round < 0) continue
    took.core += core_
    took.bare += bare_
  }
  await core.stop()
  await bare.destroy()
  const perSecond = (ms: number) => (ROUND * ROUNDS * 1000) / ms
  return {
    corePerSecond: perSecond(took.core),
    barePerSecond: perSecond(took.bare),
    ratio: took.bare / took.core,
  }
}

/** Parts of 512 KiB one after the other, as the product and the library both send them. */
async function uploads() {
  const { line } = await gatewayAt(place)
  const bare = await bareAt(place)
  const bytes = Buffer.alloc(UPLOAD_BYTES, 7)
  const parts = Math.ceil(bytes.length / PART_BYTES)
  const pieceOf = (part: number): Buffer => bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)
  const byGateway = async () => {
    const fileId = randomId()
    for (let part = 0; part < parts; part++)
      valueOf(await line.saveFilePart({ fileId, parts, big: true, part, bytes: pieceOf(part) }))
  }
  const byBareLoop = async () => {
    const fileId = bigInteger(randomId())
    for (let part = 0; part < parts; part++)
      await bare.invoke(
        new BareApi.upload.SaveBigFilePart({
          ...{ fileId, filePart: part, fileTotalParts: parts },
          bytes: pieceOf(part),
        }),
      )
  }
  const took = { gateway: 0, bare: 0 }
  await byGateway()
  await byBareLoop()
  for (let round = 0; round < UPLOADS; round++) {
    took.gateway += await timed(byGateway)
    took.bare += await timed(byBareLoop)
  }
  await line.destroy()
  await bare.destroy()
  const megabytesPerSecond = (ms: number) => (UPLOAD_BYTES * UPLOADS) / 2 ** 20 / (ms / 1000)
  return {
    gatewayMbPerSecond: megabytesPerSecond(took.gateway),
    bareMbPerSecond: megabytesPerSecond(took.bare),
    ratio: took.bare / took.gateway,
  }
}

async function connecting() {
  const first = await gatewayAt(place)
  await first.line.destroy()
  const bare = await bareAt(place)
  const saved = savedSession(bare)
  await bare.destroy()
  const figures = { newKey: [] as number[], resume: [] as number[], bareResume: [] as number[] }
  for (let i = 0; i < TRIES; i++) {
    figures.newKey.push(await timed(async () => (await gatewayAt(place)).line.destroy()))
    figures.resume.push(await timed(async () => (await gatewayAt(place, first.session)).line.destroy()))
    figures.bareResume.push(
      await timed(async () => {
        const client = await bareAt(place, saved)
        await client.invoke(new BareApi.updates.GetState())
        await client.destroy()
      }),
    )
  }
  return {
    signInWithNewKeyMs: median(figures.newKey),
    resumeMs: median(figures.resume),
    bareResumeMs: median(figures.bareResume),
  }
}

async function dialogs() {
  const { line } = await gatewayAt(place)
  const bare = await bareAt(place)
  let count = 0
  const byGateway = async () => {
    count = 0
    let cursor: DialogCursor | null = null
    do {
      const page: DialogPage = valueOf(await line.dialogs(cursor))
      count += page.chats.length
      cursor = page.next
    } while (cursor !== null)
  }
  const ours: number[] = []
  const theirs: number[] = []
  let bareCount = 0
  for (let i = 0; i < 5; i++) {
    ours.push(await timed(byGateway))
    theirs.push(
      await timed(async () => {
        bareCount = (await bare.getDialogs({ limit: 2000 })).length
      }),
    )
  }
  await line.destroy()
  await bare.destroy()
  return { chats: count, gatewayMs: median(ours), bareChats: bareCount, bareMs: median(theirs) }
}

async function idle(open: () => Promise<unknown>) {
  // The first one loads what is loaded lazily.
  const all = [await open()]
  const before = await memory()
  for (let i = 0; i < ACCOUNTS; i++) all.push(await open())
  const after = await memory()
  return { accounts: all.length - 1, heapMb: after.heap - before.heap, rssMb: after.rss - before.rss }
}

async function refreshes() {
  const { line } = await gatewayAt(place)
  const refresh = async () => {
    let cursor: DialogCursor | null = null
    do cursor = valueOf(await line.dialogs(cursor)).next
    while (cursor !== null)
  }
  await refresh()
  const before = await memory()
  for (let i = 0; i < 20; i++) await refresh()
  const after = await memory()
  await line.destroy()
  return { refreshes: 20, heapGrowthMb: after.heap - before.heap }
}

const measures: Record<string, () => Promise<object>> = {
  sends,
  deliveries,
  uploads,
  connecting,
  dialogs,
  'idle-gateway': () => idle(() => gatewayAt(place)),
  'idle-bare': () => idle(() => bareAt(place)),
  refreshes,
}
const measured = await measures[process.argv[2] ?? '']?.()
process.stdout.write(`${JSON.stringify(measured)}\n`)
process.exit(0)
