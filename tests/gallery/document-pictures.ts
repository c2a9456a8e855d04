import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'

const documents = join(import.meta.dirname, '..', '..', 'docs', 'images')

/** Screens of the real product in the README, by their names in the gallery; light and dark. */
export const inReadme: ReadonlySet<string> = new Set(['composer', 'placing'])

/** Views in the user guides, by their names in the list of views; in each guide's language. */
export const inGuides: ReadonlySet<string> = new Set([
  'welcome-protect',
  'accounts',
  'accounts-import',
  'compose-album',
  'compose-repeat',
  'review',
  'progress',
  'messages',
  'message-detail',
  'calendar',
  'series',
  'messages-import',
  'statistics',
  'license',
  'shortcuts',
  'protection',
  'backup',
  'diagnostics-done',
  'log',
  'privacy',
  'templates',
])

const HEIGHT = 860
/** Those that say little above the fold, with the height that shows them whole. */
const TALL: Readonly<Record<string, number>> = {
  'compose-album': 1380,
  'compose-repeat': 1660,
  composer: 1240,
  license: 1000,
}

/**
 * What the page shows from its top, as docs/images/<folder>/<name><theme>.webp: a third of the bytes of the same picture
 * in PNG.
 */
export async function takeDocumentPicture(
  page: Page,
  { folder = '', name, theme = '' }: { folder?: string; name: string; theme?: string },
): Promise<void> {
  const width = page.viewportSize()?.width ?? 1280
  await page.setViewportSize({ width, height: TALL[name] ?? HEIGHT })
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('*')) element.scrollTop = 0
  })
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
  const file = join(documents, folder, `${name}${theme}.webp`)
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 })
  await session.detach()
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, Buffer.from(data, 'base64'))
  await page.setViewportSize({ width, height: HEIGHT })
}
