import { defineConfig } from 'vitest/config'

// Read inside a copy of this folder, so it may name nothing outside it.
export default defineConfig({ test: { include: ['src/license/**/*.test.ts'] } })
