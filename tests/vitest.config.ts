import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { sharedTestOptions } from '../vitest.shared.ts'

// What stands behind the gateway is a condition of apps/desktop/package.json; everything of the gateway holds with both.
const teleproto = ['teleproto', 'module', 'node', 'development|production']

export default defineConfig({
  test: {
    ...sharedTestOptions,
    // Whole products are started here, each with ports and folders of its own. They wait (for Telegram's pace, for a browser)
    // more than they compute, so three share two cores well; the rest is patience.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      { extends: true, test: { name: 'product', include: ['**/*.test.ts'] } },
      {
        extends: true,
        resolve: { conditions: teleproto },
        ssr: { resolve: { conditions: teleproto } },
        test: {
          name: 'teleproto',
          include: ['{gateway,network,import}/**/*.test.ts'],
          env: { LIBRARY: 'teleproto' },
        },
      },
    ],
  },
})
