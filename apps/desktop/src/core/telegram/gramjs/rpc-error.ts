import {
  EmailUnconfirmedError,
  FileMigrateError,
  FloodTestPhoneWaitError,
  FloodWaitError,
  MsgWaitError,
  NetworkMigrateError,
  PhoneMigrateError,
  RPCError,
  SlowModeWaitError,
  UserMigrateError,
} from './library.ts'

export type RpcAnswer = {
  /** As Telegram sent it: `FLOOD_WAIT_33`. */
  readonly name: string
  readonly code: number
  /** The data centre to go to instead. */
  readonly migrateTo: number | null
}

/**
 * The error Telegram answered, or null when `error` is not one. The library gives some errors a class and a number and
 * drops their name (`errorMessage` is then only "FLOOD"), so those names are put together again; its drop-in successor
 * keeps every name.
 */
export function rpcAnswerOf(error: unknown): RpcAnswer | null {
  const migrated = migrationOf(error)
  if (migrated !== null) return migrated
  if (error instanceof SlowModeWaitError) return named('SLOWMODE_WAIT', error.seconds, 420)
  if (error instanceof FloodWaitError) return named('FLOOD_WAIT', error.seconds, 420)
  if (error instanceof FloodTestPhoneWaitError) return named('FLOOD_TEST_PHONE_WAIT', error.seconds, 420)
  if (error instanceof EmailUnconfirmedError) return named('EMAIL_UNCONFIRMED', error.codeLength, 400)
  if (error instanceof MsgWaitError) return { name: 'MSG_WAIT_FAILED', code: 500, migrateTo: null }
  if (error instanceof RPCError || hasNameAndCode(error))
    return { name: error.errorMessage, code: error.code ?? 0, migrateTo: null }
  return null
}

const named = (name: string, value: number, code: number): RpcAnswer => ({
  name: `${name}_${value}`,
  code,
  migrateTo: null,
})

function migrationOf(error: unknown): RpcAnswer | null {
  const kind =
    error instanceof PhoneMigrateError
      ? 'PHONE'
      : error instanceof NetworkMigrateError
        ? 'NETWORK'
        : error instanceof UserMigrateError
          ? 'USER'
          : error instanceof FileMigrateError
            ? 'FILE'
            : null
  if (kind === null) return null
  const { newDc } = error as PhoneMigrateError
  return { name: `${kind}_MIGRATE_${newDc}`, code: 303, migrateTo: kind === 'FILE' ? null : newDc }
}

function hasNameAndCode(error: unknown): error is { errorMessage: string; code: number } {
  if (!(error instanceof Error)) return false
  const { errorMessage, code } = error as { errorMessage?: unknown; code?: unknown }
  return typeof errorMessage === 'string' && /^[A-Za-z0-9_]+$/.test(errorMessage) && typeof code === 'number'
}
