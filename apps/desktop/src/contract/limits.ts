// Plain numbers, without the validation library, so that the interface can show them.

/** Telegram's own limit for a text message (`message_length_max` of help.getConfig), in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 4096

/** `caption_length_limit_default` and `caption_length_limit_premium` of help.getAppConfig. */
export const MAX_CAPTION_LENGTH = 1024
export const MAX_CAPTION_LENGTH_PREMIUM = 2048

/** Most files in one message: a message with several is an album (core.telegram.org/api/files#albums-grouped-media). */
export const MAX_ALBUM = 10

/** In characters. */
export const MIN_PASSPHRASE_LENGTH = 10

/** Longest file that comes with a call, in characters of base64: a whole call may have 1 MiB. */
export const MAX_UPLOAD_BASE64 = 900_000
