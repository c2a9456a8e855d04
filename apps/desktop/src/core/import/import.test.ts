import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AccountId, AccountView, ErrorCode, EventMessage, Inspection } from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import { CallFailure } from '../failure.ts'
import type { Me } from '../telegram/gateway.ts'
import {
  fakeTime,
  memoryDatabase,
  memoryLog,
  openSealer,
  seededRandom,
  tempFolder,
} from '../testing/index.ts'
import { createImport } from './index.ts'
import { lockedByOldProgram, telethonFile, telethonString } from './testing/old-program.ts'
import { oldEntry, oldTask, writeProfile } from './testing/old-profile.ts'

const NASSIM = { sessionId: 'session_33639980002', phone: '33639980002' }
const MACHINE = '4C4C4544-0042-3010-8054-B7C04F4D3532'
const key = new Uint8Array(randomBytes(256))

/** Accounts as far as an import sees them; `owner` is whose session Telegram says it is. */
function fakeAccounts(owner: Partial<Me> & { refusal?: ErrorCode } = {}) {
  const adopted: Uint8Array[] = []
  const phones = new Map<string, AccountId>()
  const accounts: Pick<Accounts, 'adopt' | 'holdsKey' | 'withPhone'> = {
    holdsKey: asked => Promise.resolve(adopted.some(one => Buffer.from(one).equals(asked))),
    withPhone: phone => phones.get(phone) ?? null,
    adopt: async (session, accept) => {
      if (owner.refusal) throw new CallFailure(owner.refusal)
      if (await accounts.holdsKey(session.key)) throw new CallFailure('telegram/account-already-added')
      const phone = owner.phone ?? NASSIM.phone
      accept({ userId: '2', name: 'Nassim', username: null, phone, premium: false, bot: false, ...owner })
      adopted.push(session.key.slice())
      phones.set(phone, 'a1' as AccountId)
      return { id: 'a1' as AccountId } as AccountView
    },
  }
  return { accounts, adopted }
}

function setup(owner: Parameters<typeof fakeAccounts>[0] = {}) {
  const time = fakeTime()
  const database = memoryDatabase()
  const { log, lines } = memoryLog()
  const events: EventMessage[] = []
  const { accounts, adopted } = fakeAccounts(owner)
  const defaults: unknown[] = []
  const { handlers, stop } = createImport({
    adoptDefaults: (accountId, old) => void defaults.push({ accountId, ...old }),
    database,
    sealer: openSealer(),
    timers: time.timers,
    random: seededRandom(),
    log,
    emit: (name, payload) => events.push({ name, revision: 0, payload } as EventMessage),
    accounts,
  })
  const inspect = (path: string, machineId: string | null = null) =>
    Promise.resolve(handlers['import.inspect']({ kind: 'path', path, machineId }))
  const runAll = ({ inspectionId, items }: Inspection) =>
    Promise.resolve(handlers['import.run']({ inspectionId, itemIds: items.map(({ id }) => id) }))
  const drafts = () => Promise.resolve(handlers['import.drafts']({}))
  return { handlers, inspect, runAll, drafts, stop, time, database, lines, events, adopted, defaults }
}

const index = (over: object = {}): object => ({
  [NASSIM.sessionId]: {
    session_id: NASSIM.sessionId,
    phone: '+33 6 39 98 00 02',
    api_id: '1',
    api_hash: 'x',
    account_name: 'Nassim',
    status: 'active',
    ...over,
  },
})
const wholeProfile = () =>
  writeProfile(tempFolder(), {
    'sessions/sessions_index.json': index({
      default_message: 'Bonjour !',
      default_schedules: ['9:00', '18:30', 'soir'],
    }),
    [`sessions/${NASSIM.sessionId}.session`]: telethonFile({ key }),
    'config/scheduled_tasks.json': [oldTask()],
    'logs/send_history.json': [oldEntry(), oldEntry({ timestamp: '2026-10-03T10:00:00' })],
  })
const codeOf = (promise: Promise<unknown>) => expect(promise).rejects
const summary = ({ items }: Inspection) =>
  items.map(({ kind, state, problem }) => [kind, state, ...(problem === null ? [] : [problem])])

test('a whole folder is looked at first, and looking changes nothing here nor there', async () => {
  const it = setup()
  const folder = wholeProfile()
  const before = readdirSync(folder, { recursive: true }).sort()
  const found = await it.inspect(folder)
  expect(summary(found)).toEqual([
    ['account', 'ready'],
    ['default-text', 'ready'],
    ['draft', 'ready'],
    ['history', 'ready'],
  ])
  expect(found.items.map(({ title, count }) => [title, count])).toEqual([
    ['Nassim', 1],
    ['Bonjour !', 1],
    ['Rendez-vous dimanche', 1],
    ['send_history.json', 2],
  ])
  expect(it.adopted).toEqual([])
  expect(it.database.all('SELECT * FROM sealed_record')).toEqual([])
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before)
})

test('then everything is imported, text and history sealed, each draft with its account', async () => {
  const it = setup()
  const found = await it.inspect(wholeProfile())
  expect((await it.runAll(found)).map(({ outcome }) => outcome)).toEqual(Array(4).fill('imported'))
  expect(it.adopted).toEqual([key])
  expect(it.defaults).toEqual([{ accountId: 'a1', text: 'Bonjour !', hours: ['09:00', '18:30'] }])
  expect((await it.drafts()).sort((a, b) => a.kind.localeCompare(b.kind))).toMatchObject([
    { kind: 'default-text', accountId: 'a1', text: 'Bonjour !', hours: ['09:00', '18:30'] },
    {
      kind: 'draft',
      accountId: 'a1',
      date: '2027-07-14T09:00',
      chats: [{ id: '-1001234567890', title: 'Le jardin partagé' }],
    },
  ])
  const history = await it.handlers['import.history']({ before: null })
  expect(history.map(({ notedAt }) => notedAt)).toEqual(['2026-10-03T10:00', '2026-10-01T08:00'])
  const kept = it.database.all('SELECT sealed FROM sealed_record')
  expect(kept).toHaveLength(4)
  for (const row of kept)
    expect(Buffer.from(row['sealed'] as Uint8Array).toString('latin1')).not.toMatch(/Bonjour|Rendez|jardin/)
  expect(it.events.map(({ payload }) => payload)).toMatchObject([
    { done: 0, total: 4 },
    {},
    {},
    {},
    { done: 4 },
  ])
})

test('importing a second time adds nothing and overwrites nothing', async () => {
  const it = setup()
  const folder = wholeProfile()
  await it.runAll(await it.inspect(folder))
  const rows = it.database.all('SELECT * FROM sealed_record')
  const again = await it.inspect(folder)
  expect(again.items.map(({ state }) => state)).toEqual(Array(4).fill('present'))
  expect((await it.runAll(again)).map(({ outcome }) => outcome)).toEqual(Array(4).fill('present'))
  expect(it.adopted).toHaveLength(1)
  expect(it.database.all('SELECT * FROM sealed_record')).toEqual(rows)
})

test('a session that belongs to somebody else than the index says is not imported', async () => {
  const it = setup({ phone: '33639989999' })
  const [account] = await it.runAll(await it.inspect(wholeProfile()))
  expect(account).toMatchObject({ outcome: 'failed', problem: 'import/other-account' })
  expect(it.adopted).toEqual([])
})

test('what Telegram refuses is told for its item, and the others go on', async () => {
  const it = setup({ refusal: 'telegram/signed-out' })
  const results = await it.runAll(await it.inspect(wholeProfile()))
  expect(results.map(({ outcome }) => outcome)).toEqual(['failed', 'imported', 'imported', 'imported'])
  expect(results[0]?.problem).toBe('telegram/signed-out')
})

describe('texts', () => {
  const draftsOf = async (...tasks: object[]) => {
    const it = setup()
    const folder = writeProfile(tempFolder(), { 'config/scheduled_tasks.json': tasks })
    return (await it.inspect(folder)).items
  }

  test('of 200 characters, which the older program cut, carry a warning; so do lost files and dates', async () => {
    const [cut, short, file, date] = await draftsOf(
      oldTask({ message: '🌻'.repeat(200) }),
      oldTask({ message: 'x'.repeat(199) }),
      oldTask({ message: 'a', file_path: 'C:\\image.png' }),
      oldTask({ message: 'b', schedule_time: '2027-02-30T09:00:00' }),
    )
    expect(cut?.warnings).toEqual(['text-cut'])
    expect(short?.warnings).toEqual([])
    expect(file?.warnings).toEqual(['file-left-out'])
    expect(date?.warnings).toEqual(['date-unreadable'])
  })

  test('that were sent already, or that are no tasks, are left out', async () => {
    expect(
      await draftsOf(oldTask({ status: 'completed' }), oldTask(), { message: 5 }, oldTask({ task_id: null })),
    ).toHaveLength(1)
  })

  test('to a person keep the name and lose the address', async () => {
    const it = setup()
    const folder = writeProfile(tempFolder(), {
      'config/scheduled_tasks.json': [oldTask({ groups: [{ id: 12345, title: 'Camille' }] })],
    })
    await it.runAll(await it.inspect(folder))
    expect((await it.drafts())[0]?.chats).toEqual([{ id: null, title: 'Camille' }])
  })
})

describe('locked sessions', () => {
  const locked = () => {
    const salt = randomBytes(32)
    return writeProfile(tempFolder(), {
      'config/.salt': new Uint8Array(salt),
      [`sessions/${NASSIM.sessionId}.enc`]: lockedByOldProgram(telethonFile({ key }), MACHINE, salt),
    })
  }

  test('open with the machine’s id', async () => {
    const it = setup()
    const found = await it.inspect(locked(), ` ${MACHINE} `)
    expect(summary(found)).toEqual([['account', 'ready']])
    await it.runAll(found)
    expect(it.adopted).toEqual([key])
  })

  test('ask for it, and say when it is the wrong one', async () => {
    const it = setup()
    const folder = locked()
    expect(summary(await it.inspect(folder))).toEqual([['account', 'refused', 'import/machine-id-needed']])
    expect(summary(await it.inspect(folder, 'autre'))).toEqual([
      ['account', 'refused', 'import/machine-id-wrong'],
    ])
  })

  test('are not needed where the plain file is there too', async () => {
    const folder = locked()
    writeProfile(folder, { [`sessions/${NASSIM.sessionId}.session`]: telethonFile({ key }) })
    expect(summary(await setup().inspect(folder))).toEqual([['account', 'ready']])
  })
})

describe('hostile folders', () => {
  test.skipIf(process.platform === 'win32')(
    'a link that leads out of the folder is not followed',
    async () => {
      const outside = writeProfile(tempFolder(), {
        'secret.session': telethonFile({ key }),
        'tasks.json': [oldTask()],
      })
      const folder = tempFolder()
      mkdirSync(join(folder, 'sessions'))
      mkdirSync(join(folder, 'config'))
      symlinkSync(join(outside, 'secret.session'), join(folder, 'sessions', 'a.session'))
      symlinkSync(join(outside, 'tasks.json'), join(folder, 'config', 'scheduled_tasks.json'))
      symlinkSync('/dev/zero', join(folder, 'sessions', 'b.session'))
      expect(summary(await setup().inspect(folder))).toEqual([
        ['account', 'refused', 'import/outside-folder'],
        ['account', 'refused', 'import/outside-folder'],
        ['draft', 'refused', 'import/outside-folder'],
      ])
    },
  )

  test('a name of the index leads nowhere: only files that are there are opened', async () => {
    const root = tempFolder()
    writeProfile(root, { 'victim.session': telethonFile({ key }) })
    const folder = writeProfile(join(root, 'profile'), {
      'sessions/sessions_index.json': { '../../victim': { account_name: 'Victime' } },
    })
    expect(summary(await setup().inspect(folder))).toEqual([['account', 'refused', 'import/no-session']])
  })

  test.each(['', 'null', '{', '[1,2', '"x"', '{"a":[]}', '\u0000', '[[[[]]]]'])(
    'broken files (%j) are refused each for itself',
    async text => {
      const folder = writeProfile(tempFolder(), {
        'sessions/sessions_index.json': text,
        'sessions/a.session': text,
        'config/scheduled_tasks.json': text,
        'logs/send_history.json': text,
      })
      const found = await setup().inspect(folder)
      for (const { state, problem } of found.items) {
        expect(state).toBe('refused')
        expect(problem).toMatch(/^import\/(damaged|foreign|no-session)$/)
      }
    },
  )

  test('a folder that is called like a file is no file', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'sessions', 'a.session'), { recursive: true })
    expect(summary(await setup().inspect(folder))).toEqual([['account', 'refused', 'import/foreign']])
  })
})

describe('other sources', () => {
  test('a string and an uploaded file hold one account each', async () => {
    const it = setup()
    const text = await it.handlers['import.inspect']({ kind: 'string', text: telethonString({ key }) })
    expect(summary(text)).toEqual([['account', 'ready']])
    const base64 = Buffer.from(telethonFile({ key })).toString('base64')
    const file = await it.handlers['import.inspect']({ kind: 'file', name: '../../a.session', base64 })
    expect(file.items).toMatchObject([{ title: 'a.session', state: 'ready' }])
    await it.runAll(file)
    expect(it.adopted).toEqual([key])
    expect(await it.runAll(text)).toMatchObject([{ outcome: 'present' }])
  })

  test('a path to one file is read as that file', async () => {
    const path = join(tempFolder(), 'moi.session')
    writeFileSync(path, telethonFile({ key }))
    expect(summary(await setup().inspect(path))).toEqual([['account', 'ready']])
    writeFileSync(path, 'autre chose')
    expect(summary(await setup().inspect(path))).toEqual([['account', 'refused', 'import/foreign']])
  })

  test('a path that is not there, is relative, or holds nothing, says so', async () => {
    const it = setup()
    await codeOf(it.inspect(join(tempFolder(), 'absent'))).toThrow('import/path-unknown')
    await codeOf(it.inspect('sessions')).toThrow('import/path-unknown')
    await codeOf(it.inspect(tempFolder())).toThrow('import/nothing-found')
  })
})

test('keys are forgotten after a while, and no inspection outlives the vault', async () => {
  const it = setup()
  const folder = wholeProfile()
  const found = await it.inspect(folder)
  await it.time.advance(15 * 60_000)
  await codeOf(it.runAll(found)).toThrow('import/over')
  const next = await it.inspect(folder)
  it.stop()
  await codeOf(it.runAll(next)).toThrow('import/over')
})

test('nothing of a key, a number or a text is ever logged or told', async () => {
  const it = setup()
  const found = await it.inspect(wholeProfile())
  const results = await it.runAll(found)
  const told = JSON.stringify([it.lines, it.events, results, found])
  for (const secret of [Buffer.from(key).toString('base64').slice(0, 40), NASSIM.phone])
    expect(told.replaceAll(NASSIM.sessionId, '')).not.toContain(secret)
  expect(JSON.stringify(it.lines)).not.toContain('Rendez-vous')
})
