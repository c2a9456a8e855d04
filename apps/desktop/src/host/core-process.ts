import { createGramjsGateway } from '../core/telegram/index.ts'
import { ROOT_KEY, TELEGRAM_APP } from './release.ts'
import { runCoreProcess } from './run-core.ts'

// The entry of the product's core process: Telegram's own servers, the operator's root key, nothing from outside.
runCoreProcess(() => ({
  telegram: createGramjsGateway({}),
  ...(TELEGRAM_APP === undefined ? {} : { telegramApp: TELEGRAM_APP }),
  license: { serverUrl: null, rootKey: ROOT_KEY, acceptTestLicenses: false },
}))
