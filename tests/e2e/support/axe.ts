import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'

// WCAG 2.2 AA as far as a machine can tell (https://www.w3.org/TR/WCAG22/), and axe's own good practices.
const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
}
type Axe = { run(options: RunOptions): Promise<AxeResults> }

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong in what is on the screen, in both themes, a line each. */
export async function violationsOf(page: Page): Promise<string[]> {
  const lines: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // Styles of the theme before are still painted in this frame.
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
    await page.evaluate(await source)
    const found = await page.evaluate(
      rules => (globalThis as unknown as { axe: Axe }).axe.run(rules).then(results => results.violations),
      RULES,
    )
    for (const { id, nodes } of found) {
      for (const { target, failureSummary = '' } of nodes)
        lines.push(`${colorScheme}: ${id} ${target.join(' ')} ${failureSummary.replace(/\s+/g, ' ')}`)
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  return lines
}
