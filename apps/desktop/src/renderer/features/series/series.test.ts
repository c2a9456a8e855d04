import { afterEach, describe, expect, test } from 'vitest'
import type { Recurrence } from '../../../contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { createFakeBridge } from '../../testing/fake-bridge.ts'
import { button, eventually, field, settle, walk, withStores } from '../../testing/mount.ts'
import { formOf, readRule } from '../composer/rule.ts'
import { useComposer } from '../composer/store.ts'
import { ruleWords } from './words.ts'

const NOW = Date.parse('2026-11-22T13:02:00Z')
const clock = () => NOW
afterEach(() => {
  document.body.innerHTML = ''
})

const weekly: Recurrence = {
  from: '2027-03-23',
  time: '09:00',
  frequency: { unit: 'week', every: 1, days: [2, 5] },
  end: { kind: 'never' },
}
const rules: readonly Recurrence[] = [
  weekly,
  { ...weekly, frequency: { unit: 'day', every: 3 }, end: { kind: 'count', count: 10 } },
  {
    ...weekly,
    frequency: { unit: 'month', every: 2, on: { by: 'day', day: 31, missing: 'skip' } },
    end: { kind: 'until', day: '2027-12-31' },
  },
  { ...weekly, frequency: { unit: 'month', every: 1, on: { by: 'weekday', nth: -1, weekday: 5 } } },
]

test('a stored rule comes back in the form as it was typed, whatever its kind', () => {
  for (const rule of rules) expect(readRule(formOf(rule), 'Europe/Paris', NOW).rule).toEqual(rule)
})

test('what is not readable is named, and makes no rule', () => {
  const form = formOf(weekly)
  const wrong = (change: Partial<typeof form>) => [...readRule({ ...form, ...change }, 'UTC', NOW).wrong]
  expect(wrong({ every: '0' })).toEqual(['every'])
  expect(wrong({ every: '53' })).toEqual(['every'])
  expect(wrong({ days: [] })).toEqual(['days'])
  expect(wrong({ from: '31/02/2027' })).toEqual(['from'])
  expect(wrong({ time: '25h' })).toEqual(['time'])
  expect(wrong({ end: 'until', until: '22/03/2027' })).toEqual(['until'])
  expect(wrong({ end: 'count', count: 'dix' })).toEqual(['count'])
  expect(wrong({ unit: 'month', monthDay: '32' })).toEqual(['monthDay'])
})

describe('a rule in words', () => {
  const said = (language: 'fr' | 'en') =>
    withStores({ language }, () => {
      const text = useText()
      return rules.map(rule => ruleWords(rule, text))
    }).result

  test('in French', () => {
    expect(said('fr')).toEqual([
      'Chaque semaine, le mardi et le vendredi, à 09:00',
      'Tous les 3 jours à 09:00, 10 fois',
      'Le 31 du mois, tous les 2 mois, à 09:00, jusqu’au 31 décembre 2027',
      'Le dernier vendredi de chaque mois à 09:00',
    ])
  })

  test('in English', () => {
    expect(said('en')).toEqual([
      'Every week on Tuesday and Friday at 09:00',
      'Every 3 days at 09:00, 10 times',
      'On day 31 of the month, every 2 months, at 09:00, until 31 December 2027',
      'On the last Friday of every month at 09:00',
    ])
  })
})

test('changing between once and repeating loses neither the dates nor the rule, and both are saved', async () => {
  const fake = createFakeBridge('full', clock)
  const { result: composer } = withStores({ fake, clock }, useComposer)
  await composer.load()
  composer.text = 'Bonjour'
  composer.setRow(0, { day: '14/07/2027', time: '9h' })
  composer.chooseMode('repeat')
  expect(composer.ruleForm).toMatchObject({ from: '14/07/2027', time: '09:00' })
  composer.setRule({ days: [2, 5] })
  composer.chooseMode('once')
  await composer.save()
  expect(fake.state.draft).toMatchObject({
    mode: 'once',
    dates: ['2027-07-14T09:00'],
    rule: { from: '2027-07-14', frequency: { unit: 'week', days: [2, 5] } },
  })
  const { result: again } = withStores({ fake, clock }, useComposer)
  await again.load()
  again.chooseMode('repeat')
  expect(again.readRule.rule).toEqual(fake.state.draft?.rule)
})

test('from the composer to a running series: words, next dates, each chat’s text, the list', async () => {
  const fake = createFakeBridge('empty', clock)
  fake.state.accounts = createFakeBridge('full', clock).state.accounts
  fake.state.license = createFakeBridge('full', clock).state.license
  const { wrapper, router } = await walk('/compose', { fake, clock })
  await eventually(() => field(wrapper, 'Texte du message'))
  await field(wrapper, 'Texte du message').setValue('Bonjour ')
  const area = field(wrapper, 'Texte du message').element as HTMLTextAreaElement
  area.setSelectionRange(8, 8)
  await button(wrapper, '{groupe}').trigger('click')
  expect(area.value).toBe('Bonjour {groupe}')
  await eventually(() => field(wrapper, 'Annonces du quartier'))
  await field(wrapper, 'Annonces du quartier').setValue(true)
  await field(wrapper, 'Bénévoles 2027').setValue(true)
  await wrapper
    .findAll('[role=tab]')
    .find(tab => tab.text() === 'Se répète')
    ?.trigger('mousedown', { button: 0 })
  await eventually(() => field(wrapper, 'mardi'))
  await field(wrapper, 'mardi').setValue(true)
  await field(wrapper, 'À partir du').setValue('23/03/2027')
  await field(wrapper, 'Heure').setValue('9h')
  expect(wrapper.get('[data-testid=rule-words]').text()).toBe('Chaque semaine, le mardi, à 09:00')
  await eventually(() => expect(wrapper.findAll('[data-testid=rule-date]').length).toBeGreaterThan(0))
  await button(wrapper, 'Vérifier').trigger('click')
  await eventually(() => button(wrapper, 'Lancer la série'))
  expect(wrapper.get('[data-testid=series-words]').text()).toBe('Chaque semaine, le mardi, à 09:00')
  expect(wrapper.get('[data-testid=series-reserve]').text()).toBe('Réserve jusqu’au 13 avril 2027')
  expect(wrapper.text()).toContain('Bonjour Bénévoles 2027')
  const read = wrapper.findAll('label').find(one => one.text().startsWith('J’ai lu'))
  if (read !== undefined) await field(wrapper, read.text()).setValue(true)
  await button(wrapper, 'Lancer la série').trigger('click')
  await eventually(() => expect(router.currentRoute.value.name).toBe('series'))
  await eventually(() => expect(wrapper.findAll('[data-testid=series]')).toHaveLength(1))
  wrapper.unmount()
})

test('a series is paused after a question, goes on, and is stopped', async () => {
  const fake = createFakeBridge('full', clock)
  const { wrapper } = await walk('/series', { fake, clock })
  const words = 'Chaque semaine, le mardi et le vendredi, à 09:00'
  await eventually(() => button(wrapper, `Mettre en pause : ${words}`))
  expect(wrapper.get('[data-testid=reserve]').text()).toContain('Réserve jusqu’au 20 décembre 2026')
  await button(wrapper, `Mettre en pause : ${words}`).trigger('click')
  await settle()
  const dialog = () => document.querySelector<HTMLElement>('[role=alertdialog]')
  expect(dialog()?.textContent).toContain('Retirer aussi les 32 messages déjà chez Telegram')
  const press = (name: string) =>
    [...(dialog()?.querySelectorAll('button') ?? [])].find(one => one.textContent.trim() === name)?.click()
  dialog()?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click()
  await settle()
  press('Mettre en pause')
  await eventually(() => button(wrapper, `Reprendre : ${words}`))
  expect(fake.calls.find(({ name }) => name === 'series.pause')?.input).toEqual({ id: 's1', withdraw: true })
  await button(wrapper, `Reprendre : ${words}`).trigger('click')
  await eventually(() => button(wrapper, `Arrêter : ${words}`))
  await button(wrapper, `Arrêter : ${words}`).trigger('click')
  await settle()
  press('Arrêter')
  await eventually(() => expect(fake.state.series[0]?.state).toBe('ended'))
  wrapper.unmount()
})

test('without a series the page says how to begin one', async () => {
  const fake = createFakeBridge('full', clock)
  fake.state.series = []
  const { wrapper } = await walk('/series', { fake, clock })
  await eventually(() => expect(wrapper.text()).toContain('Aucune série'))
  wrapper.unmount()
})
