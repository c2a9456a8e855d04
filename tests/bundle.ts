import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chosenLibrary } from '../vitest.shared.ts'

const desktop = join(import.meta.dirname, '../apps/desktop')

/** Bundles a module into `<folder>/<name>.mjs` as the core is bundled (electron.vite.config.ts): the library too, without its copyleft cipher. */
export async function bundle(entry: string, folder: string, name: string): Promise<string> {
  const { build } = (await import(
    pathToFileURL(createRequire(join(desktop, 'package.json')).resolve('vite')).href
  )) as { build: (config: object) => Promise<unknown> }
  await build({
    configFile: false,
    root: desktop,
    logLevel: 'error',
    resolve: { alias: { '@cryptography/aes': join(desktop, 'src/core/telegram/library-aes.ts') } },
    ssr: { ...chosenLibrary.ssr, noExternal: true },
    build: {
      ssr: entry,
      outDir: folder,
      emptyOutDir: false,
      target: 'node24',
      rolldownOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  })
  return join(folder, `${name}.mjs`)
}
