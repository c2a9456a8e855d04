import type { Bridge } from '../contract/index.ts'

declare global {
  // Interfaces, because a global one is extended by merging.
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions
  interface Window {
    /** Put there by the preload; absent in a browser. */
    readonly autotele?: Bridge
  }
}
