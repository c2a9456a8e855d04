import type { DialogCursor, DialogPage, Peer } from '../../apps/desktop/src/core/telegram/gateway.ts'
import { Api, bareLoop, bigInteger, openBare, randomId, savedSession } from './bare.ts'
import { openUnpaced } from './deliveries.ts'
import { openGateway, valueOf } from './gateway.ts'
import { TEXT } from './place.ts'

// One measurement of speed in one process: `node measure.ts <what>`, with the place of the data centre in PLACE.
// Prints its figures as JSON.

const ROUND = 100
const ROUNDS = 10
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

async function channels(): Promise<{ line: Awaited<ReturnType<typeof openGateway>>['line']; peers: Peer[] }> {
  const { line } = await openGateway()
  const { chats } = valueOf(await line.dialogs(null))
  return { line, peers: chats.filter(({ kind }) => kind === 'supergroup').map(({ peer }) => peer) }
}

/** A round of each in turn, so that both meet the same machine; a queue takes 100, so each round has its own chat. */
async function sends() {
  const { line, peers } = await channels()
  const bare = await openBare()
  const at = Math.floor(Date.now() / 1000) + 7 * 86_400
  const byGateway = async (peer: Peer) => {
    for (let i = 0; i < ROUND; i++)
      valueOf(
        await line.schedule({
          peer,
          text: TEXT,
          entities: [],
          silent: false,
          noWebpage: true,
          at: at + i,
          randomId: randomId(),
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
  await bareLoop(bare, next(), at, ROUND)
  for (let round = 0; round < ROUNDS; round++) {
    took.gateway += await timed(() => byGateway(next()))
    took.bare += await timed(() => bareLoop(bare, next(), at, ROUND))
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
  const bare = await openBare()
  const core = await openUnpaced()
  const at = Math.floor(Date.now() / 1000) + 7 * 86_400
  const took = { core: 0, bare: 0 }
  for (let round = -1; round < ROUNDS; round++) {
    // As many chats as dates: both sides put one message into ten chats, or ten into one, at the same cost there.
    const core_ = await core.place(10, ROUND / 10)
    const bare_ = await timed(() => bareLoop(bare, peers[round + 1] as Peer, at, ROUND))
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
  const { line } = await openGateway()
  const bare = await openBare()
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
        new Api.upload.SaveBigFilePart({
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
  const first = await openGateway()
  await first.line.destroy()
  const bare = await openBare()
  const saved = savedSession(bare)
  await bare.destroy()
  const figures = { newKey: [] as number[], resume: [] as number[], bareResume: [] as number[] }
  for (let i = 0; i < TRIES; i++) {
    figures.newKey.push(await timed(async () => (await openGateway()).line.destroy()))
    figures.resume.push(await timed(async () => (await openGateway(first)).line.destroy()))
    figures.bareResume.push(
      await timed(async () => {
        const client = await openBare({ saved })
        await client.invoke(new Api.updates.GetState())
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
  const { line } = await openGateway()
  const bare = await openBare()
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

const measures: Record<string, () => Promise<object>> = { sends, deliveries, uploads, connecting, dialogs }
const measured = await measures[process.argv[2] ?? '']?.()
process.stdout.write(`${JSON.stringify(measured)}\n`)
process.exit(0)
