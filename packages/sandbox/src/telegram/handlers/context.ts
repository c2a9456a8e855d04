import type { SrpChallenge, SrpVerifier } from '../crypto/srp.ts'
import type { Caller } from '../mtproto/rpc.ts'
import type { TlObject, TlValue } from '../tl/value.ts'
import type { Attempts } from '../world/attempts.ts'
import type { LoginTokens } from '../world/login-tokens.ts'
import type { User } from '../world/state.ts'
import type { Uploads } from '../world/uploads.ts'
import type { WorldCore } from '../world/world.ts'
import type { View } from './view.ts'

/** What every handler can reach. */
export type Shared = {
  readonly world: WorldCore
  /** What clients are told in help.getConfig, the first being where an account lives unless told otherwise. */
  readonly dataCentres: () => readonly DataCentre[]
  /** The data centre an account lives at. */
  readonly homeOf: (user: User) => number
  /** Sends updates to the sessions of one authorisation key, signed in or not. */
  readonly tellKey: (keyId: bigint, updates: TlObject) => void
  readonly loginTokens: LoginTokens
  readonly transfers: Transfers
  readonly passwords: Passwords
  readonly uploads: Uploads
  /** Something that no event tells of has changed, and the state file has to follow. */
  readonly changed: () => void
}

export type DataCentre = { readonly id: number; readonly port: number }

/** auth.exportAuthorization and importAuthorization: who may come from where. */
export type Transfers = {
  readonly issue: (userId: number, dcId: number) => Buffer
  /** Who it was issued for; undefined when it is not good here. */
  readonly redeem: (token: Uint8Array, dcId: number) => number | undefined
}

/** The SRP side of two-step verification: one verifier for each password, one challenge under way for each key. */
export type Passwords = {
  readonly attempts: Attempts
  readonly verifier: (user: User) => SrpVerifier | undefined
  readonly challenge: (keyId: bigint, verifier: SrpVerifier) => SrpChallenge
  readonly take: (keyId: bigint, srpId: bigint) => SrpChallenge | undefined
}

/** Before sign-in. */
export type OpenContext = Shared & { readonly caller: Caller }
export type OpenHandler = (request: TlObject, context: OpenContext) => TlValue

/** A signed-in account's request. */
export type Context = OpenContext & { readonly user: User; readonly view: View }
export type Handler = (request: TlObject, context: Context) => TlValue
