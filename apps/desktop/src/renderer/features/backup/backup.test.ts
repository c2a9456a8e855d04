import { afterEach, expect, test, vi } from 'vitest'
import App from '../../App.vue'
import { createCore } from '../../core.ts'
import { createFakeBridge } from '../../testing/fake-bridge.ts'
import { eventually, field, mountWith, settle, walk } from '../../testing/mount.ts'
import { fetchBackup, sendBackup } from './transfer.ts'

afterEach(() => {
  document.body.innerHTML = ''
  vi.restoreAllMocks()
})

test('the pieces of a backup make the file again, and the core is told to give it up even when one is missing', async () => {
  const fake = createFakeBridge()
  const core = createCore(fake)
  const file = { backupId: 'b1', path: null, fileName: 'x', bytes: 5 }
  fake.answer('backup.read', ({ offset }) =>
    offset === 0 ? { base64: btoa('abc'), next: 3 } : { base64: btoa('de'), next: null },
  )
  const steps: number[] = []
  const fetched = await fetchBackup(core, file, done => steps.push(done))
  expect('value' in fetched && (await fetched.value.text())).toBe('abcde')
  expect(steps).toEqual([3, 5])
  fake.failNext('backup.read', 'backup/over')
  expect(await fetchBackup(core, file, () => undefined)).toMatchObject({ error: { code: 'backup/over' } })
  expect(fake.calls.filter(({ name }) => name === 'backup.discard')).toHaveLength(2)
})

test('a large backup is sent in pieces that follow one another', async () => {
  const fake = createFakeBridge()
  const sent = await sendBackup(createCore(fake), new File([new Uint8Array(1_300_000)], 'x'), () => undefined)
  expect(sent).toEqual({ value: 'u1' })
  const offsets = fake.calls.flatMap(({ name, input }) =>
    name === 'backup.upload' ? [(input as { offset: number }).offset] : [],
  )
  expect(offsets).toEqual([0, 600_000, 1_200_000])
})

test('a backup is made only with a passphrase that is long enough and typed twice', async () => {
  const { wrapper, fake } = await walk('/settings/backup')
  await eventually(() => wrapper.get('#backup-make'))
  await field(wrapper, 'Phrase secrète de la sauvegarde').setValue('trop court')
  await wrapper.get('.card form').trigger('submit')
  await settle()
  expect(fake.calls.some(({ name }) => name === 'backup.create')).toBe(false)
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:x')
  await field(wrapper, 'Phrase secrète de la sauvegarde').setValue('quatre mots sans rapport')
  await field(wrapper, 'Confirmez la phrase secrète').setValue('quatre mots sans rapport')
  await wrapper.get('.card form').trigger('submit')
  await eventually(() => expect(wrapper.text()).toContain('Sauvegarde prête'))
})

test('nothing is replaced before what is in it was shown; then everything is read again', async () => {
  const { wrapper, fake } = await walk('/settings/backup')
  await eventually(() => wrapper.get('[data-testid=copy]'))
  await wrapper.get('[data-testid=copy] button').trigger('click')
  await eventually(() => expect(document.body.textContent).toContain('utilisée à deux endroits'))
  expect(fake.calls.some(({ name }) => name === 'backup.restore')).toBe(false)
  const before = fake.calls.filter(({ name }) => name === 'settings.get').length
  const replace = [...document.querySelectorAll('button')].find(one => one.textContent?.includes('Remplacer'))
  replace?.click()
  await eventually(() => expect(wrapper.get('[data-testid=kept-as]').text()).toContain('before-restore'))
  expect(fake.calls.filter(({ name }) => name === 'settings.get').length).toBeGreaterThan(before)
})

test('where the data does not open, its copies are offered with what happened', async () => {
  const { wrapper } = await mountWith(App, { scenario: 'broken' })
  await eventually(() => wrapper.get('[data-testid=copy]'))
  expect(wrapper.get('[data-testid=error]').attributes('data-code')).toBe('storage/damaged')
  expect(wrapper.findAll('button').some(one => one.text() === 'Faire une copie maintenant')).toBe(false)
})
