// All that is used of the npm package `telegram` (GramJS), which its authors have archived: its schema, its handshake
// and its encrypted sender. Its client, sessions, entity caches, parsers and retries are not used.
export { Api, type TelegramClient } from 'telegram'
export { AuthKey } from 'telegram/crypto/AuthKey.js'
export {
  EmailUnconfirmedError,
  FileMigrateError,
  FloodTestPhoneWaitError,
  FloodWaitError,
  InvalidBufferError,
  MsgWaitError,
  NetworkMigrateError,
  PhoneMigrateError,
  RPCError,
  SlowModeWaitError,
  UserMigrateError,
} from 'telegram/errors/index.js'
export { Logger, type PromisedNetSockets } from 'telegram/extensions/index.js'
export { LogLevel } from 'telegram/extensions/Logger.js'
export {
  Connection,
  ConnectionTCPFull,
  MTProtoSender,
  UpdateConnectionState,
} from 'telegram/network/index.js'
export { computeCheck } from 'telegram/Password.js'
export { LAYER } from 'telegram/tl/AllTLObjects.js'
export type { TLMessage } from 'telegram/tl/core/index.js'
