import vue from '@vitejs/plugin-vue'
import { join } from 'node:path'
import { defineConfig, mergeConfig } from 'vitest/config'
import { chosenLibrary, sharedTestOptions } from '../../vitest.shared.ts'

const src = (...parts: string[]): string => join(import.meta.dirname, 'src', ...parts)
const withoutElectron = { electron: src('main', 'testing', 'electron-forbidden.ts') }

// One project per runtime, as in production: the core is plain Node, the shell speaks to Electron (a stand-in for
// it here: its binary is not needed), the renderer is a page.
export default defineConfig({
  test: {
    ...sharedTestOptions,
    projects: [
      mergeConfig(chosenLibrary, {
        extends: true as const,
        resolve: { alias: withoutElectron },
        test: {
          name: 'core',
          environment: 'node',
          include: ['src/{contract,core}/**/*.test.ts'],
        },
      }),
      mergeConfig(chosenLibrary, {
        extends: true as const,
        resolve: { alias: { electron: src('main', 'testing', 'electron.ts') } },
        define: { __AUTOTELE_RELEASE__: 'false' },
        test: {
          name: 'shell',
          environment: 'node',
          include: ['src/{host,main,preload}/**/*.test.ts'],
        },
      }),
      {
        extends: true,
        plugins: [vue()],
        resolve: { alias: withoutElectron },
        test: {
          name: 'renderer',
          environment: 'happy-dom',
          include: ['src/renderer/**/*.test.ts'],
        },
      },
    ],
  },
})
