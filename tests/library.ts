/** Which library stands behind the gateway in this run; see `imports` in apps/desktop/package.json. */
export const LIBRARY = process.env['TELEGRAM_LIBRARY'] === 'teleproto' ? 'teleproto' : 'telegram'

/** What it tells Telegram of itself, whoever runs it. */
export const LIBRARY_LAYER = { telegram: 198, teleproto: 229 }[LIBRARY]
