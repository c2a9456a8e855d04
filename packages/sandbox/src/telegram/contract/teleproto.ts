import bigInt from 'big-integer'
import { Api, Logger, TelegramClient } from 'teleproto'
import { CustomFile } from 'teleproto/client/uploads.js'
import { _serverKeys } from 'teleproto/crypto/RSA.js'
import { Raw } from 'teleproto/events/index.js'
import { LogLevel } from 'teleproto/extensions/Logger.js'
import { PromisedNetSockets } from 'teleproto/extensions/PromisedNetSockets.js'
import { ConnectionTCPFull } from 'teleproto/network/index.js'
import { computeCheck } from 'teleproto/Password.js'
import { StringSession } from 'teleproto/sessions/index.js'
import { fingerprintOf, modulusOf } from '../crypto/rsa.ts'
import type { TelegramSandbox } from '../index.ts'
import { gramjsFamily } from './gramjs-family.ts'
import type { Library } from './gramjs-family.ts'

// The same names and, for what is used here, the same shapes as GramJS: its types are another layer's all the same.
export const teleproto = gramjsFamily({
  name: 'teleproto 1.229.0',
  layer: 229,
  Api,
  TelegramClient,
  StringSession,
  ConnectionTCPFull,
  PromisedNetSockets,
  CustomFile,
  Raw,
  computeCheck,
  quiet: new Logger(LogLevel.NONE),
  // It asks for the state of updates when it connects, which is before a sign-in, and not again.
  afterSignIn: (client: { catchUp: () => Promise<void> }) => client.catchUp(),
  trust: (sandbox: TelegramSandbox) => {
    _serverKeys.set(fingerprintOf(sandbox.rsaPublicKey).toString(), {
      n: bigInt(modulusOf(sandbox.rsaPublicKey).toString('hex'), 16),
      e: 65_537,
    })
    return (dcId: number) => sandbox.dataCentres.find(({ id }) => id === Math.abs(dcId))?.port ?? sandbox.port
  },
} satisfies Record<keyof Library, unknown> as unknown as Library)
