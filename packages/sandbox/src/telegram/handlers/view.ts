import type { WorldCore } from '../world/world.ts'

/** The world as one account sees it. */
export type View = { readonly world: WorldCore; readonly viewer: number }
