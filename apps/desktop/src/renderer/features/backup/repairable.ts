import type { CallError, ErrorCode } from '../../../contract/index.ts'

const CODES: ReadonlySet<ErrorCode> = new Set(['storage/damaged', 'vault/damaged', 'storage/newer-version'])

/** Is it one of those where the data cannot be opened at all, and another copy of them is what helps? */
export const isRepairable = (error: CallError | null): boolean => error !== null && CODES.has(error.code)
