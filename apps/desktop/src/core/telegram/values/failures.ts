import type { ErrorCode } from '../../../contract/index.ts'
import type { Result } from '../../failure.ts'

/** What the caller has to do about a failure. */
export type Reaction =
  /** Pause the whole account for `waitSeconds`. */
  | 'WAIT'
  /** Pause this chat for `waitSeconds`. */
  | 'WAIT_TARGET'
  /** Telegram is in trouble: try again a little later. */
  | 'BACKOFF'
  /** This chat cannot receive it: go on with the others. */
  | 'SKIP'
  /** The content or the date is wrong everywhere: a person has to correct it. */
  | 'FIX'
  /** What we know of the chat is stale: read it again, try once more. */
  | 'REFRESH'
  /** Already in the wanted state. */
  | 'DONE'
  /** The session is gone: sign in again. */
  | 'RELOGIN'
  /** Telegram restricts the account: nothing more may leave from it. */
  | 'STOP'
  /** Only meets a sign-in, and is answered there. */
  | 'LOGIN'
  /** Our fault, or too old a version. */
  | 'APP'
  /** The request may or may not have been carried out. */
  | 'UNCERTAIN'
  /** It was certainly not carried out: there is no connection. */
  | 'OFFLINE'

export type TelegramFailure = {
  readonly reaction: Reaction
  readonly code: ErrorCode
  /** Telegram's name for it, `%d` for numbers, or a name of ours in lower case; fit for a log. */
  readonly rpc: string
  readonly waitSeconds?: number
}

export type Answer<T> = Promise<Result<T, TelegramFailure>>
