import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type {
  AccountId,
  ChatId,
  EventMessage,
  MediaFile,
  PlanDraft,
  PlanMedia,
} from '../../../contract/index.ts'
import { createAccounts, createRemoval } from '../../accounts/index.ts'
import { createDelivery, type PaceSettings } from '../../delivery/index.ts'
import { createMedia } from '../../media/index.ts'
import { createPlans } from '../../plans/index.ts'
import type { Emit } from '../../ports.ts'
import { createSeries } from '../../series/index.ts'
import type { Database } from '../../storage/database.ts'
import { createTargets } from '../../targets/index.ts'
import { createSealedRecords } from '../../vault/index.ts'
import {
  fakeTime,
  memoryDatabase,
  memoryLog,
  openSealer,
  seededRandom,
  tempFolder,
} from '../../testing/index.ts'
import type { FakeTime } from '../../testing/index.ts'
import type { TelegramGateway } from '../gateway.ts'
import { createFakeDataCentre, fakeChannel, fakeUser, type FakeDataCentre } from './fake-data-centre.ts'

export type Messaging = ReturnType<typeof createMessaging>

type Parts = {
  readonly time?: FakeTime
  readonly database?: Database
  readonly folder?: string
  readonly mediaFolder?: string
  readonly gateway?: TelegramGateway
  readonly pace?: PaceSettings
  readonly seed?: string
  readonly mayCreate?: () => boolean
}

/** Accounts, chats, plans and deliveries over a data centre in memory, wired as in the product. */
export function createMessaging(dc: FakeDataCentre, parts: Parts = {}) {
  const time = parts.time ?? fakeTime()
  const database = parts.database ?? memoryDatabase()
  const random = seededRandom(parts.seed)
  const events: { name: EventMessage['name']; payload: unknown }[] = []
  const emit: Emit = (name, payload) => void events.push({ name, payload })
  const { log, lines } = memoryLog()
  const shared = { database, sealer: openSealer(), clock: time.clock, timers: time.timers, random, log, emit }
  const pace = (): PaceSettings => parts.pace ?? { delaySeconds: 3, perMinute: 20 }

  const accounts = createAccounts({
    ...shared,
    gateway: parts.gateway ?? dc.gateway,
    app: () => ({ apiId: 1, apiHash: 'test' }),
    device: { appVersion: '0.0.0', language: 'fr' },
    sessionsFolder: parts.folder ?? tempFolder(),
  })
  const targets = createTargets({ ...shared, accounts })
  const heard: Emit = (name, payload) => {
    emit(name, payload)
    if (name === 'deliveries.changed') series.wakeSoon()
  }
  const records = createSealedRecords(database, shared.sealer, log)
  const media = createMedia({
    ...shared,
    records,
    folder: parts.mediaFolder ?? join(parts.folder ?? tempFolder(), 'media'),
    inUse: () => [...delivery.mediaInUse(), ...series.mediaInUse()],
  })
  const delivery = createDelivery({ ...shared, emit: heard, accounts, targets, media, pace })
  const series = createSeries({
    ...shared,
    accounts,
    targets,
    delivery,
    mayCreate: () => parts.mayCreate?.() ?? true,
  })
  const plans = createPlans({
    random,
    accounts,
    targets,
    delivery,
    media,
    series,
    language: () => 'fr',
    now: time.clock.now,
    pace,
    maxGroupsWarning: () => 50,
    requireLicense: () => undefined,
  })

  return {
    time,
    database,
    events,
    lines,
    accounts,
    targets,
    delivery,
    plans,
    media,
    series,
    handlers: {
      ...accounts.handlers,
      ...targets.handlers,
      ...delivery.handlers,
      ...plans,
      ...series.handlers,
      ...media.handlers,
      ...createRemoval(accounts.handlers['accounts.remove'], accounts.ids, {
        counts: delivery.underWay,
        cancelAll: delivery.cancelAll,
        series: series.countOf,
      }),
    },
    start: async (): Promise<void> => {
      const connecting = accounts.start()
      // Whatever stops the rest, this one is waited for by nobody then.
      connecting.catch(() => undefined)
      media.start()
      series.start()
      delivery.start()
      await connecting
    },
    stop: async (): Promise<void> => {
      series.stop()
      await delivery.stop()
      await media.stop()
      await accounts.stop()
    },
  }
}

/** A data centre with one user and two channels, and a messaging core signed in to it with its chats read. */
export async function signedInMessaging(parts: Parts = {}) {
  const time = parts.time ?? fakeTime()
  const dc = createFakeDataCentre(time.clock)
  dc.addUser(fakeUser(1))
  dc.setDialogs([fakeChannel('1', 'Annonces'), fakeChannel('2', 'Entraide')])
  const core = createMessaging(dc, { ...parts, time })
  await core.start()
  onTestFinished(() => core.stop())
  const accountId = await signIn(core, 1)
  await core.handlers['targets.list']({ accountId, refresh: true })
  return { ...core, dc, accountId }
}

export async function signIn(core: Messaging, number: number): Promise<AccountId> {
  const code = await core.handlers['accounts.signIn']({ phone: `+33 6 39 98 00 0${number}` })
  if (code.step !== 'code') throw new Error('no code was asked for')
  const done = await core.handlers['accounts.submitCode']({ signInId: code.signInId, code: '12345' })
  if (done.step !== 'done') throw new Error('not signed in')
  return done.account.id
}

export const draftOf = (accountId: AccountId, over: Partial<PlanDraft> = {}): PlanDraft => ({
  accountId,
  chatIds: ['-1001' as ChatId],
  text: 'Bonjour à tous',
  entities: [],
  media: [],
  places: [],
  silent: false,
  linkPreview: true,
  dates: ['2027-01-05T09:00'],
  timeZone: 'Europe/Paris',
  mode: 'once',
  rule: null,
  staggerMinutes: 0,
  ...over,
})

/** Previews and confirms, as the interface does. */
export async function confirm(core: Pick<Messaging, 'handlers'>, draft: PlanDraft) {
  const { token } = await core.handlers['plans.preview'](draft)
  return core.handlers['plans.confirm']({ draft, token })
}

/** Takes a file in, as a host does. */
export async function addFile(core: Pick<Messaging, 'media'>, name: string, bytes: Uint8Array) {
  const { hostHandlers } = core.media
  const { intake } = await hostHandlers['media.begin']({ name, size: bytes.length })
  for (let from = 0; from < bytes.length; from += 300_000)
    await hostHandlers['media.write']({
      intake,
      bytes: Uint8Array.from(bytes.subarray(from, from + 300_000)),
    })
  return hostHandlers['media.end']({ intake })
}

/** A file as part of a message. */
export const asMedia = ({ thumbnail: _, ...file }: MediaFile, over: Partial<PlanMedia> = {}): PlanMedia => ({
  ...file,
  spoiler: false,
  ...over,
})
