import type {
  AccountId,
  AccountView,
  AppState,
  Bridge,
  CallError,
  ChatId,
  DeliveryId,
  DeliveryView,
  DraftId,
  Envelope,
  ErrorCode,
  EventMessage,
  EventName,
  Finding,
  Handlers,
  ImportedDraft,
  ImportItem,
  LicenseView,
  MethodName,
  Payload,
  PlanDraft,
  PlanId,
  Progress,
  Recurrence,
  RuleDate,
  SeriesId,
  SeriesView,
  Protection,
  ProxyChange,
  ProxyView,
  RestorePreview,
  SettingsView,
  SignInStep,
  Snapshot,
} from '../../contract/index.ts'
import { canChange } from '../features/deliveries/states.ts'
import { addDays, dayOf, toInstant, toLocal } from '../lib/time.ts'
import { chatsOf, deliveriesOf, firstAccounts, seriesOf } from './data.ts'
import { fakeCare } from './fake-care.ts'
import { fakeShell } from './fake-shell.ts'
import { fakeWords } from './fake-words.ts'

/** `broken`: the data does not open. */
/** `quiet` has accounts and a licence and nothing else yet; `empty` has not even those. */
export type Scenario = 'full' | 'new' | 'locked' | 'quiet' | 'empty' | 'broken'

/** A failed call of the fake: what the router of the core would put in the envelope. */
export class FakeFailure extends Error {
  readonly error: CallError
  constructor(code: ErrorCode, params?: CallError['params']) {
    super(code)
    this.error = { code, retryable: false, ...(params === undefined ? {} : { params }) }
  }
}

export type FakeBridge = Bridge & {
  /** What was called, in order. */
  readonly calls: { readonly name: MethodName; readonly input: unknown }[]
  readonly opened: string[]
  emit<N extends EventName>(name: N, payload: Payload<N>): void
  /** The next call of this name fails so. */
  failNext(name: MethodName, code: ErrorCode, params?: CallError['params']): void
  /** Every event until the next one is lost, as when a machine sleeps. */
  loseEvent(): void
  connect(connected: boolean): void
  /** A telephone confirms the picture of a sign-in. */
  confirmQr(): void
  /** Replaces one handler. */
  answer<N extends MethodName>(name: N, handler: Handlers[N]): void
  readonly state: FakeState
}

export type FakeState = {
  app: AppState
  settings: SettingsView
  proxy: ProxyView
  importedDrafts: ImportedDraft[]
  accounts: AccountView[]
  license: LicenseView
  draft: PlanDraft | null
  deliveries: DeliveryView[]
  series: SeriesView[]
  progress: Progress[]
}

const protection: Protection = {
  slots: [
    { id: 's1', type: 'passphrase', backend: null },
    { id: 's2', type: 'os-keyring', backend: 'gnome_libsecret' },
  ],
  keyring: 'available',
  requirePassword: false,
  problem: null,
}

const contents = { accounts: 1, chats: 12, waiting: 3, messages: 40, series: 1 }
const restorePreview: RestorePreview = {
  restoreId: 'r1',
  createdAt: '2027-01-03T09:00:00Z',
  appVersion: '0.1.0',
  bytes: 1_000_000,
  accounts: [{ name: 'Alix Martin', phone: '+33 6 12 34 56 78', session: true }],
  counts: contents,
  here: contents,
  parts: ['database', 'sessions', 'vault', 'settings'],
  damagedHere: [],
  warnings: ['session-on-two-computers', 'waiting-is-paused'],
}

const snapshots: Snapshot[] = [
  { name: '20270105-020000-daily', createdAt: '2027-01-05T01:00:00Z', reason: 'daily', bytes: 2_412_000 },
  { name: 'before-restore', createdAt: '2027-01-04T08:00:00Z', reason: 'restore', bytes: 2_380_000 },
  { name: '20270103-020000-daily', createdAt: '2027-01-03T01:00:00Z', reason: 'daily', bytes: 2_301_000 },
]

const foundItems: ImportItem[] = [
  {
    id: 'i-account',
    kind: 'account',
    title: 'Nassim',
    count: 1,
    state: 'ready',
    problem: null,
    warnings: [],
  },
  {
    id: 'i-locked',
    kind: 'account',
    title: 'Camille',
    count: 1,
    state: 'refused',
    problem: 'import/machine-id-needed',
    warnings: [],
  },
  {
    id: 'i-draft',
    kind: 'draft',
    title: 'Rendez-vous dimanche',
    count: 3,
    state: 'ready',
    problem: null,
    warnings: ['text-cut'],
  },
  {
    id: 'i-history',
    kind: 'history',
    title: 'send_history.json',
    count: 128,
    state: 'present',
    problem: null,
    warnings: [],
  },
]

function proxyView(change: ProxyChange): ProxyView {
  if (change.kind === 'none') return change
  const { host, port } = change
  return change.kind === 'socks5'
    ? { kind: change.kind, host, port, username: change.username, hasPassword: change.password !== '' }
    : { kind: change.kind, host, port, hasSecret: true }
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString().replace('.000Z', 'Z')

const noLicense: LicenseView = {
  state: 'none',
  plan: null,
  validUntil: null,
  offlineUntil: null,
  lastContact: null,
  denial: null,
  canCreate: false,
  licenseKey: null,
  checkout: null,
  offer: { price: '29.99', currency: 'EUR', trialDays: 7, fromServer: true },
}

function firstState(scenario: Scenario, now: number): FakeState {
  const full = scenario === 'full' || scenario === 'locked'
  const ready = full || scenario === 'quiet'
  const day = 86_400_000
  return {
    app: {
      version: '0.1.0',
      hosted: 'electron',
      vault: scenario === 'new' ? 'new' : scenario === 'locked' ? 'locked' : 'open',
      keyring: 'available',
    },
    settings: {
      language: 'fr',
      theme: 'system',
      timeZone: 'Europe/Paris',
      rateLimitDelay: 3,
      maxMessagesPerMinute: 20,
      maxGroupsWarning: 50,
      apiId: null,
      autoLogoutMinutes: 0,
      historyWithTexts: false,
    },
    proxy: { kind: 'none' },
    importedDrafts: [],
    accounts: ready ? firstAccounts(iso(now + 17 * 60_000)) : [],
    license: ready
      ? {
          ...noLicense,
          state: 'valid',
          plan: 'monthly',
          validUntil: iso(now + 23 * day),
          offlineUntil: iso(now + 14 * day),
          lastContact: iso(now - 3_600_000),
          canCreate: true,
          licenseKey: 'ATL-7KQ4M-XW2PD-9R3VH-C6TNB',
        }
      : noLicense,
    draft: null,
    deliveries: full ? deliveriesOf(now) : [],
    series: full ? seriesOf(now) : [],
    progress: full
      ? [
          {
            accountId: 'a1' as AccountId,
            done: 12,
            failed: 1,
            total: 40,
            waiting: { reason: 'pace', until: iso(now + 3_000) },
            upload: null,
          },
          {
            accountId: 'a2' as AccountId,
            done: 3,
            failed: 0,
            total: 18,
            waiting: { reason: 'telegram', until: iso(now + 17 * 60_000) },
            upload: null,
          },
        ]
      : [],
  }
}

/**
 * A core that exists only in memory, with plausible answers, for component tests and for looking at the screens.
 * The code `12345` signs in, `22222` asks for a password (`secret`); the passphrase of the vault is `ouvre-toi sésame`.
 */
export function createFakeBridge(
  scenario: Scenario = 'full',
  clock: () => number = () => Date.now(),
): FakeBridge {
  const state = firstState(scenario, clock())
  const listeners = new Set<(message: EventMessage) => void>()
  const connections = new Set<(connected: boolean) => void>()
  const failures = new Map<MethodName, CallError>()
  const calls: FakeBridge['calls'] = []
  const opened: string[] = []
  let revision = 0
  let connected = true
  let made = 0

  function emit<N extends EventName>(name: N, payload: Payload<N>) {
    revision++
    for (const listener of listeners) listener({ name, revision, payload } as EventMessage)
  }

  const setApp = (change: Partial<AppState>) => {
    state.app = { ...state.app, ...change }
    emit('app.changed', state.app)
    return state.app
  }
  const setLicense = (change: Partial<LicenseView>) => {
    state.license = { ...state.license, ...change }
    return state.license
  }
  const codeStep = (phone: string): SignInStep => ({
    step: 'code',
    signInId: 's1',
    phone,
    delivery: 'app',
    length: 5,
    trace: null,
    resend: { from: iso(clock() + 42_000), delivery: 'sms' },
  })
  const signedIn = (): SignInStep => {
    const account: AccountView = {
      id: `a${String(state.accounts.length + 1)}` as AccountId,
      name: 'Camille Moreau',
      username: 'camille_m',
      phoneHint: '+33 •• •• •• 78',
      premium: false,
      health: 'online',
      pausedUntil: null,
      lastError: null,
      tried: [],
    }
    state.accounts = [...state.accounts, account]
    emit('accounts.changed', state.accounts)
    return { step: 'done', account }
  }
  const qrStep = (): SignInStep => ({
    step: 'qr',
    signInId: 's1',
    url: `tg://login?token=${'c2FibGllciByb3NlIGRlcyB2ZW50cyBib3Vzc29sZQ'}${Math.floor(clock() / 30_000)}`,
    expiresAt: iso(clock() + 30_000),
  })
  const change = (ids: readonly DeliveryId[], to: (one: DeliveryView) => DeliveryView) => {
    state.deliveries = state.deliveries.map(one => (ids.includes(one.id) ? to(one) : one))
    emit('deliveries.changed', { ids: [...ids] })
  }
  const hold = (ids: DeliveryId[], kind: 'cancel' | 'send-now') => {
    const until = iso(clock() + 8000)
    change(ids, one => ({ ...one, pending: { kind, until, error: null } }))
    return { asked: ids, failed: [], until }
  }
  const pausedPlans = new Set<PlanId>()
  const planOf = (id: PlanId) => {
    const all = state.deliveries.filter(({ planId }) => planId === id)
    const states: Record<string, number> = {}
    for (const one of all) states[one.state] = (states[one.state] ?? 0) + 1
    return { id, paused: pausedPlans.has(id), states, total: all.length }
  }
  let confirmed = false
  let phone = ''
  const changeSeries = (id: SeriesId, change: Partial<SeriesView>) => {
    state.series = state.series.map(one => (one.id === id ? { ...one, ...change } : one))
    emit('series.changed', {})
    const series = state.series.find(one => one.id === id)
    if (series === undefined) throw new FakeFailure('series/unknown')
    return { series, done: 0, failed: 0 }
  }

  const bare = scenario === 'empty' || scenario === 'quiet'
  const words = fakeWords(emit, () => iso(clock()), scenario === 'full')
  const handlers: { -readonly [N in MethodName]: Handlers[N] } = {
    'app.state': () => {
      if (scenario === 'broken') throw new FakeFailure('storage/damaged')
      return state.app
    },
    'vault.create': () => setApp({ vault: 'open' }),
    'vault.unlock': ({ passphrase }) => {
      if (passphrase !== 'ouvre-toi sésame') throw new FakeFailure('vault/wrong-passphrase')
      return setApp({ vault: 'open' })
    },
    'vault.lock': () => setApp({ vault: 'locked' }),
    'vault.stay': () => ({}),
    'vault.protection': () => protection,
    'vault.changePassphrase': () => protection,
    'vault.addPassphrase': () => protection,
    'vault.addKeyring': () => protection,
    'vault.removeSlot': () => protection,
    'vault.setRequirePassword': () => protection,
    'vault.changeDataKey': () => protection,
    'backup.create': ({ path }) => ({ backupId: 'b1', path, fileName: 'autotele.autotele-backup', bytes: 3 }),
    'backup.read': () => ({ base64: 'AAAA', next: null }),
    'backup.discard': () => ({}),
    'backup.beginUpload': () => ({ uploadId: 'u1' }),
    'backup.upload': ({ offset, base64 }) => ({ bytes: offset + Math.floor((base64.length * 3) / 4) }),
    'backup.inspect': () => restorePreview,
    'backup.restore': () => ({ keptAs: 'before-restore-20270104-090000' }),
    'backup.forget': () => ({}),
    'backup.snapshots': () => (bare ? [] : snapshots),
    'backup.takeSnapshot': () => ({
      name: '20270104-090000-asked',
      createdAt: iso(clock()),
      reason: 'asked',
      bytes: 1_000_000,
    }),
    'backup.removeKept': () => ({}),
    'settings.get': () => state.settings,
    'settings.update': ({ telegramApp, ...change }) => {
      state.settings = { ...state.settings, ...(change as Partial<SettingsView>) }
      if (telegramApp !== undefined) state.settings.apiId = telegramApp?.apiId ?? null
      emit('settings.changed', state.settings)
      return state.settings
    },
    'settings.repair': () => state.settings,
    'import.inspect': () => ({ inspectionId: 'i1', items: foundItems }),
    'import.run': ({ inspectionId, itemIds }) => {
      const results = itemIds.map(id => ({ id, outcome: 'imported' as const, problem: null }))
      emit('import.progressed', { inspectionId, done: results.length, total: results.length, last: null })
      return results
    },
    'import.forget': () => ({}),
    'import.drafts': () => state.importedDrafts,
    'import.removeDraft': ({ id }) => {
      state.importedDrafts = state.importedDrafts.filter(draft => draft.id !== id)
      return {}
    },
    'import.history': () => [],
    'network.get': () => state.proxy,
    'network.setProxy': change => (state.proxy = proxyView(change)),
    'network.test': () => ({
      error: null,
      attempts: [{ host: '149.154.167.50', port: 443, outcome: 'reached' }],
      milliseconds: 180,
    }),
    'accounts.list': () => state.accounts,
    'accounts.signIn': input => {
      phone = input.phone
      if (!phone.startsWith('+')) throw new FakeFailure('telegram/phone-invalid')
      return codeStep(phone)
    },
    'accounts.signInByQr': () => qrStep(),
    'accounts.refreshQr': () => (confirmed ? signedIn() : qrStep()),
    'accounts.submitCode': ({ code }) => {
      if (code === '22222') return { step: 'password', signInId: 's1', hint: 'le chat' }
      if (code !== '12345') throw new FakeFailure('telegram/code-invalid')
      return signedIn()
    },
    'accounts.submitPassword': ({ password }) => {
      if (password !== 'secret') throw new FakeFailure('telegram/password-invalid')
      return signedIn()
    },
    'accounts.resendCode': () => codeStep(phone),
    'accounts.cancelSignIn': () => ({}),
    'accounts.reconnect': ({ accountId }) => {
      state.accounts = state.accounts.map(one => (one.id === accountId ? { ...one, health: 'online' } : one))
      const found = state.accounts.find(one => one.id === accountId)
      if (found === undefined) throw new FakeFailure('account/unknown')
      return found
    },
    'accounts.checkAgain': ({ accountId }) => {
      const found = state.accounts.find(one => one.id === accountId)
      if (found === undefined) throw new FakeFailure('account/unknown')
      return found
    },
    'accounts.removal': () => ({ atTelegram: 4, here: 2, series: 1 }),
    'accounts.remove': ({ accountId }) => {
      state.accounts = state.accounts.filter(one => one.id !== accountId)
      emit('accounts.changed', state.accounts)
      return {}
    },
    'targets.list': ({ accountId }) => ({ chats: chatsOf(accountId), refreshedAt: iso(clock() - 7_200_000) }),
    'targets.details': ({ accountId, chatId }) => {
      const chat = chatsOf(accountId).find(({ id }) => id === chatId)
      if (chat === undefined) throw new FakeFailure('chat/unknown')
      return chat
    },
    'plans.preview': draft => preview(draft, clock()),
    'plans.confirm': ({ draft }) => {
      const { items } = preview(draft, clock())
      const added = items.map((item): DeliveryView => ({
        ...item,
        id: `n${String(++made)}` as DeliveryId,
        planId: 'p9' as PlanId,
        accountId: draft.accountId ?? ('a1' as AccountId),
        timeZone: draft.timeZone,
        state: 'queued',
        error: null,
        notBefore: null,
        silent: draft.silent,
        linkPreview: draft.linkPreview,
        media: draft.media,
        planPaused: false,
        pending: null,
        drift: null,
        publishedAt: null,
        link: null,
      }))
      state.deliveries = [...state.deliveries, ...added].sort((a, b) => a.at.localeCompare(b.at))
      emit('deliveries.changed', { ids: added.map(({ id }) => id) })
      if (draft.mode === 'repeat' && draft.rule != null) {
        const { accountId, chatIds, text, entities, rule, timeZone } = draft
        const titles = new Map(chatsOf(accountId ?? '').map(({ id, title }) => [id, title]))
        const started: SeriesView = {
          id: `s${String(++made)}` as SeriesId,
          accountId: accountId ?? ('a1' as AccountId),
          chats: chatIds.map(id => ({ id, title: titles.get(id) ?? id })),
          ...{ text, entities, rule, timeZone, state: 'active', waiting: null, media: [] },
          next: ruleDates(rule, timeZone)[0] ?? null,
          reserveUntil: items.at(-1)?.at ?? null,
          ...{ atTelegram: items.length, here: 0, missed: 0 },
        }
        state.series = [...state.series, started]
        emit('series.changed', {})
      }
      return { planId: 'p9' as PlanId, deliveries: added.length }
    },
    'series.list': () => state.series,
    'series.dates': ({ rule, timeZone }) => ({ dates: ruleDates(rule, timeZone) }),
    'series.pause': ({ id }) => changeSeries(id, { state: 'paused', next: null }),
    'series.resume': ({ id }) => changeSeries(id, { state: 'active' }),
    'series.end': ({ id }) => changeSeries(id, { state: 'ended', next: null }),
    'series.edit': ({ id, text, entities }) => changeSeries(id, { text, entities }),
    'plans.saveDraft': ({ draft }) => {
      state.draft = draft
      return { draftId: draft === null ? null : ('d1' as DraftId) }
    },
    'plans.loadDraft': () => state.draft,
    'plans.get': ({ planId }) => planOf(planId),
    'plans.pause': ({ planId, paused }) => {
      pausedPlans[paused ? 'add' : 'delete'](planId)
      return planOf(planId)
    },
    'plans.cancel': ({ planId }) => {
      const left = state.deliveries.filter(one => one.planId === planId && canChange(one))
      return hold(
        left.map(({ id }) => id),
        'cancel',
      )
    },
    ...words.handlers,
    ...fakeCare(emit, () => iso(clock()), !bare),
    'deliveries.list': ({ scope, accountId, cursor, limit }) => {
      const past = new Set(['published', 'cancelled', 'missed', 'skipped'])
      const all = state.deliveries.filter(
        one =>
          (scope === 'all' || (scope === 'past') === past.has(one.state)) &&
          (accountId === undefined || one.accountId === accountId),
      )
      const from = Number(cursor ?? 0)
      const to = from + (limit ?? 100)
      return { items: all.slice(from, to), next: to < all.length ? String(to) : null, total: all.length }
    },
    'deliveries.get': ({ ids }) => state.deliveries.filter(({ id }) => ids.includes(id)),
    'deliveries.calendar': ({ from, to, timeZone, accountId, perDay }) => {
      const days = new Map<string, DeliveryView[]>()
      for (const one of state.deliveries) {
        const day = dayOf(one.at, timeZone)
        if (day < from || day > to || (accountId !== undefined && one.accountId !== accountId)) continue
        days.set(day, [...(days.get(day) ?? []), one])
      }
      return [...days].sort().map(([day, items]) => ({
        day,
        total: items.length,
        states: {},
        items: items.slice(0, perDay ?? 4).map(one => ({ ...one, excerpt: one.text.slice(0, 80) })),
      }))
    },
    'deliveries.edit': ({ ids, text, entities }) => {
      change(ids, one => ({ ...one, text, entities: entities ?? [] }))
      return { asked: ids, failed: [], until: null }
    },
    'deliveries.move': ({ items }) => {
      const to = new Map(items.map(item => [item.id, item.to]))
      change([...to.keys()], one => {
        const wanted = to.get(one.id) ?? one.local
        const at = wanted.endsWith('Z') ? wanted : toInstant(wanted, one.timeZone).replace('.000Z', 'Z')
        return { ...one, at, local: toLocal(at, one.timeZone) }
      })
      return { asked: [...to.keys()], failed: [], until: null }
    },
    'deliveries.sendNow': ({ ids }) => hold(ids, 'send-now'),
    'deliveries.cancelSoon': ({ ids }) => hold(ids, 'cancel'),
    'deliveries.undo': ({ ids }) => {
      change(ids, one => ({ ...one, pending: null }))
      return { undone: ids }
    },
    'deliveries.resolve': ({ ids, keep }) => {
      change(ids, one => ({
        ...one,
        ...(keep === 'theirs' && one.drift !== null ? { text: one.drift.text, at: one.drift.at } : {}),
        state: 'scheduled',
        drift: null,
      }))
      return { asked: ids, failed: [], until: null }
    },
    'deliveries.queue': () => ({
      others: [{ at: iso(clock() + 86_400_000), text: 'Écrit sur le téléphone', entities: [], media: false }],
      ours: 2,
      limit: 100,
    }),
    'history.statistics': ({ to, accountId }) =>
      ['a1', 'a2']
        .filter(id => accountId === undefined || id === accountId)
        .map(id => ({
          day: addDays(to, -1),
          accountId: id as AccountId,
          published: 12,
          late: 1,
          failed: 2,
          waiting: 0,
        })),
    'history.export': () => ({
      piece: 'date_utc,text\r\n',
      next: null,
      fileName: 'autotele-2026-11-22.csv',
      type: 'text/csv;charset=utf-8',
      rows: state.deliveries.length,
    }),
    'history.checkCsv': ({ csv }) => {
      const lines = csv.split('\n').filter(line => line.trim() !== '')
      const wrong = csv.includes('Nulle part')
      return {
        lines: lines.slice(1).map((line, index) => ({
          line: index + 2,
          chat: line.split(/[;,]/)[0] ?? '',
          accountId: 'a1' as AccountId,
          chatId: null,
          at: null,
          local: null,
          text: line.split(/[;,]/)[3] ?? '',
          problems: line.includes('Nulle part') ? ['csv/chat-not-found' as const] : [],
        })),
        messages: lines.length - 1,
        placingSeconds: 12,
        token: wrong ? null : 'jeton',
      }
    },
    'history.importCsv': ({ csv }) => ({ messages: csv.split('\n').filter(Boolean).length - 1 }),
    'deliveries.cancel': ({ ids }) => {
      const gone = new Set(ids)
      state.deliveries = state.deliveries.map(one =>
        gone.has(one.id) ? { ...one, state: 'cancelled' } : one,
      )
      emit('deliveries.changed', { ids })
      return { cancelled: ids, failed: [] }
    },
    'deliveries.retry': ({ ids }) => ({ queued: ids }),
    'deliveries.reconcile': () => ({}),
    'deliveries.progress': () => state.progress,
    'deliveries.pause': ({ accountId, paused }) => {
      state.progress = state.progress.map(one =>
        one.accountId === accountId
          ? { ...one, waiting: paused ? { reason: 'paused' as const, until: null } : null }
          : one,
      )
      return state.progress
    },
    'license.get': () => state.license,
    'license.startTrial': () =>
      setLicense({
        state: 'trialing',
        plan: 'trial',
        canCreate: true,
        validUntil: iso(clock() + 7 * 86_400_000),
        offlineUntil: iso(clock() + 7 * 86_400_000),
        lastContact: iso(clock()),
      }),
    'license.buy': () =>
      setLicense({
        checkout: {
          id: 'c1',
          checkoutUrl: 'https://payer.exemple.fr/i/9jWg2K',
          amount: '29.99',
          currency: 'EUR',
          expiresAt: iso(clock() + 15 * 60_000),
          state: 'awaiting_payment',
          paidAmount: null,
        },
      }),
    'license.activate': ({ licenseKey }) => {
      if (!licenseKey.startsWith('ATL-')) throw new FakeFailure('license/key-invalid')
      return setLicense({ state: 'valid', plan: 'monthly', canCreate: true, licenseKey })
    },
    'license.freeSeat': ({ licenseKey }) =>
      setLicense({ state: 'valid', plan: 'monthly', canCreate: true, licenseKey, seats: [] }),
    'license.refresh': () => state.license,
    ...fakeShell(emit),
  }

  return {
    confirmQr: () => {
      confirmed = true
    },
    calls,
    opened,
    state,
    emit,
    failNext: (name, code, params) =>
      void failures.set(name, { code, retryable: true, ...(params === undefined ? {} : { params }) }),
    loseEvent: () => void revision++,
    connect(now) {
      connected = now
      for (const listener of connections) listener(now)
    },
    answer(name, handler) {
      handlers[name] = handler as never
    },
    async call(name, input) {
      calls.push({ name, input: structuredClone(input) })
      const failure = failures.get(name)
      failures.delete(name)
      if (failure !== undefined) return { ok: false, error: failure }
      try {
        const handler = handlers[name] as (input: unknown) => unknown
        return { ok: true, data: structuredClone(await handler(input)) } as Envelope<never>
      } catch (thrown) {
        if (thrown instanceof FakeFailure) return { ok: false, error: thrown.error }
        throw thrown
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onConnection(listener) {
      connections.add(listener)
      listener(connected)
      return () => void connections.delete(listener)
    },
    addFile: file => Promise.resolve({ ok: true, data: words.addFile(file) }),
    openExternal: url => void opened.push(url),
  }
}

function preview(
  draft: Handlers['plans.preview'] extends (input: infer I) => unknown ? I : never,
  now: number,
) {
  const chats = new Map(chatsOf(draft.accountId ?? '').map(chat => [chat.id, chat]))
  const rule = draft.mode === 'repeat' ? (draft.rule ?? null) : null
  const reach = rule === null ? [] : ruleDates(rule, draft.timeZone)
  const locals = rule === null ? draft.dates : reach.map(({ local }) => local)
  const items = locals.flatMap(local =>
    draft.chatIds.map(chatId => ({
      chatId,
      chatTitle: chats.get(chatId)?.title ?? chatId,
      at: toInstant(local, draft.timeZone).replace('.000Z', 'Z'),
      local,
      text: draft.text.replaceAll('{groupe}', chats.get(chatId)?.title ?? ''),
      entities: draft.entities,
      topic: null,
      sendAs: null,
    })),
  )
  const findings: Finding[] = []
  if (draft.text.trim() === '') findings.push({ severity: 'blocker', code: 'plan/empty-text', chatIds: [] })
  if (items.some(({ at }) => Date.parse(at) <= now)) {
    findings.push({ severity: 'blocker', code: 'plan/date-past', chatIds: [] })
  }
  const slow = draft.chatIds.filter(id => (chats.get(id)?.slowModeSeconds ?? 0) > 0)
  if (slow.length > 0) {
    findings.push({
      severity: 'warning',
      code: 'finding/slow-mode',
      params: { seconds: 3600 },
      chatIds: slow,
    })
  }
  const guests = draft.chatIds.filter((id: ChatId) => chats.get(id)?.admin === false)
  if (guests.length > 0) {
    findings.push({
      severity: 'info',
      code: 'finding/not-admin-in-many',
      params: { count: guests.length },
      chatIds: guests,
    })
  }
  const series = rule === null ? null : { reserveUntil: items.at(-1)?.at ?? null, dates: reach }
  const width = 100 / Math.max(1, draft.media.length)
  const tiles = draft.media.map(({ id }, index) => ({ id, x: index * width, y: 0, width, height: 100 }))
  const album = tiles.length === 0 ? null : { aspect: 1.6, tiles }
  return { items, series, album, findings, placingSeconds: items.length * 3, token: 'fake-token' }
}

/** Four dates, a week apart, from the first that falls on a day of the week's rule: the rules themselves are the core's. */
function ruleDates(rule: Recurrence, zone: string): RuleDate[] {
  const { frequency, from } = rule
  const weekday = (new Date(from).getUTCDay() + 6) % 7
  const until =
    frequency.unit === 'week' ? Math.min(...frequency.days.map(day => (day - 1 - weekday + 7) % 7)) : 0
  return [0, 7, 14, 21].map(days => {
    const local = `${addDays(from, until + days)}T${rule.time}`
    return { at: toInstant(local, zone).replace('.000Z', 'Z'), local, adjustment: 'none' }
  })
}
