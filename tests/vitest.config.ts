import { availableParallelism } from 'node:os'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { sharedTestOptions } from '../vitest.shared.ts'

// What stands behind the gateway is a condition of apps/desktop/package.json; everything of the gateway holds with both.
const teleproto = ['teleproto', 'module', 'node', 'development|production']

const withTeleproto = (include: string): TestProjectInlineConfiguration => ({
  extends: true,
  resolve: { conditions: teleproto },
  ssr: { resolve: { conditions: teleproto } },
  test: { name: 'teleproto', include: [include], env: { LIBRARY: 'teleproto' } },
})

export default defineConfig({
  test: {
    ...sharedTestOptions,
    // Whole products are started here, each with ports and folders of its own. They wait (for Telegram's pace, for a browser)
    // more than they compute, so three share two cores well; the rest is patience.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: Math.max(3, availableParallelism()),
    projects:
      process.env['LIBRARY'] === 'teleproto'
        ? [withTeleproto('**/*.test.ts')]
        : [
            { extends: true, test: { name: 'product', include: ['**/*.test.ts'] } },
            withTeleproto('{gateway,network,import}/**/*.test.ts'),
          ],
  },
})
