import { availableParallelism } from 'node:os'
import { defineConfig, mergeConfig } from 'vitest/config'
import { chosenLibrary, sharedTestOptions, withTeleproto } from '../vitest.shared.ts'

const product = { extends: true as const, test: { name: 'product', include: ['**/*.test.ts'] } }
/** Everything of the gateway holds with either library in every run; `pnpm test:teleproto` is the whole with the other. */
const gateway = {
  extends: true as const,
  test: { name: 'teleproto', include: ['{gateway,network,import}/**/*.test.ts'] },
}

export default defineConfig({
  test: {
    ...sharedTestOptions,
    // Whole products are started here, each with ports and folders of its own. They wait (for Telegram's pace, for a browser)
    // more than they compute, so three share two cores well; the rest is patience.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: Math.max(3, availableParallelism()),
    projects:
      chosenLibrary === withTeleproto
        ? [mergeConfig(product, withTeleproto)]
        : [product, mergeConfig(gateway, withTeleproto)],
  },
})
