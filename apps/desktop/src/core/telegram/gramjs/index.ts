import bigInt from 'big-integer'
import { failure, success, type Result } from '../../failure.ts'
import { classify, OFFLINE } from '../errors.ts'
import type {
  Answer,
  ConnectionOptions,
  LoginToken,
  Me,
  OutgoingMessage,
  Peer,
  Placement,
  PublishedMessage,
  SentCode,
  SignedIn,
  TelegramConnection,
  TelegramFailure,
  TelegramGateway,
} from '../gateway.ts'
import { sentCodeOf } from './auth.ts'
import { dialogPage, dialogsRequest, identitiesOf, topicsOf, topicsRequest } from './chats.ts'
import { oneAtATime } from '../../one-at-a-time.ts'
import { frozenSince } from './freeze.ts'
import { Api, computeCheck } from './library.ts'
import { createPorts, type Ports } from '../routes/index.ts'
import { createTransport, type Asked, type DataCentre } from './transport.ts'
import type { Address } from './socket.ts'
import { inputMedia, partRequest, remoteFileOf, sendRequest, thumbnailPart, uploadedMedia } from './media.ts'
import { albumsOf, filesOf, publishedMessage, scheduledMessage, type Grouped } from './messages.ts'
import { inputEntity, inputPeer, meOf } from './values.ts'

export type GramjsOptions = {
  /** Where to dial instead of Telegram's addresses: a data centre on this machine. */
  readonly resolveAddress?: (dc: DataCentre) => Address
  readonly defaultDc?: DataCentre
}

/** Where a sign-in starts; Telegram sends each phone number on to its own data centre. */
const TELEGRAM_DC_2: DataCentre = { dcId: 2, host: '149.154.167.50', port: 443 }
const HISTORY_PAGE = 100
const MOST_HISTORY_PAGES = 50
const OFFICIAL_APP_ONLY: TelegramFailure = {
  reaction: 'LOGIN',
  code: 'telegram/official-app-needed',
  rpc: 'code-for-official-apps',
}
const UNREADABLE: TelegramFailure = { reaction: 'APP', code: 'telegram/update-needed', rpc: 'unreadable' }

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
  const inTurn = oneAtATime()

  const ask = <T>(request: Asked<T>): Answer<T> => transport.invoke({ request, changes: false })
  const change = <T>(request: Asked<T>): Answer<T> => transport.invoke({ request, changes: true })
  const credentials = { apiId: options.apiId, apiHash: options.apiHash }

  const signedIn = (authorization: Api.auth.TypeAuthorization): Result<Me, TelegramFailure> => {
    if (authorization instanceof Api.auth.AuthorizationSignUpRequired)
      return failure(classify('PHONE_NUMBER_UNOCCUPIED', 400))
    return authorization.user instanceof Api.User ? success(meOf(authorization.user)) : failure(UNREADABLE)
  }
  /** What else there is asks to be paid for the code, which is for official applications. */
  const codeOf = (sent: Api.auth.TypeSentCode): Result<SentCode, TelegramFailure> =>
    sent instanceof Api.auth.SentCode ? success(sentCodeOf(sent)) : failure(OFFICIAL_APP_ONLY)

  const admitted = (
    answer: Result<Api.auth.TypeAuthorization, TelegramFailure>,
  ): Result<SignedIn, TelegramFailure> => {
    if (!answer.ok)
      return answer.error.rpc === 'SESSION_PASSWORD_NEEDED' ? success({ kind: 'password-needed' }) : answer
    const me = signedIn(answer.value)
    return me.ok ? success({ kind: 'signed-in', me: me.value }) : me
  }

  /** https://core.telegram.org/api/qr-login */
  const loginToken = async (except: readonly string[]): Answer<LoginToken> => {
    const asked = new Api.auth.ExportLoginToken({ ...credentials, exceptIds: except.map(id => bigInt(id)) })
    let answer: Result<Api.auth.TypeLoginToken, TelegramFailure> = await ask(asked)
    if (answer.ok && answer.value instanceof Api.auth.LoginTokenMigrateTo) {
      const { dcId, token } = answer.value
      if (!(await transport.moveTo(dcId))) return failure(OFFLINE)
      answer = await ask(new Api.auth.ImportLoginToken({ token }))
    }
    if (!answer.ok) {
      const told = admitted(answer)
      return told.ok ? success(told.value) : told
    }
    const { value } = answer
    if (value instanceof Api.auth.LoginToken)
      return success({ kind: 'token', token: new Uint8Array(value.token), expires: value.expires })
    return value instanceof Api.auth.LoginTokenSuccess
      ? admitted(success(value.authorization))
      : failure(UNREADABLE)
  }

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

  const checkPassword = async (password: string): Answer<Me> => {
    // The SRP parameters are good for one try (core.telegram.org/api/srp), so they are asked for before each.
    for (let tries = 1; ; tries++) {
      const parameters = await ask(new Api.account.GetPassword())
      if (!parameters.ok) return parameters
      // It throws when Telegram proposes parameters that would give the password away.
      const proof = await computeCheck(parameters.value, password).catch(() => null)
      if (proof === null) return failure(UNREADABLE)
      const checked = await change(new Api.auth.CheckPassword({ password: proof }))
      if (checked.ok) return signedIn(checked.value)
      if (tries >= 2 || !['SRP_ID_INVALID', 'SRP_PASSWORD_CHANGED'].includes(checked.error.rpc))
        return checked
    }
  }

  const schedule = async (message: OutgoingMessage): Answer<Placement> => {
    const sent = await change(sendRequest(message))
    if (!sent.ok) return sent
    const { media = [] } = message
    const randomIds = media.length > 1 ? media.map(({ randomId }) => randomId) : [message.randomId]
    const placement = placementOf(sent.value, randomIds)
    // It was carried out, only the answer is not what we know; the chat's queue will tell.
    return placement === null
      ? failure({ reaction: 'UNCERTAIN', code: 'telegram/timeout', rpc: UNREADABLE.rpc })
      : success(placement)
  }

  const publishedBetween = async (
    peer: Peer,
    from: number,
    to: number,
  ): Answer<readonly PublishedMessage[]> => {
    const found: Grouped<PublishedMessage>[] = []
    let offset: { offsetId?: number; offsetDate?: number } = { offsetDate: to + 1 }
    for (let page = 0; page < MOST_HISTORY_PAGES; page++) {
      const history = await ask(
        new Api.messages.GetHistory({
          peer: inputPeer(peer),
          offsetId: 0,
          offsetDate: 0,
          addOffset: 0,
          limit: HISTORY_PAGE,
          maxId: 0,
          minId: 0,
          hash: bigInt.zero,
          ...offset,
        }),
      )
      if (!history.ok) return history
      const all = 'messages' in history.value ? history.value.messages : []
      const messages = all.filter(message => message instanceof Api.Message)
      found.push(
        ...messages
          .filter(({ date }) => date >= from && date <= to)
          // In the chat with oneself nothing counts as outgoing.
          .filter(({ out, post }) => out === true || post === true || peer.kind === 'self')
          .map(publishedMessage),
      )
      const last = all.at(-1)
      const lastDate = messages.at(-1)?.date ?? 0
      if (last === undefined || all.length < HISTORY_PAGE || lastDate < from) break
      offset = { offsetId: last.id }
    }
    return success(albumsOf(found))
  }

  const done = async (answer: Answer<unknown>): Answer<null> => {
    const result = await answer
    return result.ok || result.error.reaction === 'DONE' ? success(null) : result
  }

  return {
    connect: () => inTurn(connect),
    destroy: () => transport.destroy(),
    sendCode: phone =>
      inTurn(async () => {
        const settings = new Api.CodeSettings({})
        const sent = await change(new Api.auth.SendCode({ phoneNumber: phone, ...credentials, settings }))
        return sent.ok ? codeOf(sent.value) : sent
      }),
    resendCode: (phone, hash) =>
      inTurn(async () => {
        const sent = await change(new Api.auth.ResendCode({ phoneNumber: phone, phoneCodeHash: hash }))
        return sent.ok ? codeOf(sent.value) : sent
      }),
    cancelCode: (phone, hash) =>
      inTurn(() => done(change(new Api.auth.CancelCode({ phoneNumber: phone, phoneCodeHash: hash })))),
    signIn: (phone, hash, code, by = 'phone') =>
      inTurn(async () => {
        const given =
          by === 'email'
            ? { emailVerification: new Api.EmailVerificationCode({ code }) }
            : { phoneCode: code }
        return admitted(
          await change(new Api.auth.SignIn({ phoneNumber: phone, phoneCodeHash: hash, ...given })),
        )
      }),
    loginToken: except => inTurn(() => loginToken(except)),
    passwordHint: () =>
      inTurn(async () => {
        const parameters = await ask(new Api.account.GetPassword())
        return parameters.ok ? success(parameters.value.hint ?? null) : parameters
      }),
    checkPassword: password => inTurn(() => checkPassword(password)),
    logOut: () => inTurn(() => done(change(new Api.auth.LogOut()))),
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
    dialogs: cursor =>
      inTurn(async () => {
        const offsetPeer = cursor === null ? new Api.InputPeerEmpty() : inputPeer(cursor.peer)
        const page = await ask(new Api.messages.GetDialogs(dialogsRequest(cursor, offsetPeer)))
        return page.ok ? success(dialogPage(page.value, cursor)) : page
      }),
    slowMode: peer =>
      inTurn(async () => {
        if (peer.kind !== 'channel') return success(0)
        const channel = new Api.InputChannel({
          channelId: bigInt(peer.id),
          accessHash: bigInt(peer.accessHash),
        })
        const full = await ask(new Api.channels.GetFullChannel({ channel }))
        if (!full.ok) return full
        const { fullChat } = full.value
        return success(fullChat instanceof Api.ChannelFull ? (fullChat.slowmodeSeconds ?? 0) : 0)
      }),
    topics: peer =>
      inTurn(async () => {
        if (peer.kind !== 'channel') return success([])
        const found = await ask(topicsRequest(inputPeer(peer)))
        return found.ok ? success(topicsOf(found.value)) : found
      }),
    sendAs: peer =>
      inTurn(async () => {
        if (peer.kind !== 'channel') return success([])
        const found = await ask(new Api.channels.GetSendAs({ peer: inputPeer(peer) }))
        return found.ok ? success(identitiesOf(found.value)) : found
      }),
    saveFilePart: part =>
      inTurn(async () => {
        const saved = await ask(partRequest(part))
        return saved.ok ? success(null) : saved
      }),
    makeMedia: (peer, file, spec, thumbnail) =>
      inTurn(async () => {
        const preview = thumbnail === null || spec.kind === 'photo' ? null : thumbnailPart(thumbnail)
        if (preview !== null) {
          const saved = await ask(partRequest(preview.part))
          if (!saved.ok) return saved
        }
        const media = uploadedMedia(file, spec, preview?.file ?? null)
        // Nothing is published by it, so that one more is harmless.
        const made = await ask(new Api.messages.UploadMedia({ peer: inputPeer(peer), media }))
        if (!made.ok) return made
        const remote = remoteFileOf(made.value)
        return remote === null ? failure(UNREADABLE) : success(remote)
      }),
    schedule: message => inTurn(() => schedule(message)),
    scheduledHistory: peer =>
      inTurn(async () => {
        const queue = await ask(
          new Api.messages.GetScheduledHistory({ peer: inputPeer(peer), hash: bigInt.zero }),
        )
        if (!queue.ok) return queue
        const messages = 'messages' in queue.value ? queue.value.messages : []
        return success(
          albumsOf(messages.filter(message => message instanceof Api.Message).map(scheduledMessage)),
        )
      }),
    deleteScheduled: (peer, ids) =>
      inTurn(() =>
        done(change(new Api.messages.DeleteScheduledMessages({ peer: inputPeer(peer), id: [...ids] }))),
      ),
    editScheduled: (peer, id, { at, content, file }) =>
      inTurn(() =>
        done(
          change(
            new Api.messages.EditMessage({
              peer: inputPeer(peer),
              id,
              // Without it Telegram takes `id` for a published message.
              scheduleDate: at,
              ...(content === undefined
                ? {}
                : {
                    message: content.text,
                    entities: content.entities.map(inputEntity),
                    noWebpage: content.noWebpage,
                  }),
              ...(file === undefined ? {} : { media: inputMedia(file.file, file.spoiler) }),
            }),
          ),
        ),
      ),
    sendScheduledNow: (peer, ids) =>
      inTurn(() =>
        done(change(new Api.messages.SendScheduledMessages({ peer: inputPeer(peer), id: [...ids] }))),
      ),
    publishedBetween: (peer, from, to) => inTurn(() => publishedBetween(peer, from, to)),
  }
}

/**
 * The ids given to our `random_id`s, and whether they are of the queue or of the history; null when the answer does not
 * say.
 */
function placementOf(updates: Api.TypeUpdates, randomIds: readonly string[]): Placement | null {
  if (updates instanceof Api.UpdateShortSentMessage)
    return { kind: 'published', id: updates.id, at: updates.date }
  if (!(updates instanceof Api.Updates || updates instanceof Api.UpdatesCombined)) return null
  const named = new Map(
    updates.updates
      .filter(update => update instanceof Api.UpdateMessageID)
      .map(({ randomId, id }) => [randomId?.toString(), id]),
  )
  const parts = randomIds.flatMap(randomId => named.get(randomId) ?? [])
  const [id] = parts
  const carried = new Map(
    updates.updates.flatMap(update =>
      update instanceof Api.UpdateNewScheduledMessage && update.message instanceof Api.Message
        ? [[update.message.id, filesOf(update.message)] as const]
        : [],
    ),
  )
  const files = parts.flatMap(part => carried.get(part) ?? [])
  for (const update of updates.updates) {
    const scheduled = update instanceof Api.UpdateNewScheduledMessage
    const published = update instanceof Api.UpdateNewMessage || update instanceof Api.UpdateNewChannelMessage
    if (!scheduled && !published) continue
    const { message } = update
    if (!(message instanceof Api.Message) || (id !== undefined && message.id !== id)) continue
    const kind = scheduled ? ('scheduled' as const) : ('published' as const)
    const placed = { kind, id: message.id, at: message.date, files }
    if (randomIds.length === 1) return placed
    return parts.length === randomIds.length ? { ...placed, parts } : null
  }
  return null
}
