import type {
  AccountId,
  ChatId,
  ErrorCode,
  Handlers,
  ImportedEntry,
  ImportItem,
  ImportResult,
} from '../../contract/index.ts'
import type { Accounts } from '../accounts/index.ts'
import { CallFailure } from '../failure.ts'
import type { Emit, Log, Random, Timers } from '../ports.ts'
import type { Database } from '../storage/index.ts'
import type { Sealer } from '../vault/sealer.ts'
import { findIn, idOf, type Finding } from './inspect.ts'
import type { OldEntry } from './profile.ts'
import { createImportStore } from './store.ts'

export type ImportDeps = {
  readonly database: Database
  readonly sealer: Sealer
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly emit: Emit
  readonly accounts: Pick<Accounts, 'adopt' | 'holdsKey' | 'withPhone'>
  /** What an account's messages began with over there, for that account here. */
  readonly adoptDefaults: (accountId: AccountId, old: { text: string; hours: string[] }) => void
}

export type Import = {
  readonly handlers: Pick<
    Handlers,
    | 'import.inspect'
    | 'import.run'
    | 'import.forget'
    | 'import.drafts'
    | 'import.removeDraft'
    | 'import.history'
  >
  /** Forgets every inspection. */
  stop(): void
}

/** An inspection holds keys in memory: not for longer than somebody takes to decide. */
const INSPECTION_MS = 15 * 60_000
const MOST_INSPECTIONS = 3
const ENTRIES_AT_ONCE = 500

type Inspection = { readonly findings: readonly Finding[]; readonly cancelExpiry: () => void }

/** Brings accounts, texts and history of an older program here. Nothing over there is written or moved. */
export function createImport(deps: ImportDeps): Import {
  const { database, sealer, timers, random, log, emit, accounts } = deps
  const store = createImportStore(database, sealer, log)
  const inspections = new Map<string, Inspection>()

  const forget = (id: string): void => {
    const inspection = inspections.get(id)
    if (inspection === undefined) return
    inspections.delete(id)
    inspection.cancelExpiry()
    for (const finding of inspection.findings)
      if (finding.kind === 'account' && finding.session.ok) finding.session.value.key.fill(0)
  }

  const itemOf = async (finding: Finding): Promise<ImportItem> => {
    const { id, title, count } = finding
    const item = (state: ImportItem['state'], problem: ErrorCode | null = null): ImportItem => ({
      id,
      kind: finding.kind === 'problem' ? finding.of : finding.kind,
      title,
      count,
      state,
      problem,
      warnings: [...finding.warnings],
    })
    switch (finding.kind) {
      case 'problem':
        return item('refused', finding.problem)
      case 'account': {
        if (!finding.session.ok) return item('refused', finding.session.error)
        const present =
          accounts.withPhone(finding.phone) !== null || (await accounts.holdsKey(finding.session.value.key))
        return item(present ? 'present' : 'ready')
      }
      case 'default-text':
      case 'draft':
        return item(store.has(id) ? 'present' : 'ready')
      case 'history':
        return item(finding.entries.every(entry => store.hasEntry(entryId(entry))) ? 'present' : 'ready')
    }
  }

  /** `added`: accounts imported so far, by the older program's name for them; they come before texts that are theirs. */
  const importOne = async (
    finding: Finding,
    all: readonly Finding[],
    added: Map<string, AccountId>,
  ): Promise<ImportResult['outcome']> => {
    const accountOf = (sessionId: string): AccountId | null => {
      const account = all.find(other => other.kind === 'account' && other.sessionId === sessionId)
      return added.get(sessionId) ?? (account?.kind === 'account' ? accounts.withPhone(account.phone) : null)
    }
    switch (finding.kind) {
      case 'problem':
        throw new CallFailure(finding.problem)
      case 'account': {
        if (!finding.session.ok) throw new CallFailure(finding.session.error)
        const { phone } = finding
        const account = await accounts.adopt(finding.session.value, me => {
          if (me.bot) throw new CallFailure('import/foreign')
          if (phone !== '' && me.phone !== phone) throw new CallFailure('import/other-account')
        })
        added.set(finding.sessionId, account.id)
        return 'imported'
      }
      case 'default-text': {
        const { sessionId, name, text, hours } = finding.account
        const accountId = accountOf(sessionId)
        const fresh = store.addDraft({
          id: finding.id,
          kind: 'default-text',
          accountId,
          accountName: name,
          text,
          date: null,
          hours: [...hours],
          chats: [],
          warnings: [],
        })
        if (fresh && accountId !== null) deps.adoptDefaults(accountId, { text, hours: [...hours] })
        return fresh ? 'imported' : 'present'
      }
      case 'draft': {
        const { sessionId, accountName, text, date, chats, warnings } = finding.task
        const fresh = store.addDraft({
          id: finding.id,
          kind: 'draft',
          accountId: accountOf(sessionId),
          accountName,
          text,
          date,
          hours: [],
          chats: chats.map(({ id, title }) => ({ id: id as ChatId | null, title })),
          warnings: [...warnings],
        })
        return fresh ? 'imported' : 'present'
      }
      case 'history': {
        let fresh = 0
        for (let at = 0; at < finding.entries.length; at += ENTRIES_AT_ONCE) {
          const some = finding.entries.slice(at, at + ENTRIES_AT_ONCE)
          fresh += store.addEntries(
            some.map(entry => ({ ...entry, id: entryId(entry), chats: [...entry.chats] })),
          )
          // Other calls have their turn in between.
          await new Promise(resolve => setImmediate(resolve))
        }
        return fresh > 0 ? 'imported' : 'present'
      }
    }
  }

  const run = async (inspectionId: string, itemIds: readonly string[]): Promise<ImportResult[]> => {
    const inspection = inspections.get(inspectionId)
    if (inspection === undefined) throw new CallFailure('import/over')
    const wanted = new Set(itemIds)
    const findings = inspection.findings.filter(({ id }) => wanted.has(id))
    const results: ImportResult[] = []
    const added = new Map<string, AccountId>()
    const tell = (last: ImportResult | null): void =>
      emit('import.progressed', { inspectionId, done: results.length, total: findings.length, last })
    tell(null)
    for (const finding of findings) {
      const result = await importOne(finding, inspection.findings, added).then(
        (outcome): ImportResult => ({ id: finding.id, outcome, problem: null }),
        (error: unknown): ImportResult => failed(finding.id, error),
      )
      results.push(result)
      tell(result)
    }
    return results
  }

  const failed = (id: string, error: unknown): ImportResult => {
    if (!(error instanceof CallFailure)) throw error
    const { code } = error.error
    return code === 'telegram/account-already-added'
      ? { id, outcome: 'present', problem: null }
      : { id, outcome: 'failed', problem: code }
  }

  return {
    handlers: {
      'import.inspect': async source => {
        const findings = await findIn(source)
        const [oldest] = inspections.keys()
        if (inspections.size >= MOST_INSPECTIONS && oldest !== undefined) forget(oldest)
        const inspectionId = Buffer.from(random.bytes(16)).toString('base64url')
        const cancelExpiry = timers.after(INSPECTION_MS, () => forget(inspectionId))
        inspections.set(inspectionId, { findings, cancelExpiry })
        return { inspectionId, items: await Promise.all(findings.map(itemOf)) }
      },
      'import.run': ({ inspectionId, itemIds }) => run(inspectionId, itemIds),
      'import.forget': ({ inspectionId }) => {
        forget(inspectionId)
        return {}
      },
      'import.drafts': () => store.drafts(),
      'import.removeDraft': ({ id }) => {
        store.removeDraft(id)
        return {}
      },
      'import.history': ({ before }) => store.entries(before),
    },
    stop: () => {
      for (const id of [...inspections.keys()]) forget(id)
    },
  }
}

/** In order of time, and the same for the same entry. */
const entryId = ({
  notedAt,
  plannedFor,
  accountName,
  chats,
  preview,
  status,
}: OldEntry): ImportedEntry['id'] =>
  `${notedAt}-${idOf(plannedFor ?? '', accountName, ...chats, preview, status)}`
