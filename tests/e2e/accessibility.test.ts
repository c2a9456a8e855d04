import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
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

const pages = views.filter(({ prepare, scenario }) => prepare === undefined && scenario === undefined)

test('in a window of 640 by 480, and so at 200 % zoom of twice that, nothing scrolls sideways', async () => {
  await page.setViewportSize({ width: 640, height: 480 })
  const wide: string[] = []
  for (const view of pages) {
    await openView(page, screens.origin, view)
    const beyond = await page.evaluate(() => {
      const main = document.querySelector('main')
      return Math.max(
        document.documentElement.scrollWidth - window.innerWidth,
        main === null ? 0 : main.scrollWidth - main.clientWidth,
      )
    })
    if (beyond > 0) wide.push(`${view.name}: ${String(beyond)} px`)
  }
  await page.setViewportSize({ width: 1280, height: 860 })
  expect(wide).toEqual([])
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
