import { afterEach, expect, test } from 'vitest'
import { createFakeBridge } from '../../testing/fake-bridge.ts'
import { button, field, settle, walk, eventually } from '../../testing/mount.ts'
import { strengthOf } from '../protection/strength.ts'

afterEach(() => {
  document.body.innerHTML = ''
})

test('the first start goes from the language to the first message in four steps', async () => {
  const { wrapper, router, fake } = await walk('/', { scenario: 'new' })
  await eventually(() => expect(wrapper.get('h1').text()).toBe('Bienvenue dans AutoTele'))
  await wrapper.get('form').trigger('submit')
  await field(wrapper, 'Phrase secrète').setValue('quatre mots sans rapport')
  await field(wrapper, 'Confirmez la phrase secrète').setValue('quatre mots sans rapport')
  await wrapper.get('form').trigger('submit')
  await eventually(() => expect(wrapper.get('h1').text()).toBe('Essayez gratuitement'))
  expect(fake.calls.find(call => call.name === 'vault.create')?.input).toEqual({
    passphrase: 'quatre mots sans rapport',
  })
  await eventually(() => button(wrapper, 'Démarrer l’essai gratuit'))
  await button(wrapper, 'Démarrer l’essai gratuit').trigger('click')
  await eventually(() => field(wrapper, 'Numéro de téléphone'))
  await field(wrapper, 'Numéro de téléphone').setValue('+33612345678')
  await wrapper.get('form').trigger('submit')
  await settle()
  await field(wrapper, 'Code reçu').setValue('12345')
  await wrapper.get('form').trigger('submit')
  await eventually(() => expect(router.currentRoute.value.name).toBe('compose'))
  wrapper.unmount()
})

test('an interrupted first start goes on where it was', async () => {
  const fake = createFakeBridge('empty')
  fake.state.license = { ...fake.state.license, state: 'trialing', canCreate: true }
  const { wrapper } = await walk('/messages', { fake })
  await eventually(() => expect(wrapper.get('h1').text()).toBe('Ajoutez votre premier compte'))
  expect(wrapper.text()).toContain('Étape 4 sur 4')
  wrapper.unmount()
})

test('the licence and the account may be put off, and nothing then leads back', async () => {
  const { wrapper, router } = await walk('/', { scenario: 'empty' })
  await eventually(() => button(wrapper, 'Plus tard'))
  await button(wrapper, 'Plus tard').trigger('click')
  await eventually(() => field(wrapper, 'Numéro de téléphone'))
  await button(wrapper, 'Plus tard').trigger('click')
  await eventually(() => expect(router.currentRoute.value.name).toBe('messages'))
  await router.push('/accounts')
  expect(router.currentRoute.value.name).toBe('accounts')
  wrapper.unmount()
})

test('the step of the licence is headed by what it shows, and leads back', async () => {
  const { wrapper } = await walk('/', { scenario: 'empty' })
  await eventually(() => button(wrapper, 'J’ai déjà une clé'))
  await button(wrapper, 'J’ai déjà une clé').trigger('click')
  expect(wrapper.get('h1').text()).toBe('J’ai déjà une clé')
  expect(wrapper.text()).not.toContain('Démarrer l’essai gratuit')
  await button(wrapper, 'Je n’ai pas de clé').trigger('click')
  await button(wrapper, 'Acheter maintenant').trigger('click')
  await eventually(() => expect(wrapper.get('h1').text()).toBe('Paiement en cours'))
  expect(wrapper.text()).not.toContain('7 jours complets')
  wrapper.unmount()
})

test('two different entries, or one too short, protect nothing', async () => {
  const { wrapper, fake } = await walk('/', { scenario: 'new' })
  await eventually(() => button(wrapper, 'Commencer'))
  await wrapper.get('form').trigger('submit')
  await field(wrapper, 'Phrase secrète').setValue('court')
  await wrapper.get('form').trigger('submit')
  expect(wrapper.text()).toContain('Encore 5 caractères')
  await field(wrapper, 'Phrase secrète').setValue('quatre mots sans rapport')
  await field(wrapper, 'Confirmez la phrase secrète').setValue('quatre mots avec rapport')
  await wrapper.get('form').trigger('submit')
  expect(wrapper.text()).toContain('Les deux saisies sont différentes.')
  expect(fake.calls.some(call => call.name === 'vault.create')).toBe(false)
  wrapper.unmount()
})

test('without a good keyring there is no way past the passphrase', async () => {
  const fake = createFakeBridge('new')
  fake.state.app.keyring = 'weak'
  const { wrapper } = await walk('/', { fake })
  await eventually(() => button(wrapper, 'Commencer'))
  await wrapper.get('form').trigger('submit')
  expect(wrapper.text()).toContain('Une phrase secrète est nécessaire ici')
  expect(wrapper.text()).not.toContain('Continuer sans phrase secrète')
  wrapper.unmount()
})

test('a locked vault asks for the passphrase, whatever the address, and a wrong one says so', async () => {
  const { wrapper, router } = await walk('/settings', { scenario: 'locked' })
  await eventually(() => field(wrapper, 'Phrase secrète'))
  expect(router.currentRoute.value.query['to']).toBe('/settings')
  await field(wrapper, 'Phrase secrète').setValue('perdu')
  await wrapper.get('form').trigger('submit')
  await settle()
  expect(wrapper.text()).toContain('Ce n’est pas la bonne phrase secrète.')
  expect((field(wrapper, 'Phrase secrète').element as HTMLInputElement).value).toBe('perdu')
  wrapper.unmount()
})

test('the hint rewards length and variety, not repetition', () => {
  expect(strengthOf('court')).toBe('weak')
  expect(strengthOf('aaaaaaaaaaaaaaaa')).toBe('weak')
  expect(strengthOf('azertyuiop')).toBe('weak')
  expect(strengthOf('quatre mots simples')).not.toBe('weak')
  expect(strengthOf('Cheval 7 batterie agrafe lune')).toBe('good')
})
