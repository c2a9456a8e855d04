import type { ViteUserConfig } from 'vitest/config'

/** What every package's tests have in common: a readable report for people and one file for the sum at the end. */
export const sharedTestOptions: NonNullable<ViteUserConfig['test']> = {
  reporters: ['default', 'json'],
  outputFile: { json: 'test-results/vitest.json' },
  // A rejected promise nobody waits for is a bug, not noise.
  dangerouslyIgnoreUnhandledErrors: false,
  restoreMocks: true,
}
