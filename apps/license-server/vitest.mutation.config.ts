import { defineConfig } from 'vitest/config'

// Read inside a copy of this folder, so it may name nothing outside it. What decides is pure: no database.
export default defineConfig({
  test: {
    // As everywhere: only what hangs ends by it. Stryker has a limit of its own for each change.
    testTimeout: 60_000,
    include: ['src/licensing/*.test.ts', 'src/billing/decide.test.ts', 'src/billing/histories.test.ts'],
  },
})
