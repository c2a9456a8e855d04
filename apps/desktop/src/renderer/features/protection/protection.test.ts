import { afterEach, expect, test } from 'vitest'
import { button, eventually, settle, walk } from '../../testing/mount.ts'
import { lockMinutes } from './changes.ts'

afterEach(() => {
  document.body.innerHTML = ''
})

const type = async (label: string, value: string) => {
  const found = [...document.querySelectorAll('label')].find(one => one.textContent?.trim() === label)
  const input = document.getElementById(found?.htmlFor ?? '') as HTMLInputElement
  input.value = value
  input.dispatchEvent(new Event('input', { bubbles: true }))
  await settle()
}
const submit = async () => {
  document.querySelector('.dialog form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await settle()
}

test('the minutes of another choice stay to be seen among ours', () => {
  expect(lockMinutes(45)).toEqual([0, 5, 15, 30, 45, 60, 120])
  expect(lockMinutes(15)).toEqual([0, 5, 15, 30, 60, 120])
})

test('a passphrase is changed with the present one, and a wrong one keeps the window and what was typed', async () => {
  const { wrapper, fake } = await walk('/settings/protection')
  await eventually(() => button(wrapper, 'Changer la phrase secrète'))
  await button(wrapper, 'Changer la phrase secrète').trigger('click')
  await settle()
  await submit()
  expect(fake.calls.some(({ name }) => name === 'vault.changePassphrase')).toBe(false)
  await type('Phrase secrète actuelle', 'l’ancienne phrase')
  await type('Nouvelle phrase secrète', 'quatre mots sans rapport')
  await type('Confirmez la phrase secrète', 'quatre mots sans rapport')
  fake.failNext('vault.changePassphrase', 'vault/wrong-passphrase')
  await submit()
  expect(document.querySelector('.dialog [data-code="vault/wrong-passphrase"]')).not.toBeNull()
  await submit()
  expect(fake.calls.filter(({ name }) => name === 'vault.changePassphrase').at(-1)?.input).toEqual({
    current: 'l’ancienne phrase',
    next: 'quatre mots sans rapport',
  })
  await eventually(() => expect(document.querySelector('.dialog')).toBeNull())
})

test('a weak keyring is explained, with the passphrase that mends it', async () => {
  const { wrapper, fake } = await walk('/settings')
  fake.answer('vault.protection', () => ({
    slots: [{ id: 's2', type: 'os-keyring', backend: 'basic_text' }],
    keyring: 'weak',
    requirePassword: false,
    problem: 'keyring-weak',
  }))
  await wrapper.vm.$router.push('/settings/protection')
  await eventually(() => expect(wrapper.text()).toContain('ne protège pas la clé'))
  fake.emit('vault.progressed', { done: 30, total: 120 })
  await settle()
  expect(wrapper.get('progress').attributes('value')).toBe('25')
})
