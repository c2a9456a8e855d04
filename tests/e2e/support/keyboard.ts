import type { Locator, Page } from 'playwright-core'

/** As a person without a mouse gets somewhere; a thing that is on its way is waited for. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.first().waitFor({ state: 'attached' })
  for (let step = 0; step < 100; step++) {
    if (await target.first().evaluate(element => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`The keyboard does not get to ${String(target)}`)
}

/** Goes there and presses a key. */
export async function pressOn(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press(key)
}

/** Goes there and types in place of what stands there. */
export async function typeInto(page: Page, target: Locator, text: string): Promise<void> {
  await pressOn(page, target, 'Control+a')
  await page.keyboard.type(text)
}

/** What can be used on the page, under its heading, and Tab does not come to from there. */
export async function unreached(page: Page): Promise<string[]> {
  await page.locator('h1').first().focus()
  for (let inside = true, step = 0; inside && step < 300; step++) {
    await page.keyboard.press('Tab')
    inside = await page.evaluate(() => {
      const focused = document.activeElement
      focused?.setAttribute('data-reached', '')
      return focused?.closest('main') != null
    })
  }
  return page.evaluate(() => {
    const heading = document.querySelector('h1')
    const usable = 'a[href], button, input, select, textarea, summary, [tabindex="0"]'
    return (
      [...document.querySelectorAll<HTMLElement>(`main :is(${usable})`)]
        .filter(one => heading && heading.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING)
        .filter(one => one.checkVisibility() && !one.matches(':disabled, [tabindex="-1"], [data-reached]'))
        // Of a group, its chosen one; a group itself hands the focus on to that.
        .filter(one => !one.matches('[type=radio]:not(:checked), :has([data-reached])'))
        .map(one => one.outerHTML.slice(0, 120))
    )
  })
}
