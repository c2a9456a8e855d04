import { Api, Logger, TelegramClient } from 'telegram'
import { CustomFile } from 'telegram/client/uploads.js'
import { Raw } from 'telegram/events/index.js'
import { LogLevel } from 'telegram/extensions/Logger.js'
import { PromisedNetSockets } from 'telegram/extensions/PromisedNetSockets.js'
import { ConnectionTCPFull } from 'telegram/network/index.js'
import { computeCheck } from 'telegram/Password.js'
import { StringSession } from 'telegram/sessions/index.js'
import { pointGramjsAt } from '../point-gramjs.ts'
import { gramjsFamily } from './gramjs-family.ts'

export const gramjs = gramjsFamily({
  name: 'telegram 2.26.22 (GramJS)',
  layer: 198,
  Api,
  TelegramClient,
  StringSession,
  ConnectionTCPFull,
  PromisedNetSockets,
  CustomFile,
  Raw,
  computeCheck,
  quiet: new Logger(LogLevel.NONE),
  trust: sandbox => {
    const { resolveAddress } = pointGramjsAt(sandbox)
    return dcId => resolveAddress({ dcId }).port
  },
})
