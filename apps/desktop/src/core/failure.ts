import type { CallError, ErrorCode } from '../contract/index.ts'

/** Thrown by a handler to answer with one of the contract's codes; anything else thrown is a bug and answers `call/internal`. */
export class CallFailure extends Error {
  readonly error: CallError

  constructor(code: ErrorCode, params?: CallError['params'], retryable = false) {
    super(code)
    this.name = 'CallFailure'
    this.error = params === undefined ? { code, retryable } : { code, params, retryable }
  }
}

/** Answer of a port that may fail in ways the caller must handle: no exception, a code. */
export type Result<T, E> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }
export const success = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })
export const failure = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error })
