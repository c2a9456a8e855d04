import { publicJwkSchema, releaseChannelSchema } from '@autotele/shared'
import { defineConfig } from 'electron-vite'
import { join, resolve } from 'node:path'
import { loadConfigFromFile } from 'vite'
import { shippedPackages } from './scripts/shipped-packages.mjs'

// `electron-vite build` makes everything the application consists of; Electron's binary is not needed for it:
//   out/main      the shell and, as an entry of its own, the process of the core
//   out/preload   one CommonJS file, all a sandboxed preload may be (Electron sandbox documentation)
//   out/renderer  the interface, which the browser-hosted form serves as well
// A release is built with AUTOTELE_RELEASE=1, AUTOTELE_ROOT_KEY='{"kty":"OKP","crv":"Ed25519","x":"…"}', and the
// registration at my.telegram.org in AUTOTELE_TELEGRAM_API_ID and AUTOTELE_TELEGRAM_API_HASH. One that updates itself
// also needs AUTOTELE_UPDATE_KEY (the public half of the release key, written as the root key is) and
// AUTOTELE_UPDATE_URL (the folder of the feed, with a slash at its end); AUTOTELE_UPDATE_CHANNEL is `stable` or `beta`.

const app = import.meta.dirname
const shipped = join(app, 'out', 'shipped')
/** `TELEGRAM_LIBRARY=teleproto` bundles the other library behind the gateway: the condition of that name in `imports` of package.json. */
const otherLibrary = process.env['TELEGRAM_LIBRARY'] === 'teleproto' && {
  ssr: { resolve: { conditions: ['teleproto', 'module', 'node', 'development|production'] } },
}
const src = (...parts: string[]): string => join(app, 'src', ...parts)

export default defineConfig(async ({ command }) => {
  const release = process.env['AUTOTELE_RELEASE'] === '1'
  const renderer = await loadConfigFromFile(
    { command, mode: 'production' },
    src('renderer', 'vite.config.ts'),
  )
  if (renderer === null) throw new Error('src/renderer/vite.config.ts is missing')

  return {
    main: {
      plugins: [shippedPackages('main', shipped)],
      ...otherLibrary,
      resolve: { alias: { '@cryptography/aes': src('core', 'telegram', 'library-aes.ts') } },
      define: { __AUTOTELE_RELEASE__: JSON.stringify(release), ...compiledIn(release) },
      build: {
        // Everything is bundled, `telegram` too: a package holds no `node_modules`, so that what is shipped is what
        // is imported and nothing else.
        externalizeDeps: false,
        rolldownOptions: {
          input: { index: src('main', 'index.ts'), 'core-process': src('host', 'core-process.ts') },
          output: { chunkFileNames: 'chunks/[name]-[hash].js' },
        },
      },
    },
    preload: {
      plugins: [shippedPackages('preload', shipped)],
      build: {
        externalizeDeps: false,
        rolldownOptions: {
          input: { index: src('preload', 'index.ts') },
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
    renderer: {
      ...renderer.config,
      plugins: [...(renderer.config.plugins ?? []), shippedPackages('renderer', shipped)],
      build: {
        ...renderer.config.build,
        outDir: resolve(app, 'out', 'renderer'),
        rolldownOptions: { input: src('renderer', 'index.html') },
        minify: true,
        sourcemap: false,
        // One name: electron-vite joins lists of targets, and a target may not be said twice.
        target: 'es2023',
      },
    },
  }
})

/** What only a release knows; one without a root key would trust nobody. */
function compiledIn(release: boolean): Record<string, string> {
  const {
    AUTOTELE_ROOT_KEY: rootKey,
    AUTOTELE_TELEGRAM_API_ID: apiId,
    AUTOTELE_TELEGRAM_API_HASH: apiHash,
    AUTOTELE_UPDATE_KEY: updateKey,
    AUTOTELE_UPDATE_URL: updateUrl,
    AUTOTELE_UPDATE_CHANNEL: channel = 'stable',
  } = process.env
  if (release && rootKey === undefined) throw new Error('a release needs AUTOTELE_ROOT_KEY')
  if (updateUrl && !/^https:\/\/.+\/$/.test(updateUrl)) throw new Error('AUTOTELE_UPDATE_URL is https://…/')
  return {
    ...(updateKey &&
      updateUrl && {
        __AUTOTELE_UPDATE_FEED__: JSON.stringify({
          key: publicJwkSchema.parse(JSON.parse(updateKey)),
          url: new URL(updateUrl).href,
          channel: releaseChannelSchema.parse(channel),
        }),
      }),
    ...(rootKey && { __AUTOTELE_ROOT_KEY__: JSON.stringify(publicJwkSchema.parse(JSON.parse(rootKey))) }),
    ...(apiId && apiHash && { __AUTOTELE_TELEGRAM_APP__: JSON.stringify({ apiId: Number(apiId), apiHash }) }),
  }
}
