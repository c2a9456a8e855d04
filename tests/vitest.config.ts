import { defineConfig } from 'vitest/config'
import { sharedTestOptions } from '../vitest.shared.ts'

// Whole products are started here, on two cores at worst: one file at a time, and patience.
export default defineConfig({
  test: {
    ...sharedTestOptions,
    include: ['**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
})
