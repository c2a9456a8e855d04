import { stat } from 'node:fs/promises'
import { basename, extname, isAbsolute } from 'node:path'
import { createHash } from 'node:crypto'
import type { ErrorCode, ImportItem, ImportSource, ImportWarning } from '../../contract/index.ts'
import { CallFailure, failure, type Result } from '../failure.ts'
import type { StoredSession } from '../telegram/gateway.ts'
import { fernetKey, openFernet } from './fernet.ts'
import { isMissing, openFolder, readWhole, type Folder } from './folder.ts'
import { readHistory, readIndex, readTasks, type OldAccount, type OldEntry, type OldTask } from './profile.ts'
import { isSqlite, readTelethonFile, readTelethonString } from './telethon.ts'

const MIB = 1024 * 1024
const MOST_SESSION_BYTES = 64 * MIB
const MOST_JSON_BYTES = 32 * MIB
const MOST_SALT_BYTES = 1024

/** What was found, with everything needed to import it. */
export type Finding = {
  readonly id: string
  readonly title: string
  readonly count: number
  readonly warnings: readonly ImportWarning[]
} & (
  | {
      readonly kind: 'account'
      readonly sessionId: string
      /** Digits the index gives to it; empty when it does not. */
      readonly phone: string
      readonly session: Result<StoredSession, ErrorCode>
    }
  | { readonly kind: 'default-text'; readonly account: OldAccount }
  | { readonly kind: 'draft'; readonly task: OldTask }
  | { readonly kind: 'history'; readonly entries: readonly OldEntry[] }
  | { readonly kind: 'problem'; readonly of: ImportItem['kind']; readonly problem: ErrorCode }
)

/** Reads a source without changing anything. Throws `import/path-unknown` and `import/nothing-found`. */
export async function findIn(source: ImportSource): Promise<readonly Finding[]> {
  switch (source.kind) {
    case 'string':
      return [account('string', '', readTelethonString(source.text))]
    case 'file':
      return [account(basename(source.name), '', readSession(Buffer.from(source.base64, 'base64')))]
    case 'path':
      return findAt(source.path.trim(), source.machineId?.trim() ?? '')
  }
}

async function findAt(path: string, machineId: string): Promise<readonly Finding[]> {
  // A relative path would mean something else in every way this application is started.
  if (!isAbsolute(path)) throw new CallFailure('import/path-unknown')
  const found = await stat(path).catch((error: unknown) => {
    throw new CallFailure(isMissing(error) ? 'import/path-unknown' : 'import/damaged')
  })
  if (!found.isDirectory()) {
    const bytes = await readWhole(path, MOST_SESSION_BYTES).catch(() => failure('import/damaged' as const))
    return [account(basename(path), '', bytes.ok ? readSession(bytes.value) : bytes)]
  }
  const findings = await findInProfile(openFolder(path), machineId)
  if (findings.length === 0) throw new CallFailure('import/nothing-found')
  return findings
}

/** A file of either of Telethon's two forms. */
function readSession(bytes: Uint8Array): Result<StoredSession, ErrorCode> {
  if (isSqlite(bytes)) return readTelethonFile(bytes)
  return bytes.length < 1000
    ? readTelethonString(Buffer.from(bytes).toString('latin1'))
    : failure('import/foreign')
}

async function findInProfile(folder: Folder, machineId: string): Promise<readonly Finding[]> {
  const indexBytes = await folder.read('sessions/sessions_index.json', MOST_JSON_BYTES)
  const index = indexBytes?.ok ? readIndex(indexBytes.value) : indexBytes
  const known = index?.ok ? index.value : []
  return [
    ...(index?.ok === false ? [problem('account', 'sessions_index.json', index.error)] : []),
    ...(await findSessions(folder, known, machineId)),
    ...known.filter(({ text, hours }) => text !== '' || hours.length > 0).map(defaultText),
    ...(await findList(folder, 'config/scheduled_tasks.json', 'draft', readTasks, drafts)),
    ...(await findList(folder, 'logs/send_history.json', 'history', readHistory, history)),
  ]
}

async function findSessions(
  folder: Folder,
  known: readonly OldAccount[],
  machineId: string,
): Promise<readonly Finding[]> {
  const names = await folder.list('sessions')
  const ids = new Set(
    names
      .filter(name => ['.session', '.enc'].includes(extname(name)))
      .map(name => basename(name, extname(name))),
  )
  const salt = await folder.read('config/.salt', MOST_SALT_BYTES)
  const key = machineId !== '' && salt?.ok ? await fernetKey(machineId, salt.value) : null

  const open = async (id: string): Promise<Result<StoredSession, ErrorCode>> => {
    const plain = names.includes(`${id}.session`)
      ? await folder.read(`sessions/${id}.session`, MOST_SESSION_BYTES)
      : null
    if (plain !== null) return plain.ok ? readSession(plain.value) : plain
    const locked = await folder.read(`sessions/${id}.enc`, MOST_SESSION_BYTES)
    if (locked === null) return failure('import/no-session')
    if (!locked.ok) return locked
    if (key === null) return failure(salt?.ok ? 'import/machine-id-needed' : 'import/damaged')
    const opened = openFernet(locked.value, key)
    return opened === null ? failure('import/machine-id-wrong') : readSession(opened)
  }

  const findings: Finding[] = []
  for (const id of [...new Set([...known.map(({ sessionId }) => sessionId), ...ids])]) {
    const entry = known.find(({ sessionId }) => sessionId === id)
    // A name of the index is looked up among the files that are there, so it cannot lead anywhere else.
    const session = ids.has(id) ? await open(id) : failure('import/no-session' as const)
    findings.push(account(id, entry?.phone ?? '', session, entry?.name))
  }
  return findings
}

async function findList<T>(
  folder: Folder,
  name: string,
  kind: ImportItem['kind'],
  read: (bytes: Uint8Array) => Result<readonly T[], ErrorCode>,
  findings: (values: readonly T[]) => readonly Finding[],
): Promise<readonly Finding[]> {
  const bytes = await folder.read(name, MOST_JSON_BYTES)
  if (bytes === null) return []
  const values = bytes.ok ? read(bytes.value) : bytes
  return values.ok ? findings(values.value) : [problem(kind, basename(name), values.error)]
}

/** The same thing has the same id in every inspection, so that importing twice imports once. */
export const idOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24)

const account = (
  sessionId: string,
  phone: string,
  session: Result<StoredSession, ErrorCode>,
  name = sessionId,
): Finding => ({
  kind: 'account',
  id: idOf('account', sessionId),
  title: name,
  count: 1,
  warnings: [],
  sessionId,
  phone,
  session,
})

const defaultText = (of: OldAccount): Finding => ({
  kind: 'default-text',
  id: idOf('default-text', of.sessionId, of.text, ...of.hours),
  title: of.text === '' ? of.hours.join(' ') : beginningOf(of.text),
  count: 1,
  warnings: [],
  account: of,
})

const drafts = (tasks: readonly OldTask[]): readonly Finding[] =>
  tasks.map(task => ({
    kind: 'draft',
    id: idOf('draft', task.id, task.text),
    title: beginningOf(task.text),
    count: Math.max(1, task.chats.length),
    warnings: task.warnings,
    task,
  }))

const history = (entries: readonly OldEntry[]): readonly Finding[] =>
  entries.length === 0
    ? []
    : [
        {
          kind: 'history',
          id: idOf('history'),
          title: 'send_history.json',
          count: entries.length,
          warnings: [],
          entries,
        },
      ]

const problem = (of: ImportItem['kind'], title: string, code: ErrorCode): Finding => ({
  kind: 'problem',
  id: idOf('problem', title),
  title,
  count: 1,
  warnings: [],
  of,
  problem: code,
})

const beginningOf = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 80 ? `${line.slice(0, 79).trimEnd()}…` : line
}
