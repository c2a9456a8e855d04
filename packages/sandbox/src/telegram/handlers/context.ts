import type { SrpChallenge, SrpVerifier } from '../crypto/srp.ts'
import type { Caller } from '../mtproto/rpc.ts'
import type { TlObject, TlValue } from '../tl/value.ts'
import type { User } from '../world/state.ts'
import type { WorldCore } from '../world/world.ts'
import type { View } from './views.ts'

/** What every handler can reach. */
export type Shared = {
  readonly world: WorldCore
  /** The address clients are told in help.getConfig. */
  readonly address: () => { readonly port: number }
  readonly passwords: Passwords
  /** Something that no event tells of has changed, and the state file has to follow. */
  readonly changed: () => void
}

/** The SRP side of two-step verification: one verifier for each password, one challenge under way for each key. */
export type Passwords = {
  readonly verifier: (user: User) => SrpVerifier | undefined
  readonly challenge: (keyId: bigint, verifier: SrpVerifier) => SrpChallenge
  readonly take: (keyId: bigint, srpId: bigint) => SrpChallenge | undefined
}

/** Before sign-in. */
export type OpenHandler = (request: TlObject, context: Shared & { readonly caller: Caller }) => TlValue

/** A signed-in account's request. */
export type Context = Shared & { readonly caller: Caller; readonly user: User; readonly view: View }
export type Handler = (request: TlObject, context: Context) => TlValue
