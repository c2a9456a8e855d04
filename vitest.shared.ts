import type { ViteUserConfig } from 'vitest/config'

/** What every package's tests have in common: a readable report for people and one file for the sum at the end. */
export const sharedTestOptions: NonNullable<ViteUserConfig['test']> = {
  reporters: ['default', 'json'],
  outputFile: { json: 'test-results/vitest.json' },
  // A rejected promise nobody waits for is a bug, not noise.
  dangerouslyIgnoreUnhandledErrors: false,
  // Only what hangs ends by this: other suites run on the same cores, and no test asserts how long it takes.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  restoreMocks: true,
}

const conditions = ['teleproto', 'module', 'node', 'development|production']

/**
 * With the other library behind the gateway, which is a condition of `imports` in package.json: for what vite resolves,
 * and for each process that a test starts.
 */
export const withTeleproto = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { env: { TELEGRAM_LIBRARY: 'teleproto', NODE_OPTIONS: '--conditions=teleproto' } },
}

/** What `TELEGRAM_LIBRARY=teleproto` (`pnpm test:teleproto`) asks for, over whatever a configuration says. */
export const chosenLibrary: Partial<typeof withTeleproto> =
  process.env['TELEGRAM_LIBRARY'] === 'teleproto' ? withTeleproto : {}
