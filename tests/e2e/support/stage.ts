import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { openApp, type App } from './app.ts'
import { launchBrowser } from './browser.ts'
import { runProduct, type RunningProduct } from './running-product.ts'

/** What a test file plays on: filled before its first test, taken down after its last. */
export type Stage = { product: RunningProduct; browser: Browser; app: App }

/** The whole product and a browser for the tests of this file; `prepare` brings the app to where they begin. */
export function setStage(prepare: (stage: Stage) => Promise<void> = () => Promise.resolve()): Stage {
  const stage = {} as Stage
  beforeAll(async () => {
    const [browser, product] = await Promise.all([launchBrowser(), runProduct()])
    Object.assign(stage, { browser, product })
    stage.app = await openApp(browser, product)
    await prepare(stage)
  })
  afterAll(async () => {
    await stage.browser.close()
    await stage.product.end()
  })
  return stage
}
