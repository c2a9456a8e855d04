import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatId, Finding, PlanDraft } from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import { fakeChannel } from '../telegram/testing/fake-data-centre.ts'
import { confirm, draftOf, signedInMessaging, type Messaging } from '../telegram/testing/messaging-core.ts'
import { canonicalContent } from '../messages/index.ts'
import { expand } from './expand.ts'
import { newRandomId, createPlans } from './index.ts'

const none = (): ReadonlySet<number> => new Set()
const chats = (...ids: string[]) => ids as ChatId[]
const found = async (core: Pick<Messaging, 'handlers'>, draft: PlanDraft): Promise<readonly Finding[]> =>
  (await core.handlers['plans.preview'](draft)).findings
const codes = async (core: Pick<Messaging, 'handlers'>, draft: PlanDraft) =>
  (await found(core, draft)).map(({ severity, code }) => `${severity} ${code}`)

describe('what a plan comes to', () => {
  test('A2: 09:00 in Paris is 08:00Z in January and 07:00Z in July', () => {
    const { items } = expand(
      { chatIds: chats('-1'), dates: ['2027-07-15T09:00', '2027-01-15T09:00'], timeZone: 'Europe/Paris' },
      none,
    )
    expect(items.map(({ at }) => new Date(at * 1000).toISOString())).toEqual([
      '2027-01-15T08:00:00.000Z',
      '2027-07-15T07:00:00.000Z',
    ])
  })

  test('every chat at every date, in the order in which they come out; repeated chats and dates count once', () => {
    const { items } = expand(
      {
        chatIds: chats('-2', '-1', '-2'),
        dates: ['2027-01-16T09:00', '2027-01-15T09:00', '2027-01-16T09:00'],
        timeZone: 'UTC',
      },
      none,
    )
    expect(items.map(({ chatId, local }) => [chatId, local])).toEqual([
      ['-2', '2027-01-15T09:00:00'],
      ['-1', '2027-01-15T09:00:00'],
      ['-2', '2027-01-16T09:00:00'],
      ['-1', '2027-01-16T09:00:00'],
    ])
  })

  test('two dates that a clock change makes one stay two, a second apart, in that chat only', () => {
    const { items, adjusted } = expand(
      { chatIds: chats('-1'), dates: ['2027-03-28T02:30', '2027-03-28T03:30'], timeZone: 'Europe/Paris' },
      none,
    )
    expect(items.map(({ local }) => local)).toEqual(['2027-03-28T03:30:00', '2027-03-28T03:30:01'])
    expect(adjusted).toEqual([{ date: '2027-03-28T02:30', local: '2027-03-28T03:30:00', adjustment: 'gap' }])
  })

  test('no two messages of a chat ever share a second, not even with earlier plans', () => {
    const date = fc.integer({ min: 0, max: 40 }).map(s => `2027-01-15T09:00:${String(s).padStart(2, '0')}`)
    fc.assert(
      fc.property(
        fc.array(date, { maxLength: 12 }),
        fc.array(fc.integer({ min: 0, max: 40 })),
        (dates, held) => {
          const first = Date.parse('2027-01-15T09:00:00Z') / 1000
          const taken = new Set(held.map(second => first + second))
          const { items } = expand({ chatIds: chats('-1', '-2'), dates, timeZone: 'UTC' }, () => taken)
          const places = items.map(({ chatId, at }) => `${chatId} ${at}`)
          expect(new Set(places).size).toBe(places.length)
          expect(items.some(({ at }) => taken.has(at))).toBe(false)
          expect(items).toHaveLength(new Set(dates).size * 2)
        },
      ),
    )
  })

  test('the text is the one Telegram keeps: blank ends go, and the formatting stays on its letters', () => {
    const { text, entities } = canonicalContent('  Bonjour à tous \n', [
      { type: 'bold', offset: 2, length: 7 },
      { type: 'italic', offset: 0, length: 2 },
      { type: 'code', offset: 12, length: 40 },
    ])
    expect(text).toBe('Bonjour à tous')
    expect(entities).toEqual([
      { type: 'bold', offset: 0, length: 7 },
      { type: 'code', offset: 10, length: 4 },
    ])
  })

  test('a random_id is never zero and fits in 64 signed bits', () => {
    let call = 0
    const random = { bytes: (n: number) => new Uint8Array(n).fill(call++ === 0 ? 0 : 255) }
    expect(newRandomId(random)).toBe('-1')
  })
})

describe('what the preview warns of', () => {
  test('a plain plan has nothing to say, and shows what each chat gets and how long placing takes', async () => {
    const core = await signedInMessaging()
    const draft = draftOf(core.accountId, { chatIds: chats('-1001', '-1002') })
    expect(await core.handlers['plans.preview'](draft)).toMatchObject({
      items: [
        {
          chatTitle: 'Annonces',
          at: '2027-01-05T08:00:00Z',
          local: '2027-01-05T09:00:00',
          text: 'Bonjour à tous',
        },
        { chatTitle: 'Entraide' },
      ],
      findings: [],
      placingSeconds: 3,
    })
  })

  test.each([
    [{ text: ' \n ' }, 'blocker plan/empty-text'],
    [{ text: 'x'.repeat(4097) }, 'blocker plan/text-too-long'],
    [{ chatIds: [] }, 'blocker plan/no-chat'],
    [{ dates: [] }, 'blocker plan/no-date'],
    [{ timeZone: 'Europe/Atlantis' }, 'blocker plan/zone-unknown'],
    [{ dates: ['2027-02-30T09:00'] }, 'blocker plan/date-invalid'],
    [{ dates: ['2027-01-04T09:59'] }, 'blocker plan/date-past'],
    [{ dates: ['2027-01-04T10:00:30'] }, 'blocker plan/date-too-soon'],
    [{ dates: ['2028-01-06T09:00'] }, 'blocker plan/date-too-late'],
    [{ dates: ['2027-03-28T02:30'] }, 'warning finding/dst-gap'],
    [{ dates: ['2027-10-31T02:30'] }, 'info finding/dst-overlap'],
    [{ chatIds: chats('-1009') }, 'blocker chat/unknown'],
    [{ accountId: null }, 'blocker account/unknown'],
  ] as const)('%j: %s', async (over, expected) => {
    const core = await signedInMessaging()
    const draft = draftOf(core.accountId, over as Partial<PlanDraft>)
    expect(await codes(core, draft)).toContain(expected)
  })

  test('exactly 4,096 characters, 60 seconds and 365 days are still good', async () => {
    const core = await signedInMessaging()
    const draft = draftOf(core.accountId, {
      text: 'x'.repeat(4096),
      dates: ['2027-01-04T10:01', '2028-01-04T10:00'],
    })
    expect(await found(core, draft)).toEqual([])
  })

  test('A11: a chat one may not write in stops the plan; slow mode is told; many chats ask for a second look', async () => {
    const core = await signedInMessaging()
    core.dc.setDialogs(
      Array.from({ length: 60 }, (_, i) =>
        fakeChannel(String(i + 1), `Groupe ${i}`, { admin: false, canPost: i !== 7, slowMode: i === 3 }),
      ),
    )
    const reading = core.handlers['targets.list']({ accountId: core.accountId, refresh: true })
    await core.time.advance(5000)
    const { chats: all } = await reading
    const draft = draftOf(core.accountId, { chatIds: all.map(({ id }) => id) })
    const findings = await found(core, draft)
    expect(findings[0]).toMatchObject({
      severity: 'blocker',
      code: 'telegram/not-allowed-in-chat',
      chatIds: ['-1008'],
    })
    expect(findings).toContainEqual({
      severity: 'warning',
      code: 'finding/many-chats',
      params: { count: 61, limit: 50 },
      chatIds: [],
    })
    expect(findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['finding/not-admin-in-many', 'finding/slow-mode']),
    )
  })

  test('the hundred places of a chat are counted with what is planned there already', async () => {
    const core = await signedInMessaging()
    const days = (month: string, n: number) =>
      Array.from(
        { length: n },
        (_, i) =>
          `2027-${month}-${String((i % 28) + 1).padStart(2, '0')}T${String(10 + Math.floor(i / 28))}:00`,
      )
    await confirm(core, draftOf(core.accountId, { dates: days('02', 60) }))
    const more = (n: number) => draftOf(core.accountId, { text: 'Autre', dates: days('03', n) })
    expect(await codes(core, more(20))).toEqual([])
    expect(await codes(core, more(35))).toContain('warning finding/quota-nearly-full')
    expect(await codes(core, more(41))).toContain('blocker telegram/quota-of-chat')
  })

  test('the same text in the same chat within a day is pointed out, from whichever account', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId))
    const at = (date: string) => draftOf(core.accountId, { dates: [date] })
    expect(await codes(core, at('2027-01-06T08:59'))).toEqual(['warning finding/duplicate-in-chat'])
    expect(await codes(core, at('2027-01-06T09:00'))).toEqual([])
  })

  test('more messages than can be placed before their dates stop the plan', async () => {
    const core = await signedInMessaging()
    core.dc.setDialogs(Array.from({ length: 50 }, (_, i) => fakeChannel(String(i + 1), `Groupe ${i}`)))
    await core.handlers['targets.list']({ accountId: core.accountId, refresh: true })
    const chatIds = Array.from({ length: 50 }, (_, i) => `-100${i + 1}`) as ChatId[]
    expect(await codes(core, draftOf(core.accountId, { chatIds, dates: ['2027-01-04T10:02'] }))).toEqual([
      'blocker plan/date-too-soon',
    ])
    expect(await codes(core, draftOf(core.accountId, { chatIds, dates: ['2027-01-04T10:05'] }))).toEqual([])
  })

  test('more than two thousand messages at once are refused without being laid out', async () => {
    const core = await signedInMessaging()
    const chatIds = Array.from({ length: 1000 }, (_, i) => `-100${i + 1}`) as ChatId[]
    const draft = draftOf(core.accountId, {
      chatIds,
      dates: ['2027-02-01T09:00', '2027-02-02T09:00', '2027-02-03T09:00'],
    })
    const preview = await core.handlers['plans.preview'](draft)
    expect(preview.items).toEqual([])
    expect(preview.findings.map(({ code }) => code)).toContain('plan/too-many-deliveries')
  })

  test('offline, a plan may be made; restricted, it may not', async () => {
    const core = await signedInMessaging()
    core.dc.setDown(true)
    await core.time.advance(0)
    expect(await codes(core, draftOf(core.accountId))).toEqual(['warning finding/offline-placement'])
    core.accounts.report(core.accountId, { reaction: 'STOP', code: 'telegram/restricted', rpc: 'PEER_FLOOD' })
    expect(await codes(core, draftOf(core.accountId))).toEqual(['blocker telegram/restricted'])
  })
})

describe('confirming', () => {
  const failureOf = async (work: () => unknown): Promise<string> => {
    try {
      await work()
      return 'no failure'
    } catch (error) {
      return error instanceof CallFailure ? error.error.code : String(error)
    }
  }

  test('what is confirmed is exactly what was shown: any other draft is refused', async () => {
    const core = await signedInMessaging()
    const draft = draftOf(core.accountId)
    const { token } = await core.handlers['plans.preview'](draft)
    const changes: Partial<PlanDraft>[] = [
      { text: 'Autre' },
      { dates: ['2027-01-05T09:01'] },
      { chatIds: chats('-1002') },
      { silent: true },
      { linkPreview: false },
      { timeZone: 'Europe/Madrid', dates: ['2027-01-05T09:00'] },
      { entities: [{ type: 'bold', offset: 0, length: 3 }] },
    ]
    for (const change of changes)
      expect(
        await failureOf(() => core.handlers['plans.confirm']({ draft: { ...draft, ...change }, token })),
      ).toBe('plan/changed-since-preview')
    expect(await failureOf(() => core.handlers['plans.confirm']({ draft, token: 'x' }))).toBe(
      'plan/changed-since-preview',
    )
    expect(await core.handlers['plans.confirm']({ draft, token })).toMatchObject({ deliveries: 1 })
  })

  test('confirming twice stores once; the same plan previewed again is another plan', async () => {
    const core = await signedInMessaging()
    const draft = draftOf(core.accountId)
    const { token } = await core.handlers['plans.preview'](draft)
    const first = await core.handlers['plans.confirm']({ draft, token })
    expect(await core.handlers['plans.confirm']({ draft, token })).toEqual(first)
    expect(core.database.all('SELECT * FROM delivery')).toHaveLength(1)
    expect((await confirm(core, draft)).planId).not.toBe(first.planId)
  })

  test('a plan with a blocker is refused by its code and stores nothing', async () => {
    const core = await signedInMessaging()
    expect(await failureOf(() => confirm(core, draftOf(core.accountId, { text: '' })))).toBe(
      'plan/empty-text',
    )
    expect(core.database.all('SELECT * FROM plan')).toEqual([])
  })

  test('a date that has come too close since the preview is refused', async () => {
    const core = await signedInMessaging()
    const draft = draftOf(core.accountId, { dates: ['2027-01-04T10:02'] })
    const { token } = await core.handlers['plans.preview'](draft)
    await core.time.advance(90_000)
    expect(await failureOf(() => core.handlers['plans.confirm']({ draft, token }))).toBe('plan/date-too-soon')
  })

  test('all of a plan is stored or nothing of it', async () => {
    const core = await signedInMessaging()
    const draft = draftOf(core.accountId, { chatIds: chats('-1001', '-1002') })
    core.database.run(`CREATE TEMP TRIGGER full BEFORE INSERT ON delivery WHEN NEW.chat_id = '-1002'
      BEGIN SELECT RAISE(ABORT, 'disk full'); END`)
    expect(await failureOf(() => confirm(core, draft))).toContain('disk full')
    expect(core.database.all('SELECT * FROM delivery')).toEqual([])
    expect(core.database.all('SELECT * FROM plan')).toEqual([])
  })

  test('the text cannot be read in the database', async () => {
    const core = await signedInMessaging()
    await confirm(core, draftOf(core.accountId, { text: 'Rendez-vous secret' }))
    for (const table of ['plan', 'delivery'])
      for (const row of core.database.all(`SELECT * FROM ${table}`))
        for (const value of Object.values(row))
          expect(
            value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value),
          ).not.toMatch(/secret/)
  })

  test('without a licence nothing new is stored', async () => {
    const core = await signedInMessaging()
    const plans = createPlans({
      random: { bytes: n => new Uint8Array(n).fill(1) },
      accounts: core.accounts,
      targets: core.targets,
      delivery: core.delivery,
      media: core.media,
      series: core.series,
      language: () => 'fr',
      now: core.time.clock.now,
      pace: () => ({ delaySeconds: 3, perMinute: 20 }),
      maxGroupsWarning: () => 50,
      requireLicense: () => {
        throw new CallFailure('license/required')
      },
    })
    const draft = draftOf(core.accountId)
    const { token } = await plans['plans.preview'](draft)
    expect(await failureOf(() => plans['plans.confirm']({ draft, token }))).toBe('license/required')
    expect(core.database.all('SELECT * FROM plan')).toEqual([])
  })
})
