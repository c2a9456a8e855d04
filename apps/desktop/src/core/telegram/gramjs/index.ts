import { failure, success } from '../../failure.ts'
import type { Answer, ConnectionOptions, TelegramConnection, TelegramGateway } from '../gateway.ts'
import { createPorts, type Ports } from '../routes/index.ts'
import { createCalls, UNREADABLE } from './calls.ts'
import { frozenSince } from './freeze.ts'
import { Api } from './library.ts'
import { placing } from './placing.ts'
import { readingChats } from './reading-chats.ts'
import { signingIn } from './sign-in.ts'
import type { Address } from './socket.ts'
import { createTransport, type DataCentre } from './transport.ts'
import { meOf } from './values.ts'

export type GramjsOptions = {
  /** Where to dial instead of Telegram's addresses: a data centre on this machine. */
  readonly resolveAddress?: (dc: DataCentre) => Address
  readonly defaultDc?: DataCentre
}

/** Where a sign-in starts; Telegram sends each phone number on to its own data centre. */
const TELEGRAM_DC_2: DataCentre = { dcId: 2, host: '149.154.167.50', port: 443 }

/** Telegram through the npm package `telegram`, raw requests only. */
export function createGramjsGateway({
  resolveAddress,
  defaultDc = TELEGRAM_DC_2,
}: GramjsOptions): TelegramGateway {
  const ports = createPorts()
  return options => createConnection({ ...options, ports }, resolveAddress, defaultDc)
}

function createConnection(
  options: ConnectionOptions & { readonly ports: Ports },
  resolveAddress: GramjsOptions['resolveAddress'],
  defaultDc: DataCentre,
): TelegramConnection {
  const transport = createTransport({ ...options, resolveAddress, defaultDc })
  const calls = createCalls(transport)
  const { ask, inTurn } = calls

  const connect = async (): Answer<{ serverTime: number }> => {
    const config = await transport.connect()
    if (!config.ok) return config
    if (options.purpose === 'account') {
      // Says whether the session still counts, and makes Telegram push updates to this connection.
      const state = await ask(new Api.updates.GetState())
      if (!state.ok) return state
    }
    return success({ serverTime: config.value.date })
  }

  return {
    connect: () => inTurn(connect),
    destroy: () => transport.destroy(),
    me: () =>
      inTurn(async () => {
        const users = await ask(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }))
        if (!users.ok) return users
        const [user] = users.value
        return user instanceof Api.User ? success(meOf(user)) : failure(UNREADABLE)
      }),
    frozenSince: () =>
      inTurn(async () => {
        const config = await ask(new Api.help.GetAppConfig({ hash: 0 }))
        return config.ok ? success(frozenSince(config.value)) : config
      }),
    ...signingIn(calls, transport, { apiId: options.apiId, apiHash: options.apiHash }),
    ...readingChats(calls),
    ...placing(calls),
  }
}
