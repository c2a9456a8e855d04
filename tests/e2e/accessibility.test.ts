import { copyFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { tabTo } from './support/keyboard.ts'
import { serveScreens, type Screens } from './support/screens.ts'
import { openView, views } from './support/views.ts'

// WCAG 2.2 AA as far as a machine can tell (https://www.w3.org/TR/WCAG22/), and axe's own good practices.
const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
  // None of these rules reads the style sheets, which axe would otherwise fetch for each page.
  preload: { assets: ['media'] },
}
/** All that a theme changes. */
const COLOURS: RunOptions = {
  runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] },
  resultTypes: ['violations'],
  preload: false,
}
const DESKTOP = { width: 1280, height: 860 }
/** As many pages as two cores keep busy, while one waits for the other side. */
const SIDE_BY_SIDE = 3
type Axe = { run(options: RunOptions): Promise<AxeResults> }

let browser: Browser
let screens: Screens
let page: Page
/** Pages that no test is looking at, and the tests that wait for one. */
const idle: Page[] = []
const waiting: ((page: Page) => void)[] = []
/** What the browser says against a page while it is opened; what axe tries later is its own affair. */
const complaints = new WeakMap<Page, string[]>()

beforeAll(async () => {
  ;[browser, screens] = await Promise.all([launchBrowser(), serveScreens()])
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
  await copyFile(axe, join(screens.folder, 'assets', 'axe.js'))
  const context = await browser.newContext({
    timezoneId: 'Europe/Paris',
    viewport: DESKTOP,
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(15_000)
  context.on('console', message => {
    if (message.type() === 'error') complaints.get(message.page()!)?.push(message.text())
  })
  context.on('weberror', error => complaints.get(error.page()!)?.push(error.error().message))
  idle.push(...(await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => context.newPage()))))
  page = idle[0]!
})
afterAll(async () => {
  await browser.close()
  await screens.end()
})

async function withPage<T>(look: (page: Page) => Promise<T>): Promise<T> {
  const page = idle.pop() ?? (await new Promise<Page>(resolve => waiting.push(resolve)))
  try {
    return await look(page)
  } finally {
    const next = waiting.shift()
    if (next === undefined) idle.push(page)
    else next(page)
  }
}

/** As a file of the page's own, whose compiled form the browser keeps; past the page's own ban on evaluated text. */
async function bringAxe(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const expression = `import('${screens.origin}assets/axe.js')`
  await session.send('Runtime.evaluate', { expression, awaitPromise: true })
  await session.detach()
}

async function inTheme(page: Page, colorScheme: 'light' | 'dark', rules: RunOptions): Promise<string[]> {
  await page.emulateMedia({ colorScheme })
  // Styles of the theme before are still painted in this frame.
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
  const found = await page.evaluate(
    options => (globalThis as unknown as { axe: Axe }).axe.run(options).then(results => results.violations),
    rules,
  )
  return found.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary = '' }) =>
        `${colorScheme}: ${id} ${target.join(' ')} ${failureSummary.replace(/\s+/g, ' ')}`,
    ),
  )
}

/** How many points of what is on the screen are beyond the edge of a window of 640 by 480. */
async function beyondSmallWindow(page: Page): Promise<number> {
  await page.setViewportSize({ width: 640, height: 480 })
  const beyond = await page.evaluate(() => {
    const main = document.querySelector('main')
    return Math.max(
      document.documentElement.scrollWidth - window.innerWidth,
      main === null ? 0 : main.scrollWidth - main.clientWidth,
    )
  })
  await page.setViewportSize(DESKTOP)
  return beyond
}

describe.concurrent('every view', () => {
  test.each(views)(
    '$name holds to WCAG 2.2 AA, light and dark; in a window of 640 by 480, and so at 200 % zoom of twice that, nothing scrolls sideways',
    view =>
      withPage(async page => {
        const complained: string[] = []
        complaints.set(page, complained)
        await openView(page, screens.origin, view)
        complaints.delete(page)
        await bringAxe(page)
        const found = [...(await inTheme(page, 'light', RULES)), ...(await inTheme(page, 'dark', COLOURS))]
        const beyond = await beyondSmallWindow(page)
        expect({ complained, found, beyond }).toEqual({ complained: [], found: [], beyond: 0 })
      }),
  )
})

test('wherever the keyboard goes, the focus can be seen, also with the system’s own colours', async () => {
  const unseen: string[] = []
  for (const forcedColors of ['none', 'active'] as const) {
    await page.emulateMedia({ colorScheme: 'light', forcedColors })
    await openView(
      page,
      screens.origin,
      views.find(({ name }) => name === 'messages')!,
    )
    for (let step = 0; step < 25; step++) {
      await page.keyboard.press('Tab')
      const sight = await page.evaluate(() => {
        const focused = document.activeElement
        if (focused === null || focused === document.body) return null
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(focused)
        const seen = (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none'
        return seen ? null : focused.outerHTML.slice(0, 120)
      })
      if (sight !== null) unseen.push(`${forcedColors}: ${sight}`)
    }
  }
  await page.emulateMedia({ forcedColors: 'none' })
  expect(unseen).toEqual([])
})

test('with less motion asked for, nothing moves', async () => {
  await openView(
    page,
    screens.origin,
    views.find(({ name }) => name === 'messages')!,
  )
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .map(element => getComputedStyle(element))
      .filter(({ transitionDuration }) =>
        transitionDuration.split(',').some(time => Number.parseFloat(time) > 0),
      ),
  )
  expect(moving).toHaveLength(0)
})

test('without a mouse: a message is written, dated, checked and scheduled', async () => {
  await openView(
    page,
    screens.origin,
    views.find(({ name }) => name === 'messages')!,
  )
  await page.keyboard.press('Control+k')
  await page.getByRole('option').first().waitFor()
  await page.keyboard.type('nouveau')
  await page.getByRole('option').nth(1).waitFor({ state: 'detached' })
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Nouveau message' }).waitFor()
  await tabTo(page, page.getByLabel('Texte du message'))
  await page.keyboard.type('Sans souris')
  await tabTo(page, page.getByLabel('Date', { exact: true }))
  await page.keyboard.type(`14/07/${String(new Date().getFullYear() + 1)}`)
  await tabTo(page, page.getByLabel('Heure', { exact: true }))
  await page.keyboard.type('9h')
  await tabTo(page, page.getByRole('checkbox', { name: 'Annonces du quartier' }))
  await page.keyboard.press('Space')
  await tabTo(page, page.getByRole('button', { name: 'Vérifier' }))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Vérifier avant de programmer' }).waitFor()
  await tabTo(page, page.getByRole('button', { name: 'Programmer 1 message' }))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor()
  // The last of the list, and so out of sight.
  await tabTo(page, page.locator('[data-testid=delivery] input').first())
  await page.keyboard.press('End')
  await page.getByText('Sans souris').first().waitFor()
})

test('without a mouse: rows are chosen with the arrows and Shift, and taken back from what was cancelled', async () => {
  await openView(
    page,
    screens.origin,
    views.find(({ name }) => name === 'messages')!,
  )
  const boxes = page.locator('[data-testid=delivery] input')
  await tabTo(page, boxes.first())
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.getByText('3 choisis').first().waitFor()
  await tabTo(page, page.getByRole('button', { name: 'Annuler l’envoi' }))
  await page.keyboard.press('Enter')
  const confirm = page.getByRole('alertdialog').getByRole('button', { name: 'Annuler l’envoi' })
  await confirm.waitFor()
  await tabTo(page, confirm)
  await page.keyboard.press('Enter')
  await page.getByText('Annulation en cours').first().waitFor()
})

test('without a mouse: a message of the calendar is moved to the next day', async () => {
  await openView(
    page,
    screens.origin,
    views.find(({ name }) => name === 'calendar')!,
  )
  await tabTo(page, page.locator('[data-delivery=d5]'))
  await page.keyboard.press('Alt+ArrowRight')
  await page.getByText('Nouvelle date pour 1 message').first().waitFor()
  await page.locator('[data-delivery=d5]:focus').waitFor()
})
