import { z } from 'zod'
import {
  PlanDraft,
  type DraftId,
  type DraftSummary,
  type Handlers,
  type MediaId,
} from '../../contract/index.ts'
import { CallFailure } from '../failure.ts'
import type { Clock, Emit, Log, Random } from '../ports.ts'
import { instantOf } from '../time.ts'
import type { SealedRecords } from '../vault/index.ts'

const KIND = 'draft'
/** Which of them the composer holds. */
const OPEN = 'open-draft'
/** Before there could be several, the composer's draft was kept alone under this id. */
const COMPOSER = 'composer'
const MOST = 200
const BEGINNING = 120

/** `updatedAt` in milliseconds since 1970. */
const Stored = z.object({ draft: PlanDraft, updatedAt: z.number() })
type Stored = z.infer<typeof Stored>
const Lone = PlanDraft.transform((draft): Stored => ({ draft, updatedAt: 0 }))
const OpenId = z.object({ id: z.string().nullable() })

export type Drafts = {
  readonly handlers: Pick<
    Handlers,
    'plans.saveDraft' | 'plans.loadDraft' | 'drafts.list' | 'drafts.open' | 'drafts.leave' | 'drafts.remove'
  >
  /** Files that some draft holds, and that are not to be thrown away. */
  mediaInUse(): readonly MediaId[]
}

/** What was composed and not confirmed, sealed. One of them may be open: the composer's. */
export function createDrafts(deps: {
  readonly records: SealedRecords
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly emit: Emit
}): Drafts {
  const { records, clock, random, log, emit } = deps
  const drafts = new Map<DraftId, Stored>()
  for (const { id, value } of records.all(KIND)) {
    const parsed = z.union([Stored, Lone]).safeParse(value)
    // Written by another version: an empty composer is better than one that does not open.
    if (parsed.success) drafts.set(id as DraftId, parsed.data)
    else log('warning', 'draft.unreadable')
  }
  const pointer = OpenId.safeParse(records.read(OPEN, COMPOSER) ?? { id: COMPOSER })
  let open = pointer.success && pointer.data.id !== null ? (pointer.data.id as DraftId) : null
  if (open !== null && !drafts.has(open)) open = null

  const setOpen = (id: DraftId | null): void => {
    open = id
    records.write(OPEN, COMPOSER, { id })
  }
  const newestFirst = (): readonly (readonly [DraftId, Stored])[] =>
    [...drafts].reverse().sort(([, a], [, b]) => b.updatedAt - a.updatedAt)
  const list = (): DraftSummary[] =>
    newestFirst().map(([id, { draft, updatedAt }]) => ({
      id,
      accountId: draft.accountId,
      beginning: beginningOf(draft.text),
      chats: draft.chatIds.length,
      dates: draft.dates.length,
      repeats: draft.mode === 'repeat',
      updatedAt: instantOf(updatedAt),
      current: id === open,
    }))
  const changed = (): void => emit('drafts.changed', list())

  const remove = (id: DraftId): void => {
    records.remove(KIND, id)
    drafts.delete(id)
    if (open === id) setOpen(null)
  }
  const save = (id: DraftId, draft: PlanDraft): void => {
    const stored = { draft, updatedAt: clock.now() }
    records.write(KIND, id, stored)
    // Taken out first, so that the newest is the last of the map, whatever the clock says.
    drafts.delete(id)
    drafts.set(id, stored)
    const oldest = newestFirst().findLast(([other]) => other !== open)
    if (drafts.size > MOST && oldest !== undefined) remove(oldest[0])
  }

  return {
    handlers: {
      'plans.saveDraft': ({ draft, draftId = open }) => {
        if (draft === null) {
          if (draftId !== null) remove(draftId)
          changed()
          return { draftId: null }
        }
        const kept = draftId !== null && drafts.has(draftId) ? draftId : null
        const id = kept ?? (Buffer.from(random.bytes(12)).toString('hex') as DraftId)
        save(id, draft)
        // A late save of a draft that was left does not bring it back into the composer.
        if (kept === null) setOpen(id)
        changed()
        return { draftId: id }
      },
      'plans.loadDraft': () => (open === null ? null : (drafts.get(open)?.draft ?? null)),
      'drafts.list': list,
      'drafts.open': ({ id }) => {
        const found = drafts.get(id)
        if (found === undefined) throw new CallFailure('draft/unknown')
        setOpen(id)
        changed()
        return { id, draft: found.draft }
      },
      'drafts.leave': () => {
        setOpen(null)
        changed()
        return {}
      },
      'drafts.remove': ({ id }) => {
        remove(id)
        changed()
        return {}
      },
    },
    mediaInUse: () => [...drafts.values()].flatMap(({ draft }) => draft.media.map(({ id }) => id)),
  }
}

const beginningOf = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > BEGINNING ? `${line.slice(0, BEGINNING - 1).trimEnd()}…` : line
}
