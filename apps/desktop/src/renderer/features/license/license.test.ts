import { afterEach, expect, test } from 'vitest'
import { LicenseState, type LicenseView } from '../../../contract/index.ts'
import { createFakeBridge } from '../../testing/fake-bridge.ts'
import { button, field, mountWith, settle, withStores, eventually } from '../../testing/mount.ts'
import { useToasts } from '../../ui/toasts.ts'
import LicensePage from './LicensePage.vue'
import { formatMoney, useLicenseWords } from './words.ts'

afterEach(() => {
  document.body.innerHTML = ''
})

const valid = createFakeBridge('full').state.license
const view = (change: Partial<LicenseView>): LicenseView => ({
  ...valid,
  validUntil: '2027-03-14T11:00:00Z',
  offlineUntil: '2027-03-01T11:00:00Z',
  lastContact: '2027-02-10T11:00:00Z',
  ...change,
})

test('each state of the licence is a sentence with its date and what to do', () => {
  withStores({}, () => {
    const words = useLicenseWords()
    expect(words(view({})).title).toBe('Valable jusqu’au 14 mars 2027')
    expect(words(view({ state: 'stale' })).title).toBe('Hors ligne : fonctionne jusqu’au 1er mars 2027')
    expect(words(view({ state: 'stale' })).next).toContain('10 février 2027')
    expect(words(view({ state: 'denied', denial: 'device_removed' })).next).toContain('Activez-la de nouveau')
    for (const state of LicenseState.options) {
      const { title, next } = words(view({ state, validUntil: null, offlineUntil: null, lastContact: null }))
      expect(`${title} ${next}`).not.toMatch(/null|undefined|[{}]|license\./)
    }
  })
})

test('money is said in the language, whatever the currency', () => {
  expect(formatMoney('29.99', 'EUR', 'fr-FR')).toBe('29,99\u00a0€')
  expect(formatMoney('29.99', 'EUR', 'en-GB')).toBe('€29.99')
  expect(formatMoney('29.99', 'not a currency', 'fr-FR')).toBe('29.99 not a currency')
})

test('a purchase shows the amount and its page, and becomes a licence by itself', async () => {
  const { wrapper, fake } = await mountWith(LicensePage, { scenario: 'empty' })
  await button(wrapper, 'Acheter un mois').trigger('click')
  await settle()
  expect(wrapper.get('[data-testid=checkout]').text()).toContain('29,99')
  await button(wrapper, 'Ouvrir la page de paiement').trigger('click')
  expect(fake.opened).toEqual(['https://payer.exemple.fr/i/9jWg2K'])

  const { checkout } = fake.state.license
  fake.emit('license.changed', {
    ...fake.state.license,
    checkout: { ...checkout!, state: 'underpaid', paidAmount: '12.00' },
  })
  await settle()
  expect(wrapper.get('[data-testid=checkout]').text()).toContain('Paiement incomplet')
  expect(wrapper.get('[data-testid=checkout]').text()).toContain('12,00')

  fake.emit('license.changed', view({ checkout: { ...checkout!, state: 'settled' } }))
  await settle()
  expect(wrapper.get('[data-testid=license]').text()).toContain('Valable jusqu’au 14 mars 2027')
  expect(wrapper.find('[data-testid=checkout]').exists()).toBe(false)
  expect(wrapper.get('[data-testid=license-key]').text()).toBe('ATL-7KQ4M-XW2PD-9R3VH-C6TNB')
  expect(useToasts().list.at(-1)?.title).toBe('Licence valable : merci !')
  wrapper.unmount()
})

test('in a browser the payment page is a real link that gives nothing away', async () => {
  const fake = createFakeBridge('empty')
  fake.state.app.hosted = 'web'
  const { wrapper } = await mountWith(LicensePage, { fake })
  await button(wrapper, 'Acheter un mois').trigger('click')
  await settle()
  const link = wrapper.get('[data-testid=checkout] a')
  expect(link.attributes()).toMatchObject({
    href: 'https://payer.exemple.fr/i/9jWg2K',
    target: '_blank',
    rel: 'noopener noreferrer',
  })
  wrapper.unmount()
})

test('a refused key stays in its field', async () => {
  const { wrapper } = await mountWith(LicensePage, { scenario: 'empty' })
  await field(wrapper, 'Clé de licence').setValue('n’importe quoi')
  await wrapper.get('form').trigger('submit')
  await settle()
  expect(wrapper.text()).toContain('Cette clé de licence n’existe pas.')
  expect((field(wrapper, 'Clé de licence').element as HTMLInputElement).value).toBe('n’importe quoi')
  wrapper.unmount()
})

test('a licence that is full shows who holds its seats, and freeing one gives it to this computer', async () => {
  const { wrapper, fake } = await mountWith(LicensePage, { scenario: 'empty' })
  fake.failNext('license.activate', 'license/seat-limit', { limit: 2 })
  fake.state.license.seats = [
    { deviceId: 'dev-1', label: 'Portable de Camille', lastSeen: '2026-09-01T08:00:00Z' },
    { deviceId: 'dev-2', label: 'Ancien bureau', lastSeen: '2026-03-01T08:00:00Z' },
  ]
  await field(wrapper, 'Clé de licence').setValue('ATL-7KQ4M')
  await wrapper.get('form').trigger('submit')
  await settle()
  expect(wrapper.findAll('[data-testid=seat]').map(seat => seat.get('p').text())).toEqual([
    'Portable de Camille',
    'Ancien bureau',
  ])
  await button(wrapper, 'Libérer la place de Ancien bureau').trigger('click')
  await settle()
  expect(fake.calls.some(call => call.name === 'license.freeSeat')).toBe(false)
  const confirm = [...document.querySelectorAll<HTMLElement>('[role=alertdialog] button')].at(-1)
  confirm?.click()
  await settle()
  const freed = fake.calls.find(call => call.name === 'license.freeSeat')
  expect(freed?.input).toEqual({ licenseKey: 'ATL-7KQ4M', deviceId: 'dev-2' })
  expect(wrapper.get('[data-testid=license]').attributes('data-state')).toBe('valid')
  wrapper.unmount()
})

test('a server that cannot be reached is explained and the page stays usable', async () => {
  const { wrapper, fake } = await mountWith(LicensePage, { scenario: 'empty' })
  fake.failNext('license.startTrial', 'license/server-unreachable')
  await button(wrapper, 'Démarrer l’essai gratuit').trigger('click')
  await settle()
  expect(wrapper.text()).toContain('Le serveur de licences est injoignable.')
  await button(wrapper, 'Démarrer l’essai gratuit').trigger('click')
  await eventually(() =>
    expect(wrapper.get('[data-testid=license]').attributes('data-state')).toBe('trialing'),
  )
  wrapper.unmount()
})
