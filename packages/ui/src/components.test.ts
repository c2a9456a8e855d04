import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import { h, nextTick, ref } from 'vue'
import { createI18n } from 'vue-i18n'
import AppBanner from './AppBanner.vue'
import AppButton from './AppButton.vue'
import AppDialog from './AppDialog.vue'
import ConfirmDialog from './ConfirmDialog.vue'
import PasswordField from './PasswordField.vue'
import TextField from './TextField.vue'
import { UI_WORDS } from './words.ts'

const french: Record<string, string> = {
  'common.cancel': 'Annuler',
  'common.close': 'Fermer',
  'common.hidePassword': 'Masquer',
  'common.showPassword': 'Afficher',
}
const text = () =>
  createI18n({ legacy: false, locale: 'fr', flatJson: true, messages: { fr: { ...french } } })
const global = () => ({ plugins: [text()] })

test('these are all the words the components say', () => {
  expect(Object.keys(french).sort()).toEqual([...UI_WORDS].sort())
})

test('a field is tied to its label, and to its error rather than its hint', async () => {
  const field = mount(TextField, { props: { modelValue: '', label: 'Nom', hint: 'Court' } })
  const input = field.get('input')
  expect(field.get('label').attributes('for')).toBe(input.attributes('id'))
  expect(field.get(`[id="${input.attributes('aria-describedby') ?? ''}"]`).text()).toBe('Court')
  expect(input.attributes('aria-invalid')).toBeUndefined()
  await field.setProps({ error: 'Trop long' })
  expect(field.get(`[id="${input.attributes('aria-describedby') ?? ''}"]`).text()).toBe('Trop long')
  expect(input.attributes('aria-invalid')).toBe('true')
})

test('a password is hidden until asked to be shown, and the button says which', async () => {
  const field = mount(PasswordField, { props: { modelValue: 'secret', label: 'Mot' }, global: global() })
  expect(field.get('input').attributes('type')).toBe('password')
  await field.get('button').trigger('click')
  expect(field.get('input').attributes('type')).toBe('text')
  expect(field.get('button').attributes('aria-label')).toBe('Masquer')
})

test('a button at work does not fire again', async () => {
  let pressed = 0
  const button = mount(AppButton, { props: { busy: true }, attrs: { onClick: () => pressed++ } })
  await button.trigger('click')
  expect(pressed).toBe(0)
  await button.setProps({ busy: false })
  await button.trigger('click')
  expect(pressed).toBe(1)
})

test('what went wrong is announced at once, the rest politely', () => {
  expect(mount(AppBanner, { props: { tone: 'bad' } }).attributes('role')).toBe('alert')
  expect(mount(AppBanner, { props: { tone: 'warn' } }).attributes('role')).toBe('status')
})

test('a window has the focus, closes with Escape and gives the focus back', async () => {
  const open = ref(false)
  const page = mount(
    () => [
      h('button', { id: 'opener' }, 'ouvrir'),
      h(
        AppDialog,
        {
          title: 'Titre',
          open: open.value,
          'onUpdate:open': (value: boolean) => {
            open.value = value
          },
        },
        () => h('input', { id: 'inside' }),
      ),
    ],
    { attachTo: document.body, global: global() },
  )
  const opener = document.getElementById('opener')
  opener?.focus()
  open.value = true
  await nextTick()
  await expect.poll(() => document.activeElement?.id).toBe('inside')
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
  await expect.poll(() => open.value).toBe(false)
  await expect.poll(() => document.activeElement).toBe(opener)
  page.unmount()
})

test('a question about a loss starts on the way back', async () => {
  const page = mount(ConfirmDialog, {
    props: { open: true, title: 'Supprimer ?', text: 'Pour toujours.', confirm: 'Supprimer' },
    attachTo: document.body,
    global: global(),
  })
  await expect.poll(() => document.activeElement?.textContent).toContain('Annuler')
  page.unmount()
})
