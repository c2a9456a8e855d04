import { createHash } from 'node:crypto'
import { localTimeAt, resolveLocalTime } from '@autotele/shared'
import {
  contract,
  type AccountId,
  type ChatId,
  type ChatView,
  type ImportLine,
  type ImportProblem,
  type Output,
  type ParsedInput,
  type PlanDraft,
} from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import { readCsv, type CsvLine } from './csv.ts'

const MOST_LINES = 2000
/** Of a plan, as the contract has them. */
const MOST_TEXT = 100_000
const MOST_CHATS = 1000
const REQUIRED = ['chat', 'date', 'time', 'text'] as const
type Column = (typeof REQUIRED)[number] | 'account' | 'silent'

/** The names of the columns in French too, as the screen documents them. */
const NAMES: Readonly<Record<string, Column>> = {
  chat: 'chat',
  discussion: 'chat',
  groupe: 'chat',
  date: 'date',
  time: 'time',
  heure: 'time',
  text: 'text',
  texte: 'text',
  message: 'text',
  account: 'account',
  compte: 'account',
  silent: 'silent',
  silencieux: 'silent',
}

type Preview = Output<'plans.preview'>
export type ImportDeps = {
  readonly accounts: () => Promise<readonly { readonly id: AccountId; readonly name: string }[]>
  /** Throws where the chats of an account cannot be known. */
  readonly chats: (accountId: AccountId) => Promise<readonly ChatView[]>
  readonly preview: (draft: PlanDraft) => Preview | Promise<Preview>
  readonly confirm: (input: ParsedInput<'plans.confirm'>) => unknown
}

/** Who and what a file may speak of. */
type Known = readonly { readonly id: AccountId; readonly name: string; readonly chats: readonly ChatView[] }[]
type Read = { line: ImportLine; silent: boolean }
type Group = { readonly draft: PlanDraft; readonly lines: readonly ImportLine[] }

/** Reads files of messages: first what they would come to, then, confirmed, the plans that they are. */
export function createImport(deps: ImportDeps) {
  const known = async (): Promise<Known> =>
    Promise.all(
      (await deps.accounts()).map(async ({ id, name }) => ({
        id,
        name,
        chats: await deps.chats(id).catch(() => []),
      })),
    )

  const check = async (file: ParsedInput<'history.checkCsv'>): Promise<Output<'history.checkCsv'>> => {
    const read = readLines(file, await known())
    const groups = groupsOf(read, file.timeZone)
    const tokens: string[] = []
    let placingSeconds = 0
    for (const { draft, lines } of groups) {
      const preview = await deps.preview(draft)
      tokens.push(preview.token)
      placingSeconds += preview.placingSeconds
      for (const finding of preview.findings)
        if (finding.severity === 'blocker')
          for (const line of lines) {
            const concerns =
              finding.chatIds.length === 0 || finding.chatIds.includes(line.chatId ?? ('' as ChatId))
            if (concerns && !finding.code.startsWith('finding/'))
              line.problems.push(finding.code as ImportProblem)
          }
    }
    const lines = read.map(({ line }) => line)
    const wrong = lines.some(({ problems }) => problems.length > 0)
    return {
      lines,
      messages: lines.length,
      placingSeconds,
      token: wrong || lines.length === 0 ? null : [digest(file), ...tokens].join('.'),
    }
  }

  const run = async (file: ParsedInput<'history.importCsv'>): Promise<Output<'history.importCsv'>> => {
    const [digested, ...tokens] = file.token.split('.')
    const read = readLines(file, await known())
    const groups = groupsOf(read, file.timeZone)
    if (digested !== digest(file) || tokens.length !== groups.length)
      throw new CallFailure('plan/changed-since-preview')
    // Each plan is stored whole, once for each token: a file that was cut short goes on where it was.
    for (const [index, { draft }] of groups.entries())
      await deps.confirm({ draft, token: tokens[index] ?? '' })
    return { messages: read.length }
  }

  return { check, run }
}

const digest = ({ csv, accountId, timeZone }: ParsedInput<'history.checkCsv'>): string =>
  createHash('sha256')
    .update(JSON.stringify([csv, accountId, timeZone]))
    .digest('hex')

function readLines({ csv, accountId, timeZone }: ParsedInput<'history.checkCsv'>, known: Known): Read[] {
  const { lines, open } = readCsv(csv)
  const [header, ...rows] = lines
  const columns = (header?.cells ?? []).map(name => NAMES[name.trim().toLowerCase()] ?? null)
  if (REQUIRED.some(name => !columns.includes(name)))
    return [{ line: broken(header?.line ?? 1, 'csv/columns-missing'), silent: false }]
  if (open !== null) return [{ line: broken(open, 'csv/quote-open'), silent: false }]
  if (rows.length > MOST_LINES) throw new CallFailure('plan/too-many-deliveries', { limit: MOST_LINES })
  return rows.map(row => readLine(row, columns, accountId, timeZone, known))
}

const broken = (line: number, problem: ImportProblem): ImportLine => ({
  line,
  chat: '',
  accountId: null,
  chatId: null,
  at: null,
  local: null,
  text: '',
  problems: [problem],
})

function readLine(
  { line, cells }: CsvLine,
  columns: readonly (Column | null)[],
  fallback: AccountId | null,
  zone: string,
  known: Known,
): Read {
  const of = (name: Column): string => (cells[columns.indexOf(name)] ?? '').trim()
  const problems: ImportProblem[] = []
  const named = of('account')
  const accountId = named === '' ? fallback : (known.find(({ name }) => same(name, named))?.id ?? null)
  if (accountId === null) problems.push('csv/account-not-found')
  const chat = of('chat')
  const found = chatsNamed(chat, known.find(({ id }) => id === accountId)?.chats ?? [])
  if (accountId !== null && found.length !== 1)
    problems.push(found.length === 0 ? 'csv/chat-not-found' : 'csv/chat-ambiguous')
  const local = localOf(of('date'), of('time'))
  const resolved = local === null ? null : resolveLocalTime(local, zone)
  if (resolved === null) problems.push('csv/date-unreadable')
  const text = of('text')
  // Where exactly a message ends is for the preview to say; beyond this a plan takes none.
  if (text.length > MOST_TEXT) problems.push('plan/text-too-long')
  return {
    silent: /^(1|oui|yes|true|vrai|x)$/i.test(of('silent')),
    line: {
      line,
      chat,
      accountId,
      chatId: found.length === 1 ? (found[0]?.id ?? null) : null,
      at: resolved?.instant ?? null,
      local: resolved === null ? null : localTimeAt(resolved.instant, zone),
      text: text.slice(0, MOST_TEXT),
      problems,
    },
  }
}

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase()

/** By number, by public name (`@name` or an address of t.me), else by title. */
function chatsNamed(name: string, chats: readonly ChatView[]): readonly ChatView[] {
  const username = /^(?:@|(?:https?:\/\/)?t\.me\/)(\w+)\/?$/i.exec(name)?.[1]
  if (username !== undefined)
    return chats.filter(chat => chat.username !== null && same(chat.username, username))
  const byNumber = chats.filter(({ id }) => id === name.replace(/^id /, ''))
  return byNumber.length > 0 ? byNumber : chats.filter(({ title }) => same(title, name))
}

/** `2027-07-14` or `14/07/2027`, and `9h`, `9h30`, `09:30`; null when it cannot be read. */
function localOf(date: string, time: string): string | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(date)
  const french = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$/.exec(date)
  const [year, month, day] = iso ? [iso[1], iso[2], iso[3]] : [french?.[3], french?.[2], french?.[1]]
  const clock = /^(\d{1,2})(?:\s*[h:]\s*(\d{2})?)?(?::(\d{2}))?$/i.exec(time)
  if (year === undefined || month === undefined || day === undefined || clock === null) return null
  const two = (value: string | undefined): string => (value ?? '0').padStart(2, '0')
  return `${year}-${two(month)}-${two(day)}T${two(clock[1])}:${two(clock[2])}:${two(clock[3])}`
}

/** A plan has no more chats than so many. */
const inPlans = (group: readonly Read[]): readonly (readonly Read[])[] =>
  Array.from({ length: Math.ceil(group.length / MOST_CHATS) }, (_, part) =>
    group.slice(part * MOST_CHATS, (part + 1) * MOST_CHATS),
  )

/** The lines that make one plan: same account, words and date; a plan gives every chat every date. */
function groupsOf(read: readonly Read[], timeZone: string): readonly Group[] {
  const groups = new Map<string, Read[]>()
  for (const one of read) {
    const { accountId, chatId, local, text, problems } = one.line
    if (problems.length > 0 || accountId === null || chatId === null || local === null) continue
    const key = JSON.stringify([accountId, local, text, one.silent])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return [...groups.values()].flatMap(inPlans).flatMap(group => {
    const first = group[0]
    if (first === undefined) return []
    const { accountId, local, text } = first.line
    const draft = contract.plans.preview.input.parse({
      accountId,
      chatIds: group.flatMap(({ line }) => line.chatId ?? []),
      text,
      silent: first.silent,
      dates: [local],
      timeZone,
    })
    return [{ draft, lines: group.map(({ line }) => line) }]
  })
}
