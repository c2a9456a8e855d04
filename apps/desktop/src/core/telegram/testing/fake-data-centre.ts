import { failure, success, type Result } from '../../failure.ts'
import type { MediaKind } from '../../../contract/index.ts'
import type { Clock } from '../../ports.ts'
import { classify, NO_ANSWER, OFFLINE } from '../errors.ts'
import type {
  Answer,
  ConnectionOptions,
  DialogChat,
  Hint,
  LoginToken,
  Me,
  OutgoingMessage,
  Peer,
  PublishedMessage,
  ScheduledMessage,
  SentCode,
  SignedIn,
  TelegramConnection,
  TelegramFailure,
  TelegramGateway,
} from '../gateway.ts'

/** What goes wrong with the next calls of a method. `late`: carried out after the caller has looked for it. */
export type FakeFault = {
  readonly method: keyof TelegramConnection
  readonly times?: number
  readonly does: TelegramFailure | 'drop-before' | 'drop-after' | 'late'
}

export type FakeUser = {
  readonly me: Me
  readonly code: string
  readonly password: string | null
  readonly delivery?: SentCode['delivery']
}

/** What a message carries that no edit of text or date may take from it. */
type Kept = {
  readonly silent?: boolean
  readonly noWebpage?: boolean
  readonly topicId?: number
  readonly sendAs?: Peer
}

type FakeChat = {
  readonly scheduled: (ScheduledMessage & Kept)[]
  readonly published: (PublishedMessage & Kept)[]
  lastScheduledId: number
  lastPublishedId: number
}

const QUOTA = 100

export type FakeDataCentre = ReturnType<typeof createFakeDataCentre>

/** Telegram in memory: the rules that placing messages depends on, behind the product's own gateway interface. */
export function createFakeDataCentre(clock: Clock) {
  const users = new Map<string, FakeUser>()
  const authorised = new Map<string, string>()
  const chats = new Map<string, FakeChat>()
  const accepted = new Map<string, number>()
  let most = 0
  const connections = new Set<{ userId: () => string | null; drop: () => void; hint: (hint: Hint) => void }>()
  let frozen: number | null = null
  let faults: { fault: FakeFault; left: number }[] = []
  let late: (() => void)[] = []
  let dialogs: readonly DialogChat[] = []
  let lastKey = 0
  let tokens = 0
  let excepted: readonly string[] = []
  const saved = new Map<string, Set<number>>()
  const kinds = new Map<string, MediaKind>()
  let reference = 'first'
  const confirmed = new Map<string, string>()
  let down = false
  const calls: { readonly method: string; readonly at: number }[] = []

  const keyOf = (userId: string, peer: Peer): string =>
    peer.kind === 'channel' ? `channel/${peer.id}` : `${userId}/${peer.kind === 'self' ? 'self' : peer.id}`
  const chatOf = (key: string): FakeChat => {
    const known = chats.get(key)
    if (known) return known
    const chat: FakeChat = { scheduled: [], published: [], lastScheduledId: 0, lastPublishedId: 0 }
    chats.set(key, chat)
    return chat
  }

  const publishDue = (): void => {
    const now = Math.floor(clock.now() / 1000)
    for (const chat of chats.values())
      for (const message of chat.scheduled.filter(({ at }) => at <= now)) publish(chat, message)
  }
  const publish = (chat: FakeChat, message: ScheduledMessage & Kept, when = message.at): number => {
    chat.scheduled.splice(chat.scheduled.indexOf(message), 1)
    chat.lastPublishedId += 1
    const { at: _at, parts: _parts, ...rest } = message
    chat.published.push({ ...rest, id: chat.lastPublishedId, at: when, fromScheduled: true })
    chat.lastPublishedId += Math.max(1, message.media.length) - 1
    return chat.lastPublishedId
  }

  const store = (userId: string, message: OutgoingMessage): Result<number, TelegramFailure> => {
    const { media = [] } = message
    const randomIds = media.length > 1 ? media.map(({ randomId }) => randomId) : [message.randomId]
    const ids = randomIds.map(randomId => `${userId}/${randomId}`)
    if (ids.some(id => accepted.has(id))) return failure(classify('RANDOM_ID_DUPLICATE', 500))
    if (media.some(({ file }) => file.reference !== reference))
      return failure(classify('FILE_REFERENCE_EXPIRED', 400))
    const chat = chatOf(keyOf(userId, message.peer))
    if (message.text.length > 4096) return failure(classify('MESSAGE_TOO_LONG', 400))
    const taken = chat.scheduled.reduce((sum, one) => sum + Math.max(1, one.media.length), 0)
    if (taken + ids.length > QUOTA) return failure(classify('SCHEDULE_TOO_MUCH', 400))
    const first = chat.lastScheduledId + 1
    chat.lastScheduledId += ids.length
    const { at, text, entities, silent, noWebpage, topicId, sendAs } = message
    chat.scheduled.push({
      ...{ id: first, at, text, entities, silent, noWebpage },
      media: media.map(({ file }) => kinds.get(file.id) ?? 'other'),
      files: media.map(({ file }) => file.id),
      ...(ids.length > 1 ? { parts: ids.map((_, index) => first + index) } : {}),
      ...(topicId === undefined ? {} : { topicId }),
      ...(sendAs === undefined ? {} : { sendAs }),
    })
    for (const id of ids) accepted.set(id, first)
    return success(first)
  }

  const gateway: TelegramGateway = options => connect(options)

  const connect = (options: ConnectionOptions): TelegramConnection => {
    let dead = false
    const key = options.session === null ? String(++lastKey) : Buffer.from(options.session.key).toString()
    const userId = (): string | null => authorised.get(key) ?? null
    const drop = (): void => {
      if (dead) return
      dead = true
      connections.delete(self)
      options.onHint({ kind: 'disconnected' })
    }
    const self = { userId, drop, hint: options.onHint }

    /** One call: faults first, then `work`, which is carried out at once. */
    const call = async <T>(
      method: keyof TelegramConnection,
      changes: boolean,
      work: (userId: string) => Result<T, TelegramFailure>,
      open = false,
    ): Answer<T> => {
      await Promise.resolve()
      if (dead || down) return failure(OFFLINE)
      calls.push({ method, at: clock.now() })
      publishDue()
      const entry = faults.find(({ fault }) => fault.method === method)
      if (entry && (entry.left -= 1) <= 0) faults = faults.filter(other => other !== entry)
      const does = entry?.fault.does
      if (typeof does === 'object') return failure(does)
      const user = userId()
      const carryOut = (): Result<T, TelegramFailure> =>
        user === null && !open ? failure(classify('AUTH_KEY_UNREGISTERED', 401)) : work(user ?? '')
      if (does === 'late') late.push(carryOut)
      if (does === 'drop-after') carryOut()
      if (does !== undefined) {
        drop()
        return failure(changes ? NO_ANSWER : OFFLINE)
      }
      const result = carryOut()
      await Promise.resolve()
      return dead ? failure(changes ? NO_ANSWER : OFFLINE) : result
    }

    const byPhone = (phone: string): FakeUser | undefined =>
      [...users.values()].find(user => user.me.phone === phone)
    let pending: FakeUser | null = null
    const enter = (user: FakeUser): Me => {
      authorised.set(key, user.me.userId)
      return user.me
    }
    const sendCode = (phone: string): Result<SentCode, TelegramFailure> => {
      const user = byPhone(phone)
      if (user === undefined) return failure(classify('PHONE_NUMBER_UNOCCUPIED', 400))
      return success({
        hash: `hash-of-${phone}`,
        delivery: user.delivery ?? 'app',
        length: 5,
        trace: null,
        next: { afterSeconds: 60, delivery: 'sms' },
      })
    }

    return {
      connect: async () => {
        await Promise.resolve()
        if (down) options.onAttempt?.({ host: '149.154.167.50', port: 443, outcome: 'unreachable' })
        if (dead || down) return failure(OFFLINE)
        calls.push({ method: 'connect', at: clock.now() })
        if (options.purpose === 'account' && userId() === null)
          return failure(classify('AUTH_KEY_UNREGISTERED', 401))
        connections.add(self)
        most = Math.max(most, connections.size)
        if (options.session === null)
          options.onSession({ dcId: 2, host: '127.0.0.1', port: 443, key: new Uint8Array(Buffer.from(key)) })
        return success({ serverTime: Math.floor(clock.now() / 1000) })
      },
      destroy: async () => {
        await Promise.resolve()
        dead = true
        // A socket closes in its own time.
        for (let turn = 0; turn < 5; turn++) await Promise.resolve()
        connections.delete(self)
      },
      sendCode: phone => call('sendCode', true, () => sendCode(phone), true),
      resendCode: phone => call('resendCode', true, () => sendCode(phone), true),
      cancelCode: () => call('cancelCode', true, () => success(null), true),
      signIn: (phone, _hash, code) =>
        call<SignedIn>(
          'signIn',
          true,
          () => {
            const user = byPhone(phone)
            if (user === undefined || user.code !== code) return failure(classify('PHONE_CODE_INVALID', 400))
            pending = user
            if (user.password !== null) return success({ kind: 'password-needed' })
            return success({ kind: 'signed-in', me: enter(user) })
          },
          true,
        ),
      loginToken: except =>
        call<LoginToken>(
          'loginToken',
          false,
          () => {
            const user = [...users.values()].find(({ me }) => me.userId === confirmed.get(key))
            if (user !== undefined) {
              pending = user
              if (user.password !== null) return success({ kind: 'password-needed' })
              return success({ kind: 'signed-in', me: enter(user) })
            }
            tokens += 1
            excepted = except
            const token = new Uint8Array(Buffer.from(`${key}/${tokens}`))
            return success({ kind: 'token', token, expires: Math.floor(clock.now() / 1000) + 30 })
          },
          true,
        ),
      passwordHint: () => call('passwordHint', false, () => success('une fleur'), true),
      checkPassword: password =>
        call(
          'checkPassword',
          true,
          () =>
            pending !== null && pending.password === password
              ? success(enter(pending))
              : failure(classify('PASSWORD_HASH_INVALID', 400)),
          true,
        ),
      logOut: () =>
        call('logOut', true, () => {
          authorised.delete(key)
          return success(null)
        }),
      me: () =>
        call('me', false, id => {
          const user = users.get(id)
          return user ? success(user.me) : failure(classify('AUTH_KEY_UNREGISTERED', 401))
        }),
      frozenSince: () => call('frozenSince', false, () => success(frozen)),
      dialogs: cursor =>
        call('dialogs', false, () => {
          const from = cursor?.messageId ?? 0
          const more = from + 100 < dialogs.length
          return success({
            chats: dialogs.slice(from, from + 100),
            next: more ? { date: 0, messageId: from + 100, peer: { kind: 'self' as const } } : null,
          })
        }),
      slowMode: () => call('slowMode', false, () => success(30)),
      topics: () =>
        call('topics', false, () =>
          success([
            { id: 1, title: 'Général', closed: false },
            { id: 7, title: 'Annonces', closed: true },
          ]),
        ),
      sendAs: peer =>
        call('sendAs', false, id =>
          success([
            { id, peer: { kind: 'self' as const }, title: 'Moi', premiumRequired: false },
            { id: '-1009', peer, title: 'Le groupe', premiumRequired: true },
          ]),
        ),
      schedule: message =>
        call('schedule', true, id => {
          const stored = store(id, message)
          if (!stored.ok) return stored
          const { media = [] } = message
          return success({
            ...{
              kind: 'scheduled',
              id: stored.value,
              at: message.at,
              files: media.map(({ file }) => file.id),
            },
            ...(media.length > 1 ? { parts: media.map((_, index) => stored.value + index) } : {}),
          })
        }),
      saveFilePart: ({ fileId, part }) =>
        call('saveFilePart', false, id => {
          const parts = saved.get(`${id}/${fileId}`) ?? new Set()
          saved.set(`${id}/${fileId}`, parts.add(part))
          return success(null)
        }),
      makeMedia: (_peer, file, spec) =>
        call('makeMedia', false, id => {
          if (saved.get(`${id}/${file.fileId}`)?.size !== file.parts)
            return failure(classify('FILE_PART_0_MISSING', 400))
          const made = String(kinds.size + 1)
          kinds.set(made, spec.kind)
          const kind = spec.kind === 'photo' ? 'photo' : 'document'
          return success({ kind, id: made, accessHash: '1', reference })
        }),
      scheduledHistory: async peer => {
        const answer = await call('scheduledHistory', false, id =>
          success([...chatOf(keyOf(id, peer)).scheduled]),
        )
        const belated = late
        late = []
        for (const carryOut of belated) carryOut()
        return answer
      },
      deleteScheduled: (peer, ids) =>
        call('deleteScheduled', true, id => {
          const chat = chatOf(keyOf(id, peer))
          for (const scheduledId of ids) {
            const at = chat.scheduled.findIndex(message => message.id === scheduledId)
            if (at >= 0) chat.scheduled.splice(at, 1)
          }
          return success(null)
        }),
      editScheduled: (peer, id, { at, content, file }) =>
        call('editScheduled', true, userId => {
          const { scheduled } = chatOf(keyOf(userId, peer))
          const index = scheduled.findIndex(({ id: first, parts = [first] }) => parts.includes(id))
          const before = scheduled[index]
          if (before === undefined) return failure(classify('MESSAGE_ID_INVALID', 400))
          if (file !== undefined && file.file.reference !== reference)
            return failure(classify('FILE_REFERENCE_EXPIRED', 400))
          const place = before.parts?.indexOf(id) ?? 0
          const after = {
            ...{ ...before, at },
            // The words of an album are those of its first message.
            ...(place === 0 ? content : {}),
            ...(file === undefined
              ? {}
              : {
                  media: before.media.with(place, kinds.get(file.file.id) ?? 'other'),
                  files: (before.files ?? []).with(place, file.file.id),
                }),
          }
          if (JSON.stringify(after) === JSON.stringify(before)) return success(null)
          scheduled[index] = after
          return success(null)
        }),
      sendScheduledNow: (peer, ids) =>
        call('sendScheduledNow', true, userId => {
          const chat = chatOf(keyOf(userId, peer))
          const found = chat.scheduled.filter(({ id }) => ids.includes(id))
          const all = found.flatMap(({ id, parts }) => parts ?? [id])
          if (!ids.every(id => all.includes(id))) return failure(classify('MESSAGE_ID_INVALID', 400))
          for (const message of found) publish(chat, message, Math.floor(clock.now() / 1000))
          return success(null)
        }),
      publishedBetween: (peer, from, to) =>
        call('publishedBetween', false, id =>
          success(chatOf(keyOf(id, peer)).published.filter(({ at }) => at >= from && at <= to)),
        ),
    }
  }

  return {
    gateway,
    calls,
    addUser: (user: FakeUser): void => void users.set(user.me.userId, user),
    setDialogs: (list: readonly DialogChat[]): void => {
      dialogs = list
    },
    /** Of a channel, whoever asks; its arrays may be changed as another device would. */
    channel: (id: string): FakeChat => chatOf(`channel/${id}`),
    /** The chat of a user with itself. */
    saved: (userId: string): FakeChat => chatOf(keyOf(userId, { kind: 'self' })),
    publishDue,
    /** Every file that was made so far has to be made again, and its parts are gone. */
    expireFiles: (): void => {
      reference = `after ${reference}`
      saved.clear()
    },
    /** A telephone reads the picture and says yes. */
    confirmToken: (url: string, number: number): void => {
      const token = Buffer.from(new URL(url).searchParams.get('token') ?? '', 'base64url').toString()
      confirmed.set(token.split('/')[0] ?? '', String(1000 + number))
      for (const connection of [...connections]) connection.hint({ kind: 'login-token' })
    },
    /** Whom the last token was not meant for. */
    exceptedUsers: (): readonly string[] => excepted,
    /** Unix seconds; null ends it. */
    freeze: (since: number | null): void => void (frozen = since),
    fault: (fault: FakeFault): void => void faults.push({ fault, left: fault.times ?? 1 }),
    clearFaults: (): void => {
      faults = []
    },
    /** No connection can be made, and those there are end. */
    setDown: (isDown: boolean): void => {
      down = isDown
      if (down) for (const connection of [...connections]) connection.drop()
    },
    dropAll: (): void => [...connections].forEach(connection => connection.drop()),
    revoke: (): void => authorised.clear(),
    hint: (hint: Hint): void => [...connections].forEach(connection => connection.hint(hint)),
    connections: (): number => connections.size,
    /** The most there ever were at one time. */
    mostConnections: (): number => most,
  }
}

export const fakeChannel = (id: string, title: string, over: Partial<DialogChat> = {}): DialogChat => ({
  id: `-100${id}`,
  peer: { kind: 'channel', id, accessHash: '77' },
  title,
  username: null,
  kind: 'supergroup',
  forum: false,
  memberCount: 10,
  canPost: true,
  mediaKinds: ['photo', 'video', 'animation', 'audio', 'voice', 'document'],
  paidStars: 0,
  admin: true,
  slowMode: false,
  migratedTo: null,
  ...over,
})

export const fakeUser = (number: number, password: string | null = null): FakeUser => ({
  me: {
    userId: String(1000 + number),
    name: `Membre ${number}`,
    username: null,
    phone: `3363998000${number}`,
    premium: false,
    bot: false,
  },
  code: '12345',
  password,
})
