import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'

// Which pictures are taken: all of the desktop window when nothing is said, else
// `--only log,backup*,console-* --language en --theme dark --window small,zoom,contrast`.
const { values } = parseArgs({
  options: {
    documents: { type: 'boolean', default: false },
    only: { type: 'string' },
    language: { type: 'string', default: 'fr,en' },
    theme: { type: 'string', default: 'light,dark' },
    window: { type: 'string', default: 'desktop' },
  },
})

/** Those of a list, in the list's own order, that an argument names; an unknown name is an error. */
function named<T extends string>(all: readonly T[], text: string): T[] {
  const asked = text.split(',')
  const unknown = asked.find(name => !all.includes(name as T))
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${all.join(', ')}`)
  return all.filter(name => asked.includes(name))
}

export const DESKTOP = { width: 1280, height: 860 }
/**
 * `tall` is as high as what it shows; `zoom` is the desktop window at 200 %, which has half as many points; `contrast` is
 * one with the system's own colours.
 */
const SIZES = {
  desktop: null,
  tall: null,
  small: { width: 640, height: 480 },
  zoom: { width: 640, height: 430 },
  contrast: null,
}
/** Whether this run renews the pictures that the documents show, and takes no others. */
export const forDocuments = values.documents
export const languages = named(['fr', 'en'], values.language)
const themes = named(['light', 'dark'], values.theme)
const windows = named(['desktop', 'tall', 'small', 'zoom', 'contrast'], values.window)
const patterns = values.only?.split(',').map(name => new RegExp(`^${name.replaceAll('*', '.*')}$`))
/** Whether all is taken, and so also the walk through the real product. */
export const takesAll = patterns === undefined
export const takesConsole = takesAll || (values.only?.includes('console-') ?? false)

export function takes(name: string): boolean {
  return patterns === undefined || patterns.some(pattern => pattern.test(name))
}

/**
 * What is on the screen in each theme and window asked for, or all of the page if it is asked for `whole`; `path` is given
 * the last part of a file's name.
 */
export async function takePictures(
  page: Page,
  path: (ending: string) => string,
  whole = false,
): Promise<void> {
  const before = page.viewportSize() ?? DESKTOP
  for (const window of windows) {
    await page.setViewportSize(SIZES[window] ?? before)
    if (whole || window === 'tall') await grow(page)
    for (const colorScheme of themes) {
      await showIn(page, colorScheme, window === 'contrast')
      const ending = window === 'desktop' ? colorScheme : `${window}-${colorScheme}`
      await page.screenshot({ path: path(`${ending}.png`) })
    }
  }
  await page.setViewportSize(before)
  await showIn(page, 'light')
}

/** Makes the window so high that nothing of the page has to be scrolled to. */
async function grow(page: Page): Promise<void> {
  const { width, height } = page.viewportSize() ?? DESKTOP
  const hidden = await page.evaluate(() =>
    [...document.querySelectorAll('html, main')].map(one => one.scrollHeight - one.clientHeight),
  )
  await page.setViewportSize({ width, height: height + Math.max(0, ...hidden) })
}

/** Waits until nothing of the theme before is painted any more. */
export async function showIn(page: Page, colorScheme: 'light' | 'dark', contrast = false): Promise<void> {
  await page.emulateMedia({
    colorScheme,
    reducedMotion: 'reduce',
    contrast: contrast ? 'more' : 'no-preference',
    forcedColors: contrast ? 'active' : 'none',
  })
  await page.evaluate(() => document.fonts.ready)
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
}
