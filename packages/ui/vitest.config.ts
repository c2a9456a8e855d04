import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { sharedTestOptions } from '../../vitest.shared.ts'

export default defineConfig({
  plugins: [vue()],
  test: { ...sharedTestOptions, environment: 'happy-dom', include: ['src/**/*.test.ts'] },
})
