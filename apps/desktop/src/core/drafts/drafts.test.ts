import { expect, test } from 'vitest'
import { PlanDraft } from '../../contract/index.ts'
import { memoryDatabase, memoryLog, openSealer } from '../testing/index.ts'
import { createSealedRecords } from '../vault/index.ts'
import { createDrafts } from './index.ts'

function setup() {
  const { log, lines } = memoryLog()
  const records = createSealedRecords(memoryDatabase(), openSealer(), log)
  const drafts = createDrafts({ records, log })
  return { records, lines, save: drafts['plans.saveDraft'], load: () => drafts['plans.loadDraft']({}) }
}
const draft = PlanDraft.parse({
  accountId: null,
  chatIds: ['-100123'],
  text: 'Bonjour 👋🏽',
  dates: ['2027-07-14T09:00'],
  timeZone: 'Europe/Paris',
})

test('what is typed is there again, and an emptied composer stays empty', () => {
  const { save, load } = setup()
  expect(load()).toBeNull()
  save({ draft })
  expect(load()).toEqual(draft)
  save({ draft: null })
  expect(load()).toBeNull()
})

test('a draft of another version leaves the composer empty instead of broken', () => {
  const { records, load, lines } = setup()
  records.write('draft', 'composer', { ...draft, text: 5 })
  expect(load()).toBeNull()
  expect(lines).toMatchObject([{ event: 'draft.unreadable' }])
})
