import type { ErrorCode } from '../../contract/index.ts'
import type { Reaction, TelegramFailure } from './gateway.ts'

/** Waits asked for by Telegram are cut at this length, as TDLib does (NetQueryDelayer). */
const LONGEST_WAIT_SECONDS = 14 * 24 * 3600
const WAIT_WITHOUT_NUMBER_SECONDS = 60

type Row = readonly [reaction: Reaction, code: ErrorCode, names: string]

// Names as in Telegram's own list (core.telegram.org/api/errors); `%d` stands for a number in the name.
const ROWS: readonly Row[] = [
  ['WAIT', 'telegram/wait', 'FLOOD_WAIT_%d FLOOD_PREMIUM_WAIT_%d FLOOD_TEST_PHONE_WAIT_%d'],
  ['WAIT_TARGET', 'telegram/slow-mode', 'SLOWMODE_WAIT_%d'],
  ['SKIP', 'telegram/slow-mode-album', 'SLOWMODE_MULTI_MSGS_DISABLED'],
  ['STOP', 'telegram/restricted', 'PEER_FLOOD USER_RESTRICTED'],
  ['STOP', 'telegram/frozen', 'FROZEN_METHOD_INVALID FROZEN_PARTICIPANT_MISSING'],
  ['STOP', 'telegram/account-deleted', 'USER_DEACTIVATED'],
  ['STOP', 'telegram/account-banned', 'USER_DEACTIVATED_BAN'],

  [
    'RELOGIN',
    'telegram/signed-out',
    'AUTH_KEY_UNREGISTERED AUTH_KEY_INVALID SESSION_EXPIRED SESSION_REVOKED',
  ],
  ['RELOGIN', 'telegram/session-duplicated', 'AUTH_KEY_DUPLICATED'],
  [
    'BACKOFF',
    'telegram/unreachable',
    `PHONE_MIGRATE_%d NETWORK_MIGRATE_%d USER_MIGRATE_%d FILE_MIGRATE_%d STATS_MIGRATE_%d SIGN_IN_FAILED
     AUTH_KEY_UNSYNCHRONIZED SMS_CODE_CREATE_FAILED AUTH_RESTART AUTH_RESTART_%d MSG_WAIT_FAILED MSG_WAIT_TIMEOUT
     RPC_CALL_FAIL RPC_MCGET_FAIL WORKER_BUSY_TOO_LONG_RETRY INTERDC_%d_CALL_ERROR INTERDC_%d_CALL_RICH_ERROR`,
  ],
  [
    'APP',
    'telegram/update-needed',
    `UPDATE_APP_TO_LOGIN CONNECTION_NOT_INITED CONNECTION_LAYER_INVALID INPUT_LAYER_INVALID INPUT_METHOD_INVALID
     INPUT_METHOD_INVALID_%d_%d INPUT_CONSTRUCTOR_INVALID INPUT_FETCH_ERROR INPUT_REQUEST_TOO_LONG
     AUTH_KEY_PERM_EMPTY 2FA_CONFIRM_WAIT_%d TAKEOUT_INIT_DELAY_%d`,
  ],
  ['APP', 'telegram/api-id-invalid', 'API_ID_INVALID CONNECTION_API_ID_INVALID'],
  ['APP', 'telegram/api-id-public', 'API_ID_PUBLISHED_FLOOD'],

  ['LOGIN', 'telegram/phone-invalid', 'PHONE_NUMBER_INVALID'],
  ['LOGIN', 'telegram/phone-banned', 'PHONE_NUMBER_BANNED'],
  ['LOGIN', 'telegram/too-many-codes', 'PHONE_NUMBER_FLOOD PHONE_PASSWORD_FLOOD'],
  ['LOGIN', 'telegram/no-other-code', 'SEND_CODE_UNAVAILABLE'],
  ['LOGIN', 'telegram/phone-unregistered', 'PHONE_NUMBER_UNOCCUPIED PHONE_NUMBER_APP_SIGNUP_FORBIDDEN'],
  ['LOGIN', 'telegram/code-invalid', 'PHONE_CODE_EMPTY PHONE_CODE_INVALID EMAIL_CODE_INVALID CODE_INVALID'],
  ['LOGIN', 'telegram/code-expired', 'PHONE_CODE_EXPIRED PHONE_CODE_HASH_EMPTY PHONE_HASH_EXPIRED'],
  [
    'LOGIN',
    'telegram/password-invalid',
    `SESSION_PASSWORD_NEEDED PHONE_PASSWORD_PROTECTED PASSWORD_HASH_INVALID SRP_ID_INVALID SRP_PASSWORD_CHANGED
     PASSWORD_RECOVERY_NA`,
  ],
  [
    'LOGIN',
    'telegram/email-needed',
    `EMAIL_UNCONFIRMED EMAIL_UNCONFIRMED_%d EMAIL_NOT_ALLOWED EMAIL_INVALID EMAIL_VERIFY_EXPIRED EMAIL_NOT_SETUP
     TASK_ALREADY_EXISTS`,
  ],
  [
    'LOGIN',
    'telegram/sign-in-over',
    'AUTH_TOKEN_EXPIRED AUTH_TOKEN_INVALID AUTH_TOKEN_INVALIDX AUTH_TOKEN_ALREADY_ACCEPTED',
  ],
  ['LOGIN', 'telegram/bot-refused', 'SCHEDULE_BOT_NOT_ALLOWED'],

  [
    'SKIP',
    'telegram/not-allowed-in-chat',
    `CHAT_WRITE_FORBIDDEN CHAT_RESTRICTED USER_BANNED_IN_CHANNEL CHAT_ADMIN_REQUIRED CHAT_GUEST_SEND_FORBIDDEN
     INPUT_USER_DEACTIVATED USER_IS_BLOCKED YOU_BLOCKED_USER USER_IS_BOT PRIVACY_PREMIUM_REQUIRED
     CHAT_FORWARDS_RESTRICTED PIN_RESTRICTED PINNED_DIALOGS_TOO_MUCH MESSAGE_DELETE_FORBIDDEN
     SCHEDULE_STATUS_PRIVATE`,
  ],
  [
    'SKIP',
    'telegram/kind-not-allowed-in-chat',
    `CHAT_SEND_PLAIN_FORBIDDEN CHAT_SEND_MEDIA_FORBIDDEN CHAT_SEND_PHOTOS_FORBIDDEN CHAT_SEND_VIDEOS_FORBIDDEN
     CHAT_SEND_DOCS_FORBIDDEN CHAT_SEND_AUDIOS_FORBIDDEN CHAT_SEND_VOICES_FORBIDDEN
     CHAT_SEND_ROUNDVIDEOS_FORBIDDEN CHAT_SEND_GIFS_FORBIDDEN CHAT_SEND_STICKERS_FORBIDDEN
     CHAT_SEND_POLL_FORBIDDEN CHAT_SEND_INLINE_FORBIDDEN CHAT_SEND_GAME_FORBIDDEN CHAT_SEND_WEBPAGE_FORBIDDEN
     VOICE_MESSAGES_FORBIDDEN`,
  ],
  [
    'SKIP',
    'telegram/payment-required',
    'ALLOW_PAYMENT_REQUIRED ALLOW_PAYMENT_REQUIRED_%d PAYMENT_UNSUPPORTED BALANCE_TOO_LOW',
  ],
  ['SKIP', 'telegram/premium-required', 'PREMIUM_ACCOUNT_REQUIRED'],
  ['SKIP', 'telegram/send-as-refused', 'SEND_AS_PEER_INVALID'],
  ['SKIP', 'telegram/chat-gone', 'CHANNEL_PRIVATE CHAT_FORBIDDEN CHANNEL_BANNED'],
  ['REFRESH', 'telegram/chat-gone', 'CHANNEL_INVALID PEER_ID_INVALID CHAT_ID_INVALID'],
  [
    'REFRESH',
    'telegram/topic-gone',
    'TOPIC_CLOSED TOPIC_DELETED CHANNEL_FORUM_MISSING CHANNEL_MONOFORUM_UNSUPPORTED',
  ],
  ['SKIP', 'telegram/quota-of-chat', 'SCHEDULE_TOO_MUCH'],

  ['FIX', 'telegram/text-too-long', 'MESSAGE_TOO_LONG MEDIA_CAPTION_TOO_LONG'],
  [
    'FIX',
    'telegram/content-refused',
    'MESSAGE_EMPTY ENTITIES_TOO_LONG ENTITY_BOUNDS_INVALID ENTITY_MENTION_USER_INVALID',
  ],
  ['FIX', 'telegram/reply-gone', 'REPLY_MESSAGE_ID_INVALID REPLY_TO_INVALID QUOTE_TEXT_INVALID'],
  [
    'FIX',
    'telegram/file-refused',
    `MEDIA_EMPTY MEDIA_INVALID MEDIA_NEW_INVALID MEDIA_PREV_INVALID MEDIA_TTL_INVALID TTL_MEDIA_INVALID
     INPUT_FILE_INVALID DOCUMENT_INVALID MEDIA_GROUPED_INVALID GROUPED_MEDIA_INVALID MULTI_MEDIA_TOO_LONG
     PHOTO_INVALID_DIMENSIONS PHOTO_EXT_INVALID IMAGE_PROCESS_FAILED PHOTO_SAVE_FILE_INVALID
     VIDEO_CONTENT_TYPE_INVALID`,
  ],
  [
    'REFRESH',
    'telegram/file-expired',
    `FILE_REFERENCE_EXPIRED FILE_REFERENCE_EMPTY FILE_REFERENCE_INVALID FILE_REFERENCE_%d_EXPIRED
     FILE_REFERENCE_%d_INVALID FILE_PARTS_INVALID FILE_PART_EMPTY FILE_PART_INVALID FILE_PART_LENGTH_INVALID
     FILE_PART_SIZE_INVALID FILE_PART_SIZE_CHANGED FILE_PART_TOO_BIG FILE_PART_TOO_SMALL FILE_PART_%d_MISSING
     MD5_CHECKSUM_INVALID`,
  ],
  [
    'FIX',
    'telegram/link-refused',
    `EXTERNAL_URL_INVALID WEBPAGE_CURL_FAILED WEBPAGE_MEDIA_EMPTY WEBPAGE_NOT_FOUND WEBPAGE_URL_INVALID
     WC_CONVERT_URL_INVALID`,
  ],
  ['REFRESH', 'telegram/message-gone', 'MESSAGE_ID_INVALID'],
  ['FIX', 'telegram/date-refused', 'SCHEDULE_DATE_TOO_LATE SCHEDULE_DATE_INVALID'],

  ['DONE', 'telegram/unknown', 'MESSAGE_NOT_MODIFIED CHAT_NOT_MODIFIED RANDOM_ID_DUPLICATE'],
  ['UNCERTAIN', 'telegram/timeout', 'TIMEOUT TIMEDOUT'],
  [
    'APP',
    'telegram/unknown',
    `RANDOM_ID_EMPTY RANDOM_ID_INVALID MESSAGE_EDIT_TIME_EXPIRED MESSAGE_AUTHOR_REQUIRED INLINE_BOT_REQUIRED
     EFFECT_ID_INVALID STORY_ID_INVALID`,
  ],
]

const TABLE: ReadonlyMap<string, readonly [Reaction, ErrorCode]> = new Map(
  ROWS.flatMap(([reaction, code, names]) =>
    names.split(/\s+/).map(name => [name, [reaction, code] as const] as const),
  ),
)

/** Every name the table knows; for the tests. */
export const KNOWN_ERRORS: readonly string[] = [...TABLE.keys()]

/**
 * What to do about an error Telegram answered. `name` as it was sent (`FLOOD_WAIT_33`), `code` its number (420). A name
 * nobody has heard of is still classified, by its number; it is never a reason to give up other chats.
 */
export function classify(name: string, code: number): TelegramFailure {
  const rpc = name.toUpperCase().replace(/(?<=_)\d+(?=_|$)/g, '%d')
  const [reaction, errorCode] = TABLE.get(rpc) ?? unheardOf(rpc, code)
  if (reaction !== 'WAIT' && reaction !== 'WAIT_TARGET') return { reaction, code: errorCode, rpc }
  return { reaction, code: errorCode, rpc, waitSeconds: waitIn(name) }
}

/** The failures that no answer of Telegram describes. */
export const OFFLINE: TelegramFailure = { reaction: 'OFFLINE', code: 'telegram/unreachable', rpc: 'offline' }
export const NO_ANSWER: TelegramFailure = {
  reaction: 'UNCERTAIN',
  code: 'telegram/timeout',
  rpc: 'no-answer',
}

/** Transport error 429: knocking again at once is what it complains of. */
export const TOO_MANY_CONNECTIONS: TelegramFailure = {
  reaction: 'BACKOFF',
  code: 'telegram/unreachable',
  rpc: 'too-many-connections',
  waitSeconds: 60,
}
/** Transport error 444: what this version knows of Telegram's data centres is no longer so. */
export const WRONG_DATA_CENTRE: TelegramFailure = {
  reaction: 'APP',
  code: 'telegram/update-needed',
  rpc: 'wrong-data-centre',
}

function unheardOf(rpc: string, code: number): readonly [Reaction, ErrorCode] {
  if (/^(POLL|TODO|QUIZ)_/.test(rpc)) return ['FIX', 'telegram/content-refused']
  if (/^(BUTTON|REPLY_MARKUP)_/.test(rpc)) return ['APP', 'telegram/unknown']
  // Official applications answer it with a puzzle (core.telegram.org/api/auth).
  if (/^RECAPTCHA_CHECK_/.test(rpc)) return ['LOGIN', 'telegram/official-app-needed']
  switch (Math.abs(code)) {
    case 420:
      return ['WAIT', 'telegram/wait']
    case 401:
      return ['RELOGIN', 'telegram/signed-out']
    case 303:
      return ['BACKOFF', 'telegram/unreachable']
    default:
      return Math.abs(code) >= 500 ? ['BACKOFF', 'telegram/unreachable'] : ['SKIP', 'telegram/unknown']
  }
}

function waitIn(name: string): number {
  const number = /_(\d{1,9})$/.exec(name)?.[1]
  if (number === undefined) return WAIT_WITHOUT_NUMBER_SECONDS
  return Math.min(Number(number), LONGEST_WAIT_SECONDS)
}
