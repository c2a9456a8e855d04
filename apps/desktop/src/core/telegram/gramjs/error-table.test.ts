import fc from 'fast-check'
import { RPCMessageToError as gramjsError } from 'telegram/errors/index.js'
import { RPCMessageToError as teleprotoError } from 'teleproto/errors/index.js'
import { expect, test } from 'vitest'
import { ERROR_CODES } from '../../../contract/index.ts'
import { classify, KNOWN_ERRORS } from '../errors.ts'
import type { Reaction } from '../gateway.ts'
import { rpcAnswerOf } from './rpc-error.ts'

// What is expected of every error Telegram lists for what this product does (core.telegram.org/api/errors), with the
// numbers it comes under; written apart from the table of the product.
const EXPECTED: readonly (readonly [Reaction, readonly number[], string])[] = [
  ['WAIT', [420], 'FLOOD_WAIT_7 FLOOD_PREMIUM_WAIT_7 FLOOD_TEST_PHONE_WAIT_7'],
  ['WAIT_TARGET', [420], 'SLOWMODE_WAIT_7'],
  [
    'SKIP',
    [400],
    `SLOWMODE_MULTI_MSGS_DISABLED CHAT_RESTRICTED USER_BANNED_IN_CHANNEL SEND_AS_PEER_INVALID
     PIN_RESTRICTED PINNED_DIALOGS_TOO_MUCH SCHEDULE_TOO_MUCH SCHEDULE_STATUS_PRIVATE`,
  ],
  ['STOP', [400], 'PEER_FLOOD FROZEN_PARTICIPANT_MISSING'],
  ['STOP', [420], 'FROZEN_METHOD_INVALID'],
  ['STOP', [403, 406], 'USER_RESTRICTED'],
  ['APP', [420], '2FA_CONFIRM_WAIT_7 TAKEOUT_INIT_DELAY_7'],
  ['RELOGIN', [401], 'AUTH_KEY_UNREGISTERED AUTH_KEY_INVALID SESSION_EXPIRED SESSION_REVOKED'],
  ['APP', [401], 'AUTH_KEY_PERM_EMPTY'],
  ['RELOGIN', [406], 'AUTH_KEY_DUPLICATED'],
  ['STOP', [401], 'USER_DEACTIVATED USER_DEACTIVATED_BAN'],
  ['BACKOFF', [303], 'PHONE_MIGRATE_7 NETWORK_MIGRATE_7 USER_MIGRATE_7 FILE_MIGRATE_7 STATS_MIGRATE_7'],
  [
    'APP',
    [400],
    `CONNECTION_NOT_INITED CONNECTION_LAYER_INVALID INPUT_LAYER_INVALID INPUT_METHOD_INVALID
     INPUT_CONSTRUCTOR_INVALID INPUT_FETCH_ERROR INPUT_REQUEST_TOO_LONG API_ID_INVALID
     CONNECTION_API_ID_INVALID API_ID_PUBLISHED_FLOOD EFFECT_ID_INVALID STORY_ID_INVALID BUTTON_SOMETHING
     REPLY_MARKUP_SOMETHING RANDOM_ID_EMPTY RANDOM_ID_INVALID`,
  ],
  ['APP', [406], 'UPDATE_APP_TO_LOGIN'],
  ['LOGIN', [400, 406], 'PHONE_NUMBER_INVALID'],
  [
    'LOGIN',
    [400],
    `PHONE_NUMBER_BANNED PHONE_NUMBER_FLOOD PHONE_NUMBER_APP_SIGNUP_FORBIDDEN PHONE_NUMBER_UNOCCUPIED
     PHONE_PASSWORD_PROTECTED PHONE_CODE_EMPTY PHONE_CODE_INVALID PHONE_CODE_EXPIRED
     PHONE_CODE_HASH_EMPTY PHONE_HASH_EXPIRED PASSWORD_HASH_INVALID SRP_ID_INVALID SRP_PASSWORD_CHANGED
     PASSWORD_RECOVERY_NA EMAIL_UNCONFIRMED_7 EMAIL_NOT_ALLOWED EMAIL_INVALID EMAIL_VERIFY_EXPIRED
     EMAIL_NOT_SETUP TASK_ALREADY_EXISTS AUTH_TOKEN_EXPIRED AUTH_TOKEN_INVALID AUTH_TOKEN_INVALIDX
     AUTH_TOKEN_ALREADY_ACCEPTED SCHEDULE_BOT_NOT_ALLOWED`,
  ],
  ['LOGIN', [406], 'PHONE_PASSWORD_FLOOD SEND_CODE_UNAVAILABLE'],
  ['BACKOFF', [400], 'SMS_CODE_CREATE_FAILED'],
  [
    'BACKOFF',
    [500],
    `AUTH_RESTART AUTH_RESTART_7 SIGN_IN_FAILED AUTH_KEY_UNSYNCHRONIZED RPC_CALL_FAIL RPC_MCGET_FAIL
     WORKER_BUSY_TOO_LONG_RETRY INTERDC_7_CALL_ERROR`,
  ],
  ['LOGIN', [401], 'SESSION_PASSWORD_NEEDED'],
  ['LOGIN', [403], 'RECAPTCHA_CHECK_login__key'],
  [
    'SKIP',
    [403],
    `CHAT_WRITE_FORBIDDEN CHAT_GUEST_SEND_FORBIDDEN CHAT_SEND_PLAIN_FORBIDDEN CHAT_SEND_MEDIA_FORBIDDEN
     CHAT_SEND_PHOTOS_FORBIDDEN CHAT_SEND_VIDEOS_FORBIDDEN CHAT_SEND_DOCS_FORBIDDEN
     CHAT_SEND_AUDIOS_FORBIDDEN CHAT_SEND_VOICES_FORBIDDEN CHAT_SEND_ROUNDVIDEOS_FORBIDDEN
     CHAT_SEND_GIFS_FORBIDDEN CHAT_SEND_STICKERS_FORBIDDEN CHAT_SEND_POLL_FORBIDDEN
     CHAT_SEND_INLINE_FORBIDDEN CHAT_SEND_GAME_FORBIDDEN CHAT_SEND_WEBPAGE_FORBIDDEN
     MESSAGE_DELETE_FORBIDDEN`,
  ],
  ['SKIP', [400, 406], 'CHANNEL_PRIVATE CHAT_FORWARDS_RESTRICTED'],
  ['SKIP', [403, 400], 'CHAT_FORBIDDEN CHANNEL_BANNED'],
  ['SKIP', [400, 403], 'CHAT_ADMIN_REQUIRED PREMIUM_ACCOUNT_REQUIRED VOICE_MESSAGES_FORBIDDEN'],
  ['REFRESH', [400, 404, 406], 'CHANNEL_INVALID PEER_ID_INVALID CHAT_ID_INVALID'],
  [
    'SKIP',
    [400, 403, 406],
    `INPUT_USER_DEACTIVATED USER_IS_BLOCKED YOU_BLOCKED_USER USER_IS_BOT PRIVACY_PREMIUM_REQUIRED`,
  ],
  [
    'SKIP',
    [403, 406, 400],
    `ALLOW_PAYMENT_REQUIRED_7 ALLOW_PAYMENT_REQUIRED PAYMENT_UNSUPPORTED BALANCE_TOO_LOW`,
  ],
  ['REFRESH', [400, 406], 'TOPIC_CLOSED TOPIC_DELETED'],
  [
    'REFRESH',
    [400],
    `CHANNEL_FORUM_MISSING CHANNEL_MONOFORUM_UNSUPPORTED FILE_PARTS_INVALID FILE_PART_EMPTY
     FILE_PART_INVALID FILE_PART_LENGTH_INVALID FILE_PART_SIZE_INVALID FILE_PART_SIZE_CHANGED
     FILE_PART_TOO_BIG FILE_PART_TOO_SMALL MD5_CHECKSUM_INVALID FILE_PART_7_MISSING
     FILE_REFERENCE_EXPIRED FILE_REFERENCE_EMPTY FILE_REFERENCE_INVALID FILE_REFERENCE_7_EXPIRED
     FILE_REFERENCE_7_INVALID MESSAGE_ID_INVALID`,
  ],
  [
    'FIX',
    [400],
    `REPLY_MESSAGE_ID_INVALID REPLY_TO_INVALID QUOTE_TEXT_INVALID MESSAGE_EMPTY MESSAGE_TOO_LONG
     MEDIA_CAPTION_TOO_LONG ENTITIES_TOO_LONG ENTITY_BOUNDS_INVALID ENTITY_MENTION_USER_INVALID
     MEDIA_EMPTY MEDIA_INVALID MEDIA_NEW_INVALID MEDIA_PREV_INVALID MEDIA_TTL_INVALID TTL_MEDIA_INVALID
     INPUT_FILE_INVALID DOCUMENT_INVALID MEDIA_GROUPED_INVALID GROUPED_MEDIA_INVALID MULTI_MEDIA_TOO_LONG
     PHOTO_INVALID_DIMENSIONS PHOTO_EXT_INVALID IMAGE_PROCESS_FAILED PHOTO_SAVE_FILE_INVALID
     VIDEO_CONTENT_TYPE_INVALID EXTERNAL_URL_INVALID WEBPAGE_CURL_FAILED WEBPAGE_MEDIA_EMPTY
     WEBPAGE_NOT_FOUND WEBPAGE_URL_INVALID WC_CONVERT_URL_INVALID POLL_SOMETHING TODO_SOMETHING
     QUIZ_SOMETHING SCHEDULE_DATE_TOO_LATE SCHEDULE_DATE_INVALID`,
  ],
  ['DONE', [400], 'MESSAGE_NOT_MODIFIED CHAT_NOT_MODIFIED'],
  ['APP', [400, 403], 'MESSAGE_EDIT_TIME_EXPIRED MESSAGE_AUTHOR_REQUIRED INLINE_BOT_REQUIRED'],
  ['DONE', [500], 'RANDOM_ID_DUPLICATE'],
  ['BACKOFF', [400, 500, -503], 'MSG_WAIT_FAILED MSG_WAIT_TIMEOUT'],
  ['UNCERTAIN', [-503], 'Timeout Timedout'],
]

const cases = EXPECTED.flatMap(([reaction, codes, names]) =>
  names.split(/\s+/).flatMap(errorMessage => codes.map(errorCode => ({ reaction, errorMessage, errorCode }))),
)
const request = { className: 'messages.SendMessage' }
const libraries = { telegram: gramjsError, teleproto: teleprotoError } as unknown as Record<
  string,
  (told: { errorMessage: string; errorCode: number }, request: object) => unknown
>

test('the list is long enough to be the whole of it', () => {
  expect(new Set(cases.map(({ errorMessage }) => errorMessage)).size).toBeGreaterThan(150)
})

test.each(cases)('$errorMessage ($errorCode) asks for $reaction', ({ reaction, errorMessage, errorCode }) => {
  expect(classify(errorMessage, errorCode).reaction).toBe(reaction)
})

test.each(Object.keys(libraries))('every one of them is recognised in the errors that %s throws', name => {
  const misread = cases.filter(({ reaction, ...told }) => {
    const answer = rpcAnswerOf(libraries[name]?.(told, request))
    return answer === null || classify(answer.name, answer.code).reaction !== reaction
  })
  expect(misread).toEqual([])
})

test.each(Object.keys(libraries))('a number in the name survives %s', name => {
  for (const [errorMessage, errorCode, seconds] of [
    ['FLOOD_WAIT_0', 420, 0],
    ['FLOOD_WAIT_86400', 420, 86_400],
    ['SLOWMODE_WAIT_45', 420, 45],
  ] as const) {
    const answer = rpcAnswerOf(libraries[name]?.({ errorMessage, errorCode }, request))
    expect(classify(answer?.name ?? '', answer?.code ?? 0).waitSeconds).toBe(seconds)
  }
})

test('no name and no number goes unclassified, and none but a wait makes the account wait', () => {
  const name = fc.oneof(
    fc.constantFrom(...KNOWN_ERRORS),
    fc.constantFrom(...KNOWN_ERRORS).chain(known => fc.nat().map(n => known.replace('%d', String(n)))),
    fc.string(),
    fc.stringMatching(/^[A-Z0-9_]{1,40}$/),
  )
  fc.assert(
    fc.property(name, fc.integer({ min: -1000, max: 1000 }), (errorMessage, code) => {
      const failure = classify(errorMessage, code)
      expect(ERROR_CODES).toContain(failure.code)
      const waits = failure.reaction === 'WAIT' || failure.reaction === 'WAIT_TARGET'
      expect(failure.waitSeconds !== undefined).toBe(waits)
      if (waits) expect(failure.waitSeconds).toBeLessThanOrEqual(14 * 24 * 3600)
    }),
    { numRuns: 1000 },
  )
})
