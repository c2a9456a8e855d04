import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ChatId, ParsedInput } from '../../contract/index.ts'
import { confirm, draftOf, signedInMessaging } from '../telegram/testing/messaging-core.ts'
import { eventually, tempFolder } from '../testing/index.ts'
import { csvRecord, readCsv } from './csv.ts'
import { createHistory } from './index.ts'

const AT = Date.parse('2027-01-05T08:00:00Z')

async function withHistory() {
  const core = await signedInMessaging()
  const logsFolder = tempFolder()
  const { clock, timers } = core.time
  let withTexts = false
  let settingsChanged = (): void => undefined
  const history = createHistory({
    clock,
    timers,
    log: () => undefined,
    logsFolder,
    delivery: core.delivery,
    withTexts: () => withTexts,
    watchSettings: listener => {
      settingsChanged = listener
      return () => undefined
    },
    accounts: async () => core.handlers['accounts.list']({}),
    chats: async accountId => (await core.handlers['targets.list']({ accountId, refresh: false })).chats,
    preview: core.handlers['plans.preview'],
    confirm: core.handlers['plans.confirm'],
  })
  const file = async (over: Partial<ParsedInput<'history.export'>>): Promise<string> => {
    let text = ''
    let cursor: string | null = null
    do {
      const piece = await history.handlers['history.export']({
        filter: { scope: 'all' },
        format: 'csv',
        bom: false,
        ...over,
        cursor,
      })
      text += piece.piece
      cursor = piece.next
    } while (cursor !== null)
    return text
  }
  const choose = (texts: boolean): void => {
    withTexts = texts
    settingsChanged()
  }
  return { ...core, history, logsFolder, file, choose }
}

test('what is written as CSV is read back as it was, commas, quotation marks and line breaks included', () => {
  const cells = ['a,b', 'dit « "oui" »', 'ligne 1\nligne 2', '', 'é🙂']
  expect(readCsv(csvRecord(cells) + csvRecord(['x']))).toEqual({
    lines: [
      { line: 1, cells },
      { line: 3, cells: ['x'] },
    ],
    open: null,
  })
})

test.each(['=1+1', '+33 6', '-2', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1+1', '＋1', '－1', '＠SUM(A1)'])(
  'a text that a spreadsheet would run as a formula (%j) is made a text',
  text => {
    expect(readCsv(csvRecord([text])).lines[0]?.cells[0]).toBe(`'${text}`)
  },
)

test.each([
  ['Club;=HYPERLINK("https://evil.example")', `Club;'=HYPERLINK("https://evil.example")`],
  ['Club\t@SUM(A1);+1', `Club\t'@SUM(A1);'+1`],
  ['Club; ＝1', `Club; '＝1`],
  ['a;-2+3', `a;'-2+3`],
  ['Super ;-) et -10 %, +5 € ; @nous\n@vous', `Super ;-) et -10 %, +5 € ; '@nous\n@vous`],
])(
  'a text that would be a formula behind the separator of another country (%j) is made a text there too',
  (text, written) => {
    expect(readCsv(`a,b\r\n${csvRecord(['x', text])}`).lines[1]?.cells[1]).toBe(written)
  },
)

test('semicolons, a byte order mark and a quotation mark left open are understood', () => {
  expect(readCsv('\uFEFFa;b\r\n1;2\r\n').lines.map(({ cells }) => cells)).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ])
  expect(readCsv('a,b\n1,"2\n3').open).toBe(2)
})

test('an export holds everything that the filter lets through, in each format', async () => {
  const core = await withHistory()
  await confirm(core, draftOf(core.accountId, { text: '=CMD()', chatIds: ['-1001', '-1002'] as ChatId[] }))
  await core.time.advance(10_000)
  const csv = await core.file({ bom: true })
  expect(csv.startsWith('\uFEFFdate_utc,')).toBe(true)
  const { lines } = readCsv(csv)
  expect(lines).toHaveLength(3)
  expect(lines[1]?.cells).toContain("'=CMD()")
  const json = JSON.parse(await core.file({ format: 'json' })) as { text: string }[]
  expect(json.map(({ text }) => text)).toEqual(['=CMD()', '=CMD()'])
  expect(
    JSON.parse(await core.file({ format: 'send-history', filter: { scope: 'past' } })) as unknown,
  ).toEqual([])
})

test('send_history.json is kept current, without the texts', async () => {
  const core = await withHistory()
  await confirm(core, draftOf(core.accountId))
  await core.time.advance(10_000)
  await core.time.advance(AT - core.time.clock.now() + 60_000)
  const entries = await eventually(async () => {
    const text = await readFile(join(core.logsFolder, 'send_history.json'), 'utf8')
    expect(text).not.toContain('Bonjour')
    const found = JSON.parse(text) as { status: string; group: string }[]
    expect(found).toHaveLength(1)
    return found
  })
  expect(entries[0]).toMatchObject({ status: 'published', group: 'Annonces', group_id: '-1001' })
  core.history.stop()
})

test('its texts are in send_history.json when somebody chooses so, and out of it when no longer', async () => {
  const core = await withHistory()
  await confirm(core, draftOf(core.accountId))
  await core.time.advance(10_000)
  await core.time.advance(AT - core.time.clock.now() + 60_000)
  await core.time.advance(10_000)
  // No time passes from here on: what is chosen holds at once.
  const written = (): Promise<string> => readFile(join(core.logsFolder, 'send_history.json'), 'utf8')
  core.choose(true)
  await eventually(async () => expect(await written()).toContain('Bonjour'))
  core.choose(false)
  await eventually(async () => expect(await written()).not.toContain('Bonjour'))
  core.history.stop()
})

test('statistics count what was published, late, failed and still to come, by day and account', async () => {
  const core = await withHistory()
  await confirm(core, draftOf(core.accountId, { dates: ['2027-01-05T09:00', '2027-01-07T09:00'] }))
  await core.time.advance(10_000)
  await core.time.advance(AT - core.time.clock.now() + 60_000)
  expect(
    await core.history.handlers['history.statistics']({
      from: '2027-01-01',
      to: '2027-01-31',
      timeZone: 'Europe/Paris',
    }),
  ).toEqual([
    { day: '2027-01-05', accountId: core.accountId, published: 1, late: 0, failed: 0, waiting: 0 },
    { day: '2027-01-07', accountId: core.accountId, published: 0, late: 0, failed: 0, waiting: 1 },
  ])
})

const FILE = `Discussion;Date;Heure;Texte
Annonces;14/07/2027;9h;"Bonjour; à tous"
-1002;2027-07-14;09:00;"Bonjour; à tous"
`

test('a file is read without storing anything, then scheduled once, however often that is asked', async () => {
  const core = await withHistory()
  const asked = { csv: FILE, accountId: core.accountId, timeZone: 'Europe/Paris' }
  const checked = await core.history.handlers['history.checkCsv'](asked)
  expect(checked.lines).toMatchObject([
    { line: 2, chatId: '-1001', at: '2027-07-14T07:00:00Z', text: 'Bonjour; à tous', problems: [] },
    { line: 3, chatId: '-1002', at: '2027-07-14T07:00:00Z', problems: [] },
  ])
  const count = () => core.database.all('SELECT 1 FROM delivery').length
  expect(count()).toBe(0)
  for (let time = 0; time < 2; time++)
    await core.history.handlers['history.importCsv']({ ...asked, token: checked.token! })
  expect(count()).toBe(2)
  await expect(
    core.history.handlers['history.importCsv']({ ...asked, csv: FILE + 'x', token: checked.token! }),
  ).rejects.toThrow('plan/changed-since-preview')
})

test('a text beyond all measure is named on its line, and a message for more chats than one plan holds is several plans', async () => {
  const core = await withHistory()
  const check = (csv: string) =>
    core.history.handlers['history.checkCsv']({
      csv,
      accountId: core.accountId,
      timeZone: 'Europe/Paris',
    })
  const long = await check(`chat,date,time,text\nAnnonces,2027-07-14,09:00,${'a'.repeat(100_001)}\n`)
  expect(long).toMatchObject({ token: null, lines: [{ problems: ['plan/text-too-long'] }] })
  const many = await check(`chat,date,time,text\n${'Annonces,2027-07-14,09:00,Bien\n'.repeat(1001)}`)
  expect(many.messages).toBe(1001)
})

test('each line says what is wrong with it, and nothing can be scheduled until nothing is', async () => {
  const core = await withHistory()
  const csv = `chat,date,time,text,account
Annonces,2027-07-14,09:00,Bien,
Nulle part,2027-07-14,09:00,Bien,
Annonces,30/02/2027,09:00,Bien,
Annonces,2020-01-01,09:00,Passé,
Annonces,2027-07-15,09:00,Bien,Personne
`
  const { lines, token } = await core.history.handlers['history.checkCsv']({
    csv,
    accountId: core.accountId,
    timeZone: 'Europe/Paris',
  })
  expect(lines.map(({ line, problems }) => [line, ...problems])).toEqual([
    [2],
    [3, 'csv/chat-not-found'],
    [4, 'csv/date-unreadable'],
    [5, 'plan/date-past'],
    [6, 'csv/account-not-found'],
  ])
  expect(token).toBeNull()
  const missing = await core.history.handlers['history.checkCsv']({
    csv: 'a,b\n1,2',
    accountId: core.accountId,
    timeZone: 'Europe/Paris',
  })
  expect(missing.lines[0]?.problems).toEqual(['csv/columns-missing'])
})
