import { expect, test } from 'vitest'
import { templates as contract, type Template, type TemplateId } from '../../contract/index.ts'
import { fakeTime, memoryDatabase, memoryLog, openSealer, seededRandom } from '../testing/index.ts'
import { createSealedRecords } from '../vault/index.ts'
import { createTemplates } from './index.ts'

function setup() {
  const { log, lines } = memoryLog()
  const database = memoryDatabase()
  const records = createSealedRecords(database, openSealer(), log)
  const events: unknown[] = []
  const launch = () => {
    const handlers = createTemplates({
      records,
      log,
      random: seededRandom(),
      clock: fakeTime().clock,
      emit: (_name, payload) => void events.push(payload),
    })
    const save = (name: string, over: { id?: TemplateId; text?: string } = {}): Template =>
      contract.save.output.parse(
        handlers['templates.save'](contract.save.input.parse({ id: null, name, text: 'Bonjour', ...over })),
      )
    const list = () => contract.list.output.parse(handlers['templates.list']({}))
    return { handlers, save, list }
  }
  return { ...launch(), launch, events, lines, records, database }
}
const failing = (code: string, params?: object) =>
  expect.objectContaining({ error: expect.objectContaining(params ? { code, params } : { code }) })
const names = (list: readonly Template[]) => list.map(({ name }) => name)

test('a template keeps its text, format, silence and preview, sealed, and comes back in the order of the person', () => {
  const { handlers, save, list, events, database, launch } = setup()
  const words = {
    text: 'Rendez-vous au jardin',
    entities: [{ type: 'bold' as const, offset: 0, length: 11 }],
    ...{ silent: true, linkPreview: false },
  }
  const first = handlers['templates.save']({ id: null, name: '  Le   jardin ', ...words }) as Template
  expect(first).toMatchObject({ name: 'Le jardin', ...words, updatedAt: '2027-01-04T09:00:00Z' })
  const second = save('Bienvenue')
  const third = save('À bientôt')
  expect(names(list())).toEqual(['Le jardin', 'Bienvenue', 'À bientôt'])
  handlers['templates.reorder']({ ids: [third.id, 'unknown' as TemplateId, third.id, first.id] })
  expect(names(list())).toEqual(['À bientôt', 'Le jardin', 'Bienvenue'])
  save('Merci', { id: second.id })
  handlers['templates.remove']({ id: first.id })
  expect(names(list())).toEqual(['À bientôt', 'Merci'])
  expect(events.at(-1)).toEqual(list())
  expect(launch().list()).toEqual(list())
  const stored = database.all('SELECT * FROM sealed_record')
  expect(
    Buffer.concat(stored.map(row => Buffer.from(row['sealed'] as Uint8Array))).toString('latin1'),
  ).not.toMatch(/jardin|Merci/)
})

test('a name is refused when another has it, however it is written, and a template may keep its own', () => {
  const { save } = setup()
  const { id } = save('Été')
  expect(() => save(' ÉTÉ ')).toThrow(failing('name/taken', { name: 'Été' }))
  expect(() => save('E\u0301te\u0301')).toThrow(failing('name/taken'))
  expect(save('été', { id }).name).toBe('été')
})

test('what cannot be kept is refused with its reason, and nothing changes', () => {
  const { save, list, handlers } = setup()
  expect(() => save('   ')).toThrow(failing('name/missing'))
  expect(() => save('x'.repeat(81))).toThrow(failing('name/too-long', { limit: 80 }))
  expect(() => save('Vide', { text: ' \n' })).toThrow(failing('plan/empty-text'))
  expect(() => save('Parti', { id: 'gone' as TemplateId })).toThrow(failing('template/unknown'))
  expect(handlers['templates.remove']({ id: 'gone' as TemplateId })).toEqual({})
  expect(list()).toEqual([])
  for (let count = 0; count < 500; count++) save(`Modèle ${count}`)
  expect(() => save('Un de trop')).toThrow(failing('template/too-many', { limit: 500 }))
})

test('one that cannot be read hides itself and no other', () => {
  const { save, launch, records, lines } = setup()
  save('Bienvenue')
  records.write('template', 'odd', { name: 5 })
  expect(names(launch().list())).toEqual(['Bienvenue'])
  expect(lines).toMatchObject([{ event: 'kept.unreadable' }])
})
