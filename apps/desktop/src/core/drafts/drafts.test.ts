import { expect, test } from 'vitest'
import { PlanDraft, PlanMedia, type DraftId, type DraftSummary, type Output } from '../../contract/index.ts'
import { fakeTime, memoryDatabase, memoryLog, openSealer, seededRandom } from '../testing/index.ts'
import { createSealedRecords } from '../vault/index.ts'
import { createDrafts } from './index.ts'

function setup() {
  const { log, lines } = memoryLog()
  const time = fakeTime()
  const records = createSealedRecords(memoryDatabase(), openSealer(), log)
  const events: unknown[] = []
  const random = seededRandom()
  const launch = () => {
    const drafts = createDrafts({
      records,
      log,
      random,
      clock: time.clock,
      emit: (name, payload) => void events.push({ name, payload }),
    })
    const { handlers } = drafts
    return {
      mediaInUse: drafts.mediaInUse,
      save: handlers['plans.saveDraft'] as (input: {
        draft: PlanDraft | null
        draftId?: DraftId
      }) => Output<'plans.saveDraft'>,
      load: () => handlers['plans.loadDraft']({}),
      list: () => handlers['drafts.list']({}) as DraftSummary[],
      open: (id: DraftId) => handlers['drafts.open']({ id }) as Output<'drafts.open'>,
      leave: () => handlers['drafts.leave']({}),
      remove: (id: DraftId) => handlers['drafts.remove']({ id }),
    }
  }
  return { records, lines, events, time, launch, ...launch() }
}
const draft = PlanDraft.parse({
  accountId: null,
  chatIds: ['-100123'],
  text: 'Bonjour 👋🏽',
  dates: ['2027-07-14T09:00'],
  timeZone: 'Europe/Paris',
})
const picture = PlanMedia.parse({
  ...{ id: 'ab'.repeat(16), kind: 'photo', name: 'a.jpg', mime: 'image/jpeg' },
  ...{ size: 5, width: null, height: null, duration: null },
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
  const { records, launch, lines } = setup()
  records.write('draft', 'composer', { ...draft, text: 5 })
  expect(launch().load()).toBeNull()
  expect(lines).toMatchObject([{ event: 'draft.unreadable' }])
})

test('several drafts are kept, the newest first, and the composer goes from one to another', async () => {
  const { save, load, list, open, leave, time, launch, events } = setup()
  const first = save({ draft }).draftId!
  leave()
  expect(load()).toBeNull()
  await time.advance(1000)
  const second = save({ draft: { ...draft, text: '  Un autre\n\njour ' } }).draftId!
  expect(list()).toMatchObject([
    { id: second, beginning: 'Un autre jour', current: true },
    { id: first, beginning: 'Bonjour 👋🏽', chats: 1, dates: 1, repeats: false, current: false },
  ])
  expect(events.at(-1)).toEqual({ name: 'drafts.changed', payload: list() })
  expect(open(first).draft).toEqual(draft)
  await time.advance(1000)
  save({ draft: { ...draft, text: 'Bonjour' } })
  expect(list().map(({ id, current }) => [id, current])).toEqual([
    [first, true],
    [second, false],
  ])
  const again = launch()
  expect(again.load()).toMatchObject({ text: 'Bonjour' })
  expect(again.list()).toEqual(list())
})

test('what the composer saves late goes to the draft it was typed in, not to the one opened meanwhile', () => {
  const { save, load, open, leave, list } = setup()
  const first = save({ draft }).draftId!
  leave()
  const second = save({ draft: { ...draft, text: 'Autre' } }).draftId!
  open(second)
  save({ draft: { ...draft, text: 'Bonjour, tard' }, draftId: first })
  expect(load()).toMatchObject({ text: 'Autre' })
  expect(open(first).draft.text).toBe('Bonjour, tard')
  expect(list()).toHaveLength(2)
})

test('removing the open draft empties the composer and leaves the others', () => {
  const { save, load, leave, list, remove, open, mediaInUse } = setup()
  const first = save({ draft: { ...draft, media: [picture] } }).draftId!
  leave()
  const second = save({ draft: { ...draft, text: 'Autre' } }).draftId!
  remove(second)
  expect(load()).toBeNull()
  expect(list().map(({ id }) => id)).toEqual([first])
  expect(mediaInUse()).toEqual([picture.id])
  expect(() => open(second)).toThrow(expect.objectContaining({ message: 'draft/unknown' }))
})

test('the draft of a version that knew only one is the open one', () => {
  const { records, launch } = setup()
  records.write('draft', 'composer', draft)
  const { load, list } = launch()
  expect(load()).toEqual(draft)
  expect(list()).toMatchObject([{ id: 'composer', current: true }])
})

test('beyond two hundred the oldest is given up, never the open one', async () => {
  const { save, leave, list, open, time } = setup()
  const first = save({ draft }).draftId!
  for (let count = 1; count < 200; count++) {
    leave()
    await time.advance(1000)
    save({ draft: { ...draft, text: `Brouillon ${count}` } })
  }
  open(first)
  leave()
  open(first)
  await time.advance(1000)
  save({ draft: { ...draft, text: 'De nouveau' } })
  leave()
  save({ draft: { ...draft, text: 'Le dernier' } })
  const kept = list()
  expect(kept).toHaveLength(200)
  expect(kept.map(({ beginning }) => beginning)).toContain('De nouveau')
  expect(kept.map(({ beginning }) => beginning)).not.toContain('Brouillon 1')
})
