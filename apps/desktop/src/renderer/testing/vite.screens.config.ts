import { join } from 'node:path'
import { mergeConfig } from 'vite'
import renderer from '../vite.config.ts'

// `vite build -c src/renderer/testing/vite.screens.config.ts`: the interface over the fake core, never shipped.
export default mergeConfig(renderer, {
  root: import.meta.dirname,
  build: {
    outDir: join(import.meta.dirname, '../../../out/screens'),
    rolldownOptions: { input: join(import.meta.dirname, 'screens.html') },
  },
})
