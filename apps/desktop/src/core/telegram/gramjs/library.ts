// All that is used of the library behind the gateway: its schema, its handshake and its encrypted sender. Its client,
// sessions, entity caches, parsers and retries are not used.
//
// Which library that is, is decided in one place, `imports` of package.json: the npm package `telegram` (GramJS, which
// its authors have archived), and its successor `teleproto` under the condition of that name
// (`node --conditions=teleproto`). The types are those of `telegram`; what differs in what is used here is told where it
// is used, and every test of the gateway runs with both.
export { Api, type TelegramClient } from '#telegram'
export { AuthKey } from '#telegram/crypto/AuthKey.js'
export {
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
} from '#telegram/errors/index.js'
export { Logger, type PromisedNetSockets } from '#telegram/extensions/index.js'
export { LogLevel } from '#telegram/extensions/Logger.js'
export {
  Connection,
  ConnectionTCPFull,
  MTProtoSender,
  UpdateConnectionState,
} from '#telegram/network/index.js'
export { computeCheck } from '#telegram/Password.js'
export { LAYER } from '#telegram/schema-layer'
export type { TLMessage } from '#telegram/tl/core/index.js'
