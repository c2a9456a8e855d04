import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// Plain files with relative addresses: the license server serves them under /admin/.
export default defineConfig({
  base: './',
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    outDir: 'out',
    target: ['chrome130', 'firefox130', 'safari18'],
    // The content security policy allows neither data: nor inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // In the chunk that every maker of schemas waits for, so that zod is told before the first one is made.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'zod', test: /[\\/]zod[\\/]|zod-without-eval/ }] } },
    },
  },
})
