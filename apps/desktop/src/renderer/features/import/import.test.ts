import { afterEach, expect, test } from 'vitest'
import type { AccountId, ChatId, ImportedDraft, ImportSource } from '../../../contract/index.ts'
import { button, eventually, field, mountWith, settle, walk } from '../../testing/mount.ts'
import ImportPage from './ImportPage.vue'

afterEach(() => {
  document.body.innerHTML = ''
})

async function open(before?: (mounted: Awaited<ReturnType<typeof mountWith>>) => void) {
  const mounted = await mountWith(ImportPage)
  before?.(mounted)
  const { wrapper, fake } = mounted
  const look = async (path = '/home/moi/AutoTele') => {
    await field(wrapper, 'Chemin du dossier, sur cet ordinateur').setValue(path)
    await wrapper.get('form').trigger('submit')
    await settle()
  }
  const rows = () => wrapper.findAll('[data-testid=found]').map(row => row.text())
  const asked = (name: string) => fake.calls.filter(call => call.name === name).map(({ input }) => input)
  return { ...mounted, look, rows, asked }
}

test('what was found is shown first, each with whether and why not, and nothing is imported yet', async () => {
  const { look, rows, asked } = await open()
  await look()
  expect(asked('import.inspect')).toEqual([{ kind: 'path', path: '/home/moi/AutoTele', machineId: null }])
  const [account, locked, draft, history] = rows()
  expect(account).toContain('Sera importé')
  expect(locked).toContain('Ne peut pas être importé')
  expect(locked).toContain('Saisissez l’identifiant (UUID) de cet ordinateur')
  expect(draft).toContain('coupait les textes à 200 caractères')
  expect(history).toContain('128 envois')
  expect(history).toContain('Déjà là')
  expect(asked('import.run')).toEqual([])
})

test('accounts are only imported once the older program is said to be closed, and why is told', async () => {
  const { wrapper, look, asked } = await open()
  await look()
  expect(wrapper.text()).toContain('Telegram la coupe pour tous les deux')
  await button(wrapper, 'Importer 2 éléments').trigger('click')
  expect(wrapper.text()).toContain('Confirmez-le avant d’importer des comptes.')
  expect(asked('import.run')).toEqual([])

  await field(wrapper, 'L’ancien AutoTele est fermé').setValue(true)
  await button(wrapper, 'Importer 2 éléments').trigger('click')
  await settle()
  expect(asked('import.run')).toEqual([{ inspectionId: 'i1', itemIds: ['i-account', 'i-draft'] }])
  expect(wrapper.get('[data-testid=import-done]').text()).toContain('2 éléments importés')
})

test('without an account, nothing has to be closed', async () => {
  const { wrapper, look, asked } = await open()
  await look()
  await field(wrapper, 'Importer Nassim').setValue(false)
  await button(wrapper, 'Importer 1 élément').trigger('click')
  await settle()
  expect(asked('import.run')).toEqual([{ inspectionId: 'i1', itemIds: ['i-draft'] }])
})

test('what failed says so beside its line', async () => {
  const { wrapper, look, rows } = await open(({ fake }) =>
    fake.answer('import.run', ({ itemIds }) =>
      itemIds.map(id => ({
        id,
        outcome: id === 'i-account' ? 'failed' : 'imported',
        problem: id === 'i-account' ? 'import/other-account' : null,
      })),
    ),
  )
  await look()
  await field(wrapper, 'L’ancien AutoTele est fermé').setValue(true)
  await button(wrapper, 'Importer 2 éléments').trigger('click')
  await settle()
  expect(rows()[0]).toContain('Non importé')
  expect(rows()[0]).toContain('appartient à un autre numéro')
  expect(rows()[2]).toContain('Importé')
})

test('an empty or wrong path is said, and what was typed stays', async () => {
  const { wrapper, fake, look, asked } = await open()
  await wrapper.get('form').trigger('submit')
  expect(wrapper.text()).toContain('Écrivez le chemin complet du dossier.')
  expect(asked('import.inspect')).toEqual([])
  fake.failNext('import.inspect', 'import/path-unknown')
  await look('/nulle/part')
  expect(wrapper.get('[data-testid=error]').text()).toContain('Rien ne se trouve à ce chemin')
  const input = field(wrapper, 'Chemin du dossier, sur cet ordinateur').element as HTMLInputElement
  expect(input.value).toBe('/nulle/part')
})

test('a chosen file travels whole, and one too large asks for its path', async () => {
  const { wrapper, asked } = await open()
  await field(wrapper, 'Ce que vous avez').setValue('file')
  const input = field(wrapper, 'Fichier')
  const choose = async (bytes: Uint8Array<ArrayBuffer>) => {
    const file = new File([bytes], 'moi.session')
    Object.defineProperty(input.element, 'files', { value: [file], configurable: true })
    await input.trigger('change')
    await wrapper.get('form').trigger('submit')
  }
  await choose(new Uint8Array(700_000))
  expect(wrapper.text()).toContain('trop gros')
  expect(asked('import.inspect')).toEqual([])

  const bytes = Uint8Array.from({ length: 20_000 }, (_, at) => at % 251)
  await choose(bytes)
  await eventually(() => expect(asked('import.inspect')).toHaveLength(1))
  const [source] = asked('import.inspect') as Extract<ImportSource, { kind: 'file' }>[]
  expect(Buffer.from(source?.base64 ?? '', 'base64').equals(bytes)).toBe(true)
})

test('looking elsewhere makes the core forget what it held', async () => {
  const { wrapper, look, asked } = await open()
  await look()
  await button(wrapper, 'Vérifier autre chose').trigger('click')
  await settle()
  expect(asked('import.forget')).toEqual([{ inspectionId: 'i1' }])
  expect(wrapper.findAll('[data-testid=found]')).toEqual([])
})

test('an imported text opens in the editor with its account, chats and date, and stays in the list', async () => {
  const draft: ImportedDraft = {
    id: 'd1',
    kind: 'draft',
    accountId: 'a1' as AccountId,
    accountName: 'Camille',
    text: 'Rendez-vous dimanche',
    date: '2027-07-14T09:00',
    hours: [],
    chats: [{ id: '-1001' as ChatId, title: 'Le jardin' }],
    warnings: ['text-cut'],
  }
  const { wrapper, fake, router } = await walk('/accounts', { scenario: 'full' })
  fake.state.importedDrafts = [draft]
  await router.push('/accounts/import')
  const shown = await eventually(() => wrapper.get('[data-testid=imported-text]'))
  expect(shown.text()).toContain('coupait les textes')
  await eventually(() => button(wrapper, 'Ouvrir dans l’éditeur').trigger('click'))
  await eventually(() => expect(router.currentRoute.value.name).toBe('compose'))
  await eventually(() =>
    expect(fake.state.draft).toMatchObject({
      accountId: 'a1',
      text: 'Rendez-vous dimanche',
      chatIds: ['-1001'],
      dates: ['2027-07-14T09:00'],
    }),
  )
  expect(fake.state.importedDrafts).toHaveLength(1)
})
