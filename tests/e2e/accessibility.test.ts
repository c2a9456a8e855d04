import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from './support/browser.ts'
import { serveScreens, type Screens } from './support/screens.ts'
import { openView, views } from './support/views.ts'

// WCAG 2.2 AA as far as a machine can tell (https://www.w3.org/TR/WCAG22/), and axe's own good practices.
const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
}
/** All that a theme changes. */
const COLOURS: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } }
type Axe = { run(options: RunOptions): Promise<AxeResults> }

let browser: Browser
let screens: Screens
let page: Page
let source: string
const complaints: string[] = []

beforeAll(async () => {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
  ;[browser, screens, source] = await Promise.all([launchBrowser(), serveScreens(), readFile(axe, 'utf8')])
  const context = await browser.newContext({
    timezoneId: 'Europe/Paris',
    viewport: { width: 1280, height: 860 },
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(15_000)
  page = await context.newPage()
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
})
afterAll(async () => {
  await browser.close()
  await screens.end()
})

async function inTheme(colorScheme: 'light' | 'dark', rules: RunOptions): Promise<string[]> {
  await page.emulateMedia({ colorScheme })
  // Styles of the theme before are still painted in this frame.
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
  return (await violations(rules)).map(line => `${colorScheme}: ${line}`)
}

/** What axe finds wrong in what is on the screen, a line each. */
async function violations(rules: RunOptions): Promise<string[]> {
  await page.evaluate(source)
  const found = await page.evaluate(
    options => (globalThis as unknown as { axe: Axe }).axe.run(options).then(results => results.violations),
    rules,
  )
  return found.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary = '' }) => `${id} ${target.join(' ')} ${failureSummary.replace(/\s+/g, ' ')}`,
    ),
  )
}

describe('every view, light and dark, holds to WCAG 2.2 AA', () => {
  test.each(views)('$name', async view => {
    await openView(page, screens.origin, view)
    expect([...(await inTheme('light', RULES)), ...(await inTheme('dark', COLOURS))]).toEqual([])
  })
})
