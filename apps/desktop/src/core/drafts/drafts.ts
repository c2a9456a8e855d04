import { PlanDraft, type Handlers } from '../../contract/index.ts'
import type { Log } from '../ports.ts'
import type { SealedRecords } from '../vault/index.ts'

const KIND = 'draft'
const COMPOSER = 'composer'

/** The composer's contents, kept sealed; one draft at a time. */
export function createDrafts({
  records,
  log,
}: {
  records: SealedRecords
  log: Log
}): Pick<Handlers, 'plans.saveDraft' | 'plans.loadDraft'> {
  return {
    'plans.saveDraft': ({ draft }) => {
      if (draft) records.write(KIND, COMPOSER, draft)
      else records.remove(KIND, COMPOSER)
      return {}
    },
    'plans.loadDraft': () => {
      const stored = records.read(KIND, COMPOSER)
      if (stored === null) return null
      const draft = PlanDraft.safeParse(stored)
      // Written by another version: an empty composer is better than one that does not open.
      if (!draft.success) log('warning', 'draft.unreadable')
      return draft.success ? draft.data : null
    },
  }
}
