import { defineConfig } from 'vitest/config'
import { sharedTestOptions } from '../vitest.shared.ts'

// What stands behind the gateway is a condition of apps/desktop/package.json; everything of the gateway holds with both.
const teleproto = ['teleproto', 'module', 'node', 'development|production']

export default defineConfig({
  test: {
    ...sharedTestOptions,
    // Whole products are started here, on two cores at worst: one file at a time, and patience.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
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
