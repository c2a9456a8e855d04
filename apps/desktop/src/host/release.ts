import type { PublicJwk } from '@autotele/shared'
import type { UpdateFeed } from './updates/updater.ts'

// Put in the place of these names by the release build (electron.vite.config.ts); absent elsewhere.
declare const __AUTOTELE_ROOT_KEY__: PublicJwk | undefined
declare const __AUTOTELE_TELEGRAM_APP__: { readonly apiId: number; readonly apiHash: string } | undefined
declare const __AUTOTELE_UPDATE_FEED__: UpdateFeed | undefined

/** Nobody has the private half: a program that was not built for an operator trusts no licence server. */
const NOBODY: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x: '_NwoMORXlbM9NLa4qygLsiVQonRv9JjVehPwNOVkvn0' }

/** The operator's offline root key: the key sets it has signed decide which licences this program believes. */
export const ROOT_KEY: PublicJwk =
  typeof __AUTOTELE_ROOT_KEY__ === 'undefined' ? NOBODY : __AUTOTELE_ROOT_KEY__

/** The application's registration at my.telegram.org; without one, people enter their own. */
export const TELEGRAM_APP =
  typeof __AUTOTELE_TELEGRAM_APP__ === 'undefined' ? undefined : __AUTOTELE_TELEGRAM_APP__

/** Where updates come from and who signs them; without it, the program does not look for any. */
export const UPDATE_FEED =
  typeof __AUTOTELE_UPDATE_FEED__ === 'undefined' ? undefined : __AUTOTELE_UPDATE_FEED__
