// `pnpm bench:ui`: what the interface costs, in a real Chromium, over a core in memory. Each figure stands beside its goal.
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { launchBrowser } from '../e2e/support/browser.ts'
import { serveScreens } from '../e2e/support/screens.ts'

const RUNS = 7
const ROWS = 50_000
const IN_A_MONTH = 5_000
/** An hour of placing at the full pace of one account: a message every three seconds, each told twice. */
const UPDATES = 2_400
const FRAME_MILLISECONDS = 1000 / 60

type Fake = { emit(name: string, payload: unknown): void; state: { progress: { done: number }[] } }
type Window = typeof globalThis & { fake: Fake; firstRow?: { at: number; scripts: string[] } }

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
const say = (what: string, figure: string, goal: string): void => {
  process.stdout.write(`${what.padEnd(58)} ${figure.padStart(20)}   goal ${goal}\n`)
}

const [browser, screens] = await Promise.all([launchBrowser(), serveScreens()])
try {
  await firstView()
  await scrolling()
  await month()
  await memory()
} finally {
  await browser.close()
  await screens.end()
}

async function open(query: string, address: string): Promise<{ page: Page; session: CDPSession }> {
  const page = await newPage(browser)
  const session = await page.context().newCDPSession(page)
  await page.goto(`${screens.origin}screens.html?${query}#${address}`)
  await page.locator('h1').first().waitFor()
  return { page, session }
}

async function newPage(from: Browser): Promise<Page> {
  const context = await from.newContext({
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 860 },
  })
  return context.newPage()
}

/** What is loaded before the list of messages can be used, without the core in memory itself; and how long that takes. */
async function firstView() {
  const times: number[] = []
  let bytes = 0
  for (let run = 0; run < RUNS; run++) {
    const page = await newPage(browser)
    await page.addInitScript(noteFirstRow)
    await page.goto(`${screens.origin}screens.html#/messages`)
    const first = await page.waitForFunction(() => (globalThis as Window).firstRow)
    const { at, scripts } = (await first.jsonValue()) ?? { at: Number.NaN, scripts: [] }
    times.push(at)
    const names = scripts
      .map(url => basename(new URL(url).pathname))
      .filter(one => !one.startsWith('screens-'))
    const files = names.map(name => readFile(join(screens.folder, 'assets', name)))
    bytes = (await Promise.all(files)).reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0)
    await page.context().close()
  }
  say('JavaScript of the first view, gzip', `${(bytes / 1000).toFixed(0)} kB`, '≤ 150 kB')
  say(`usable first view (median of ${String(RUNS)})`, `${median(times).toFixed(0)} ms`, '—')
}

/** In the page: when the frame after the first row came (milliseconds), and which scripts had been asked for until then. */
function noteFirstRow() {
  const observer = new MutationObserver(() => {
    if (document.querySelector('[data-testid=delivery]') === null) return
    observer.disconnect()
    const scripts = performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter(name => name.endsWith('.js'))
    requestAnimationFrame(() => {
      Object.assign(globalThis, { firstRow: { at: performance.now(), scripts } })
    })
  })
  observer.observe(document, { childList: true, subtree: true })
}

/** Frames that came late while the list of messages is scrolled through, reading on as it goes. */
async function scrolling() {
  for (const [name, pixels, frames] of [
    ['reading', 60, 300],
    ['to the end', 7_000, 520],
  ] as const) {
    const { page } = await open(`rows=${String(ROWS)}`, '/messages')
    await page.locator('[data-testid=delivery]').first().waitFor()
    const steps = await scroll(page, pixels, frames)
    const bare = await newPage(browser)
    await bare.setContent(
      `<main style="height:860px;overflow:auto"><div style="height:${String(ROWS * 68)}px">`,
    )
    const bareSteps = await scroll(bare, pixels, frames)
    await bare.context().close()
    const shown = await page.locator('[data-testid=delivery]').count()
    say(
      `${ROWS.toLocaleString('en')} rows, ${name}: dropped of ${String(steps.length)} frames`,
      `${String(dropped(steps))} (longest ${Math.max(...steps).toFixed(0)} ms)`,
      `0; an empty page beside it drops ${String(dropped(bareSteps))}`,
    )
    if (shown > 60) throw new Error(`${String(shown)} rows are in the page: the list is not virtual`)
    await page.context().close()
  }
}

function dropped(steps: readonly number[]): number {
  return steps.reduce((sum, step) => sum + Math.max(0, Math.round(step / FRAME_MILLISECONDS) - 1), 0)
}

/** Scrolls what scrolls by so many pixels in each frame; how long each frame took, in milliseconds. */
function scroll(page: Page, pixels: number, frames: number): Promise<number[]> {
  return page.evaluate(
    ([step, count]) =>
      new Promise<number[]>(done => {
        const list = document.querySelector('main')
        const found: number[] = []
        let last = performance.now()
        const frame = (now: number) => {
          found.push(now - last)
          last = now
          if (list !== null) list.scrollTop += step
          if (found.length < count) requestAnimationFrame(frame)
          else done(found.slice(2))
        }
        requestAnimationFrame(frame)
      }),
    [pixels, frames] as const,
  )
}

/** From the click to the frame in which the month is on the screen: opened from another page, and turned to the next one. */
async function month() {
  const { page } = await open(`month=${String(IN_A_MONTH)}`, '/calendar')
  const opened: number[] = []
  for (let run = 0; run < RUNS; run++) {
    await page.evaluate(() => {
      location.hash = '#/license'
    })
    await page.locator('.item').first().waitFor({ state: 'detached' })
    opened.push(await untilShown(page, 'a[href="#/calendar"]'))
  }
  const turned: number[] = []
  for (let run = 0; run < RUNS; run++) turned.push(await untilShown(page, '.bar button:nth-of-type(2)'))
  for (const [what, times] of [
    ['opened', opened],
    ['turned to', turned],
  ] as const)
    say(
      `a month of ${IN_A_MONTH.toLocaleString('en')} messages ${what} (median of ${String(RUNS)})`,
      `${median(times).toFixed(0)} ms`,
      '≤ 100 ms',
    )
  await page.context().close()
}

/** Clicks, and waits for messages that were not there before; milliseconds to the frame after them. */
function untilShown(page: Page, selector: string): Promise<number> {
  return page.evaluate(
    target =>
      new Promise<number>(done => {
        const before = document.querySelector('.item')
        const begin = performance.now()
        const look = () => {
          const item = document.querySelector('.item')
          if (item === null || item === before) requestAnimationFrame(look)
          else requestAnimationFrame(() => done(performance.now() - begin))
        }
        document.querySelector<HTMLElement>(target)?.click()
        look()
      }),
    selector,
  )
}

/** Heap after forced collections, before and after an hour of updates, told as fast as the page takes them. */
async function memory() {
  const { page, session } = await open(`rows=${String(ROWS)}`, '/messages')
  await page.locator('[data-testid=delivery]').first().waitFor()
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage')
    await session.send('HeapProfiler.collectGarbage')
    const { usedSize } = await session.send('Runtime.getHeapUsage')
    return usedSize / 1e6
  }
  const hour = (updates: number) =>
    page.evaluate(async count => {
      const { fake } = globalThis as Window
      for (let update = 0; update < count; update++) {
        fake.emit('deliveries.changed', { ids: [`m${String(update % 100)}`] })
        fake.emit('deliveries.progressed', { ...fake.state.progress[0], done: update % 40 })
        if (update % 20 === 0) await new Promise(done => setTimeout(done, 40))
      }
      await new Promise(done => setTimeout(done, 1000))
    }, updates)
  await hour(UPDATES / 4)
  const before = await heap()
  await hour(UPDATES)
  const after = await heap()
  say('heap before / after an hour of updates', `${before.toFixed(1)} / ${after.toFixed(1)} MB`, 'flat')
  say('ratio', (after / before).toFixed(2), '≤ 1.05')
  await page.context().close()
}
