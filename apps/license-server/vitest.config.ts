import { defineConfig } from 'vitest/config'
import { sharedTestOptions } from '../../vitest.shared.ts'

export default defineConfig({
  test: {
    ...sharedTestOptions,
    include: ['src/**/*.test.ts'],
    globalSetup: ['src/testing/cluster.ts'],
    // What costs most of a file's time is loading the server once more. No module of it keeps what a test could leave behind.
    isolate: false,
  },
})
