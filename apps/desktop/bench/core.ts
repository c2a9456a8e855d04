// `pnpm bench:core`: what plans and deliveries cost in a whole core (vault, database on disk), over a data centre in
// memory. How fast they leave through a real connection is measured in tests/bench/deliveries.ts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createCore } from '../src/core/create-core.ts'
import { serveLicenses } from '../src/core/license/testing/license-server.ts'
import { createFakeDataCentre, fakeChannel, fakeUser } from '../src/core/telegram/testing/fake-data-centre.ts'
import { fakeTime, testPorts } from '../src/core/testing/index.ts'

/** The last one's messages are really placed, so it has no part in the 50,000. */
const ACCOUNTS = 6
const CHATS = 100
const DATES_OF_A_PLAN = 20
const PREVIEWS = 5
const PACED = 200
const ROUNDS = 60
const PREVIEW_ROUNDS = 15
const WARM_UP = 5
const STARTS = 7
const DAY_MS = 86_400_000
const CODE = '12345'

const percentile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ??
  Number.NaN
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** Median and 95th percentile on the wall, and the processor's own time for one, which other work does not lengthen. */
async function measured(work: () => Promise<unknown>, rounds = ROUNDS): Promise<string> {
  for (let round = 0; round < WARM_UP; round++) await work()
  const took: number[] = []
  const before = process.cpuUsage()
  for (let round = 0; round < rounds; round++) took.push(await timed(work))
  const { user, system } = process.cpuUsage(before)
  const cpu = (user + system) / 1000 / rounds
  return `median ${percentile(took, 0.5).toFixed(1)} ms, p95 ${percentile(took, 0.95).toFixed(1)} ms, processor ${cpu.toFixed(1)} ms`
}

type Draft = {
  readonly accountId: string
  readonly chatIds: readonly string[]
  readonly dates: readonly string[]
}

/** A core over a folder, with a licence and accounts that know their chats. */
async function openAt(
  folder: string,
  time: ReturnType<typeof fakeTime>,
  licenses: ReturnType<typeof serveLicenses>,
) {
  const dc = createFakeDataCentre(time.clock)
  const ports = { ...testPorts({ time, http: licenses.http }), log: () => undefined }
  const core = await createCore(ports, {
    ...{ dataFolder: folder, version: '0.0.0', hosted: 'web', emit: () => undefined },
    license: {
      serverUrl: licenses.url,
      rootKey: licenses.root.publicJwk,
      acceptTestLicenses: true,
      machineId: () => Promise.resolve('bench'),
    },
    telegram: dc.gateway,
    telegramApp: { apiId: 1, apiHash: 'bench' },
  })
  const ask = async <T>(name: string, input: unknown = {}): Promise<T> => {
    const answer = await core.call(name, input)
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code}`)
    return answer.data as T
  }
  return { core, dc, ask }
}

async function firstRun(folder: string) {
  const time = fakeTime()
  const licenses = serveLicenses(() => Math.floor(time.clock.now() / 1000))
  const { core, dc, ask } = await openAt(folder, time, licenses)
  await core.start()
  await ask('vault.create', { passphrase: null })
  await ask('license.startTrial')
  dc.setDialogs(
    Array.from({ length: CHATS }, (_, at) => fakeChannel(String(at + 1), `Groupe ${String(at + 1)}`)),
  )
  const accounts: { id: string; chatIds: string[] }[] = []
  for (let number = 1; number <= ACCOUNTS; number++) {
    const user = fakeUser(number)
    const phone = `336399${String(number).padStart(5, '0')}`
    dc.addUser({ ...user, me: { ...user.me, phone } })
    const { signInId } = await ask<{ signInId: string }>('accounts.signIn', { phone: `+${phone}` })
    const { account } = await ask<{ account: { id: string } }>('accounts.submitCode', {
      signInId,
      code: CODE,
    })
    const { chats } = await ask<{ chats: { id: string; title: string }[] }>('targets.list', {
      accountId: account.id,
      refresh: true,
    })
    const chatIds = chats.filter(({ title }) => title.startsWith('Groupe')).map(({ id }) => id)
    accounts.push({ id: account.id, chatIds })
  }
  const draftOf = ({ accountId, chatIds, dates }: Draft) => ({
    accountId,
    chatIds,
    dates,
    text: 'Bonjour {groupe},\nréunion ce soir à 20 h, salle des fêtes. 🥕',
    entities: [{ type: 'bold', offset: 0, length: 7 }],
    timeZone: 'Europe/Paris',
  })
  const datesFrom = (day: number, count: number): string[] =>
    Array.from({ length: count }, (_, at) =>
      new Date(time.clock.now() + (day + at) * DAY_MS).toISOString().slice(0, 16),
    )
  return { time, licenses, core, dc, ask, accounts, draftOf, datesFrom }
}
type Run = Awaited<ReturnType<typeof firstRun>>

const folder = mkdtempSync(join(tmpdir(), 'autotele-core-'))
const run = await firstRun(folder)

/**
 * 10,000 messages as a person would compose them: five plans of 100 chats by 20 dates, the most that one may hold. With
 * three pictures, as albums, and once more when there are 50,000 others.
 */
async function previews(
  { ask, accounts, draftOf, datesFrom }: Pick<Run, 'ask' | 'accounts' | 'draftOf' | 'datesFrom'>,
  words: string,
  files = 0,
): Promise<void> {
  const media = Array.from({ length: files }, (_, at) => ({
    ...{ id: String(at).padStart(32, '0'), kind: 'photo', name: `${String(at)}.jpg`, mime: 'image/jpeg' },
    ...{ size: 400_000, width: 1600, height: 1200, duration: null, spoiler: false },
  }))
  const drafts = Array.from({ length: PREVIEWS }, (_, at) => ({
    ...draftOf({
      accountId: accounts[0]?.id ?? '',
      chatIds: accounts[0]?.chatIds ?? [],
      dates: datesFrom(1 + at * DATES_OF_A_PLAN, DATES_OF_A_PLAN),
    }),
    media,
  }))
  const took = await measured(async () => {
    for (const draft of drafts) await ask('plans.preview', draft)
  }, PREVIEW_ROUNDS)
  say(`preview and preflight of 10,000${words}: ${took} (goal 100)`)
}

/** In simulated time, so that only the product's own slowness counts. */
async function paced({ ask, accounts, draftOf, datesFrom, time }: Run): Promise<void> {
  const draft = draftOf({
    accountId: accounts.at(-1)?.id ?? '',
    chatIds: accounts.at(-1)?.chatIds ?? [],
    dates: datesFrom(30, PACED / CHATS),
  })
  const { token, placingSeconds } = await ask<{ token: string; placingSeconds: number }>(
    'plans.preview',
    draft,
  )
  await ask('plans.confirm', { draft, token })
  const from = time.clock.now()
  let done = 0
  while (done < PACED) {
    await time.advance(500)
    const progress = await ask<{ accountId: string; done: number }[]>('deliveries.progress')
    done = progress.find(({ accountId }) => accountId === accounts.at(-1)?.id)?.done ?? 0
  }
  const seconds = (time.clock.now() - from) / 1000
  say(
    `${String(PACED)} paced: ${seconds.toFixed(1)} s, theory ${String(placingSeconds)} s, ratio ${(seconds / placingSeconds).toFixed(3)} (goal 1.02)`,
  )
}

/** 50,000 messages over five accounts, half of them in the past. */
async function fill({ ask, accounts, draftOf, datesFrom, dc, core }: Run): Promise<void> {
  dc.setDown(true)
  for (const { id, chatIds } of accounts.slice(0, -1))
    for (let plan = 0; plan < 100 / DATES_OF_A_PLAN; plan++) {
      const dates = datesFrom(100 + plan * DATES_OF_A_PLAN, DATES_OF_A_PLAN)
      const draft = draftOf({ accountId: id, chatIds, dates })
      const { token } = await ask<{ token: string }>('plans.preview', draft)
      await ask('plans.confirm', { draft, token })
    }
  await core.stop()
  const database = new DatabaseSync(join(folder, 'autotele.db'))
  database.exec(`UPDATE delivery SET state = 'published', open = 0, at = at - 300 * 86400, published_id = seq WHERE seq % 2 = 0;
    UPDATE delivery SET state = 'scheduled', scheduled_id = seq, not_before = at * 1000 + 90000 WHERE seq % 2 = 1`)
  database.close()
}

async function queries(): Promise<void> {
  const { core, ask, dc } = await openAt(folder, run.time, run.licenses)
  dc.setDown(true)
  await core.start()
  const { total } = await ask<{ total: number }>('deliveries.list', { scope: 'all' })
  say(`${String(total)} deliveries:`)
  const account = run.accounts[2]
  const accountId = account?.id
  const chatId = account?.chatIds[7]
  const day = (days: number): string =>
    new Date(run.time.clock.now() + days * DAY_MS).toISOString().slice(0, 10)
  const month = { from: day(110), to: day(140), timeZone: 'Europe/Paris' }
  const at = (days: number): string => `${day(days)}T00:00:00Z`
  const asked: [string, string, object][] = [
    ['upcoming', 'deliveries.list', {}],
    ['past', 'deliveries.list', { scope: 'past' }],
    ['all', 'deliveries.list', { scope: 'all' }],
    ['of one account', 'deliveries.list', { accountId }],
    ['of one chat', 'deliveries.list', { scope: 'all', accountId, chatId }],
    ['published', 'deliveries.list', { scope: 'past', states: ['published'] }],
    ['failed or skipped', 'deliveries.list', { scope: 'all', states: ['failed', 'skipped'] }],
    ['of a month', 'deliveries.list', { scope: 'all', from: at(110), to: at(140) }],
    ['with a word', 'deliveries.list', { scope: 'all', text: 'reunion' }],
    ['with a word that is not there', 'deliveries.list', { scope: 'all', text: 'girafe' }],
    ['calendar of a month', 'deliveries.calendar', month],
    ['calendar of a month, one account', 'deliveries.calendar', { ...month, accountId }],
    ['calendar of a week, 50 a day', 'deliveries.calendar', { ...month, to: day(116), perDay: 50 }],
    ['statistics of 30 days', 'history.statistics', { ...month, from: day(-265), to: day(-236) }],
    ['statistics of a year', 'history.statistics', { ...month, from: day(-265), to: day(99) }],
    ['progress', 'deliveries.progress', {}],
  ]
  for (const [words, name, input] of asked) {
    say(`  ${words.padEnd(34)} ${await measured(() => ask(name, input))} (goal 20)`)
  }
  await previews({ ...run, ask }, ', beside the 50,000')
  // From the end of a long list: the cursor is a place, not a number of rows.
  let cursor: string | null = null
  const pages: number[] = []
  do {
    const start = performance.now()
    const page: { next: string | null } = await ask('deliveries.list', { scope: 'all', cursor, limit: 500 })
    pages.push(performance.now() - start)
    cursor = page.next
  } while (cursor !== null)
  say(
    `  ${'pages of 500, to the end'.padEnd(34)} median ${percentile(pages, 0.5).toFixed(1)} ms, p95 ${percentile(pages, 0.95).toFixed(1)} ms`,
  )
  await core.stop()
}

/** Until the list of messages is there. */
async function startUp(at: string, where: Pick<Run, 'time' | 'licenses'>): Promise<number> {
  const took: number[] = []
  for (let round = 0; round < STARTS; round++) {
    const start = performance.now()
    const { core, ask, dc } = await openAt(at, where.time, where.licenses)
    dc.setDown(true)
    await core.start()
    await ask('deliveries.list', {})
    took.push(performance.now() - start)
    await core.stop()
  }
  return percentile(took, 0.5)
}

await previews(run, '')
await previews(run, ', three pictures each', 3)
await paced(run)
await fill(run)
await queries()
const full = await startUp(folder, run)
const emptyFolder = mkdtempSync(join(tmpdir(), 'autotele-core-'))
const other = await firstRun(emptyFolder)
await other.core.stop()
const empty = await startUp(emptyFolder, other)
say(`start-up with 50,000: ${full.toFixed(0)} ms, with none ${empty.toFixed(0)} ms`)
for (const one of [folder, emptyFolder]) rmSync(one, { recursive: true, force: true })
process.exit(0)
