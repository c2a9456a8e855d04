import { defineConfig } from 'vitest/config'

// Read inside a copy of this folder, so it may name nothing outside it. Only what hangs ends by the limit.
export default defineConfig({ test: { include: ['src/license/**/*.test.ts'], testTimeout: 60_000 } })
