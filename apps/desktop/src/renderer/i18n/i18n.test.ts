import { unbroken } from '@autotele/ui/typography.ts'
import { UI_WORDS } from '@autotele/ui/words.ts'
import { expect, test } from 'vitest'
import { ERROR_CODES, Finding } from '../../contract/index.ts'
import { withStores } from '../testing/mount.ts'
import { en } from './en/index.ts'
import { useErrorText } from './errors.ts'
import { fr } from './fr/index.ts'
import { createText, loadMessages, preferredLanguage, switchLanguage } from './index.ts'

type Tree = { readonly [key: string]: string | Tree }

const flat = (tree: Tree, prefix = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flat(value, `${prefix}${key}.`),
  )
const french = new Map(flat(fr))
const english = new Map(flat(en))
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()

test('every sentence exists in both languages, those of the design system too', () => {
  for (const word of UI_WORDS) expect(french.has(word), word).toBe(true)
  expect([...english.keys()].sort()).toEqual([...french.keys()].sort())
  for (const [key, text] of [...french, ...english]) expect(text.trim(), key).not.toBe('')
})

test('a sentence takes the same values in both languages, in each of its plural forms', () => {
  for (const [key, text] of french) {
    expect(placeholders(english.get(key) ?? ''), key).toEqual(placeholders(text))
    expect((english.get(key) ?? '').split(' | ').length, key).toBe(text.split(' | ').length)
  }
})

test.each(['fr', 'en'] as const)('every sentence can be read by vue-i18n in %s', language => {
  const { global } = createText(language, language === 'fr' ? fr : en)
  for (const key of french.keys()) expect(() => global.t(key, { n: 2 }, 2), key).not.toThrow()
})

test.each(['fr', 'en'] as const)('every code is explained in %s, with what to do, and no hole', language => {
  const codes = [...ERROR_CODES, ...Finding.shape.code.options[1].options]
  withStores({ language }, () => {
    const explain = useErrorText()
    for (const code of codes) {
      for (const params of [
        undefined,
        { retryAt: '2027-01-05T10:00:00Z' },
        { seconds: 90, limit: 2, count: 3 },
      ]) {
        const { what, next } = explain({ code, params })
        expect(`${what} ${next}`, code).not.toMatch(/[{}|]|undefined|errors\.|findings\./)
        expect(what.length, code).toBeGreaterThan(10)
        expect(next.length, code).toBeGreaterThan(10)
      }
    }
  })
})

test('what the core knows fills the sentence', () => {
  withStores({}, () => {
    const explain = useErrorText()
    expect(explain({ code: 'telegram/wait', params: { seconds: 95 } }).next).toContain('dans 1 min 35 s')
    expect(explain({ code: 'license/seat-limit', params: { limit: 2 } }).what).toContain('2 ordinateurs')
  })
})

test('nought is singular in French and plural in English', () => {
  const count = (language: 'fr' | 'en', n: number) =>
    createText(language, language === 'fr' ? fr : en).global.t('composer.chatsCount', { n }, n)
  expect(count('fr', 0)).toBe('0 discussion choisie')
  expect(count('fr', 2)).toBe('2 discussions choisies')
  expect(count('en', 0)).toBe('0 chats chosen')
  expect(count('en', 1)).toBe('1 chat chosen')
})

test('the language switches at once', async () => {
  const text = createText('fr', fr)
  expect(text.global.t('shell.compose')).toBe('Nouveau message')
  await switchLanguage(text, 'en')
  expect(text.global.t('shell.compose')).toBe('New message')
  expect(document.documentElement.lang).toBe('en')
})

test('French unless the machine asks for English', () => {
  expect(preferredLanguage(['de-DE', 'en-GB', 'fr'])).toBe('en')
  expect(preferredLanguage(['fr-CA', 'en'])).toBe('fr')
  expect(preferredLanguage(['de'])).toBe('fr')
})

test('no line of French begins with the second half of a sign, and what is no sign keeps its space', async () => {
  expect(unbroken('Prêt ? « Oui » : 20 % ; 5 € ! À 9 h | C:\\AutoTele, tg://a')).toBe(
    'Prêt\u202f? «\u00a0Oui\u00a0»\u00a0: 20\u00a0%\u202f; 5\u00a0€\u202f! À 9 h | C:\\AutoTele, tg://a',
  )
  const shown = await loadMessages('fr')
  expect(shown.onboarding?.languageText).toContain('une fois\u00a0: Telegram')
})
