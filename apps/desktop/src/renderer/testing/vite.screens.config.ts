import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mergeConfig, type Plugin } from 'vite'
import renderer from '../vite.config.ts'

/** What the last build of the program was made of, where there was one. */
const parts = join(import.meta.dirname, '../../../out/renderer/third-party.js')
const thirdParty: Plugin = {
  name: 'autotele-third-party',
  generateBundle() {
    if (!existsSync(parts)) return
    this.emitFile({ type: 'asset', fileName: 'third-party.js', source: readFileSync(parts) })
  },
}

// `vite build -c src/renderer/testing/vite.screens.config.ts`: the interface over the fake core, never shipped.
export default mergeConfig(renderer, {
  root: import.meta.dirname,
  plugins: [thirdParty],
  build: {
    outDir: join(import.meta.dirname, '../../../out/screens'),
    rolldownOptions: { input: join(import.meta.dirname, 'screens.html') },
  },
})
