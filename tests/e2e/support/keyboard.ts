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
