import { afterEach, expect, test } from 'vitest'
import type { RouteTest } from '../../../contract/index.ts'
import { button, field, mountWith, settle } from '../../testing/mount.ts'
import ProxySection from './ProxySection.vue'
import TelegramAppSection from './TelegramAppSection.vue'

afterEach(() => {
  document.body.innerHTML = ''
})

const SECRET = '0123456789abcdef0123456789abcdef'

async function open() {
  const mounted = await mountWith(ProxySection)
  const { wrapper, fake } = mounted
  const value = (label: string) => (field(wrapper, label).element as HTMLInputElement).value
  const choose = async (kind: string) => {
    await field(wrapper, 'Passer par').setValue(kind)
    await settle()
  }
  const asked = () => fake.calls.filter(({ name }) => name !== 'network.get').map(({ input }) => input)
  return { ...mounted, value, choose, asked }
}

test('a pasted link fills the fields in and saves nothing by itself', async () => {
  const { wrapper, value, choose, asked } = await open()
  await choose('socks5')
  await field(wrapper, 'Lien du proxy').setValue(
    `https://t.me/proxy?server=proxy.exemple.fr&port=443&secret=dd${SECRET}`,
  )
  expect([value('Adresse'), value('Port'), value('Secret')]).toEqual([
    'proxy.exemple.fr',
    '443',
    `dd${SECRET}`,
  ])
  expect(asked().filter(input => JSON.stringify(input).includes(SECRET))).toEqual([])

  await wrapper.get('form').trigger('submit')
  await settle()
  expect(asked()).toContainEqual({
    kind: 'mtproxy',
    host: 'proxy.exemple.fr',
    port: 443,
    secret: `dd${SECRET}`,
  })
  expect(value('Secret')).toBe('')
})

test('a link that is none says so and touches nothing', async () => {
  const { wrapper, value, choose } = await open()
  await choose('mtproxy')
  await field(wrapper, 'Adresse').setValue('proxy.exemple.fr')
  await field(wrapper, 'Lien du proxy').setValue('https://exemple.fr/')
  expect(wrapper.text()).toContain('Ce n’est pas un lien de proxy Telegram')
  expect(value('Adresse')).toBe('proxy.exemple.fr')
})

test('what is wrong is said beside its field, and nothing typed is lost', async () => {
  const { wrapper, value, choose, asked, fake } = await open()
  await choose('mtproxy')
  await field(wrapper, 'Adresse').setValue('http://proxy')
  await field(wrapper, 'Port').setValue('99999')
  await field(wrapper, 'Secret').setValue('ee12')
  await wrapper.get('form').trigger('submit')
  expect(wrapper.text()).toContain('sans http://')
  expect(wrapper.text()).toContain('Écrivez un nombre de 1 à 65535.')
  expect(asked().filter(input => JSON.stringify(input).includes('proxy'))).toEqual([])

  await field(wrapper, 'Adresse').setValue('proxy')
  await field(wrapper, 'Port').setValue('443')
  fake.failNext('network.setProxy', 'proxy/secret-fake-tls')
  await wrapper.get('form').trigger('submit')
  await settle()
  expect(wrapper.get('.field-error').text()).toContain('se fait passer pour un site web')
  expect([value('Adresse'), value('Port'), value('Secret')]).toEqual(['proxy', '443', 'ee12'])
})

test('a saved password is kept while its field stays empty', async () => {
  const { wrapper, choose, asked } = await open()
  await choose('socks5')
  await field(wrapper, 'Adresse').setValue('10.0.0.1')
  await field(wrapper, 'Port').setValue('1080')
  await field(wrapper, 'Mot de passe').setValue('sésame')
  await wrapper.get('form').trigger('submit')
  await settle()
  expect(wrapper.text()).toContain('Déjà enregistré')
  await button(wrapper, 'Tester la connexion').trigger('click')
  await settle()
  expect(asked().at(-1)).toEqual({
    kind: 'socks5',
    host: '10.0.0.1',
    port: 1080,
    username: '',
    password: null,
  })
})

test('a test says what answered, or what was tried and where it stopped', async () => {
  const { wrapper, fake } = await open()
  await button(wrapper, 'Tester la connexion').trigger('click')
  await settle()
  expect(wrapper.get('[data-testid=route-test]').text()).toContain('Telegram répond')

  const failed: RouteTest = {
    error: 'telegram/unreachable',
    attempts: [
      { host: '149.154.167.50', port: 443, outcome: 'no-answer' },
      { host: '149.154.167.50', port: 80, outcome: 'unreachable' },
    ],
    milliseconds: 12_000,
  }
  fake.answer('network.test', () => failed)
  await button(wrapper, 'Tester la connexion').trigger('click')
  await settle()
  const text = wrapper.get('[data-testid=route-test]').text()
  expect(text).toContain('149.154.167.50:443 — connecté, mais Telegram ne répond pas')
  expect(text).toContain('149.154.167.50:80 — pas de réponse')
})

test('one’s own api_id is saved with its hash, which is then forgotten here', async () => {
  const { wrapper, fake } = await mountWith(TelegramAppSection)
  await field(wrapper, 'api_id').setValue('douze')
  await field(wrapper, 'api_hash').setValue('court')
  await wrapper.get('form').trigger('submit')
  expect(wrapper.text()).toContain('C’est un nombre')
  expect(wrapper.text()).toContain('32 caractères')

  await field(wrapper, 'api_id').setValue('4242')
  await field(wrapper, 'api_hash').setValue(SECRET)
  await wrapper.get('form').trigger('submit')
  await settle()
  expect(fake.calls.at(-1)).toMatchObject({
    name: 'settings.update',
    input: { telegramApp: { apiId: 4242, apiHash: SECRET } },
  })
  expect(wrapper.get('[data-testid=api-id]').text()).toContain('4242')
  expect((field(wrapper, 'api_hash').element as HTMLInputElement).value).toBe('')

  await button(wrapper, 'Revenir à ceux d’AutoTele').trigger('click')
  await settle()
  expect(wrapper.get('[data-testid=api-id]').text()).toContain('ceux d’AutoTele')
})
