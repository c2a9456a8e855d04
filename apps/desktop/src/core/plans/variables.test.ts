import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ChatId, TextEntity } from '../../contract/index.ts'
import { fakeChannel } from '../telegram/testing/fake-data-centre.ts'
import { confirm, draftOf, signedInMessaging } from '../telegram/testing/messaging-core.ts'
import { dateWords, fillIn, hasVariables, unknownVariables } from './variables.ts'

const values = { group: 'Annonces 📣', date: '14 juillet 2027', time: '09:00', account: 'Camille' }
const bold = (offset: number, length: number): TextEntity => ({ type: 'bold', offset, length })
const fill = (text: string, entities: readonly TextEntity[] = []) => fillIn({ text, entities }, values)

describe('variables', () => {
  test('have a French and an English name, in capitals or not', () => {
    expect(fill('{group}{groupe}{Groupe}').text).toBe('Annonces 📣'.repeat(3))
    expect(fill('{time} {heure} {account} {compte} {date}').text).toBe(
      '09:00 09:00 Camille Camille 14 juillet 2027',
    )
  })

  test('unknown words in braces stay as they were typed, and are told', () => {
    const text = 'Bonjour {prénom}, {{group}} { date } {toString} {constructor}'
    expect(fill(text).text).toBe('Bonjour {prénom}, {Annonces 📣} { date } {toString} {constructor}')
    expect(unknownVariables(text)).toEqual(['{prénom}', '{toString}', '{constructor}'])
    expect(hasVariables('{prénom}')).toBe(false)
  })

  test('what a value brings is never read again', () => {
    expect(fillIn({ text: '{group}', entities: [] }, { ...values, group: '{date}' }).text).toBe('{date}')
  })

  test('formatting before, over, within and after a variable follows the text, in UTF-16 code units', () => {
    // «🙂 » is three code units, «{group}» seven, its value eleven.
    const { text, entities } = fill('🙂 {group} fin', [
      bold(0, 2),
      bold(3, 7),
      bold(5, 3),
      bold(11, 3),
      bold(6, 8),
    ])
    const said = entities.map(({ offset, length }) => text.slice(offset, offset + length))
    expect(said).toEqual(['🙂', 'Annonces 📣', 'Annonces 📣', 'fin', 'Annonces 📣 fin'])
  })

  test('a format over an empty value is gone', () => {
    expect(fillIn({ text: 'a{group}b', entities: [bold(1, 7)] }, { ...values, group: '' })).toEqual({
      text: 'ab',
      entities: [],
    })
  })

  test('whatever is formatted, each format covers the same words after as before', () => {
    const piece = fc.constantFrom('é', '🌻', ' ', '{group}', '{date}', '{x', 'mot', '}')
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 12 }),
        fc.nat(11),
        fc.nat(11),
        (pieces, a, b) => {
          const [from, to] = [Math.min(a, b, pieces.length), Math.min(Math.max(a, b), pieces.length)]
          const lengthOf = (end: number): number => pieces.slice(0, end).join('').length
          fc.pre(to > from)
          const entity = bold(lengthOf(from), lengthOf(to) - lengthOf(from))
          const { text, entities } = fill(pieces.join(''), [entity])
          const [{ offset, length } = { offset: 0, length: 0 }] = entities
          const before = fill(pieces.slice(0, from).join('')).text
          // A brace opened in one piece may be closed in another: then there is one more variable, which this is not about.
          fc.pre(fill(pieces.join('')).text === pieces.map(one => fill(one).text).join(''))
          expect(text.slice(0, offset)).toBe(before)
          expect(text.slice(offset, offset + length)).toBe(fill(pieces.slice(from, to).join('')).text)
        },
      ),
    )
  })

  test('dates are words of the language, the first of a month as French writes it', () => {
    expect(dateWords('2027-05-01', 'fr')).toBe('1er mai 2027')
    expect(dateWords('2027-05-01', 'en')).toBe('1 May 2027')
  })
})

describe('a plan with variables', () => {
  const CHATS = ['-1001', '-1002'] as ChatId[]

  test('shows and sends each chat its own text, and keeps it', async () => {
    const core = await signedInMessaging()
    const draft = draftOf(core.accountId, {
      chatIds: CHATS,
      text: '{groupe}, le {date} à {heure}',
      entities: [bold(0, 8)],
      timeZone: 'America/New_York',
    })
    const { items } = await core.handlers['plans.preview'](draft)
    const texts = ['Annonces, le 5 janvier 2027 à 09:00', 'Entraide, le 5 janvier 2027 à 09:00']
    expect(items.map(({ text }) => text)).toEqual(texts)
    expect(items.map(({ entities }) => entities[0]?.length)).toEqual([8, 8])
    await confirm(core, draft)
    await core.time.advance(20_000)
    expect(CHATS.map(id => core.dc.channel(id.slice(4)).scheduled.map(({ text }) => text))).toEqual(
      texts.map(text => [text]),
    )
  })

  test('the length that counts is that of each chat after its variables', async () => {
    const core = await signedInMessaging()
    core.dc.setDialogs([fakeChannel('1', 'A'), fakeChannel('2', 'Un nom bien long')])
    await core.handlers['targets.list']({ accountId: core.accountId, refresh: true })
    const draft = draftOf(core.accountId, { chatIds: CHATS, text: `${'x'.repeat(4090)}{group}` })
    const { findings } = await core.handlers['plans.preview'](draft)
    expect(findings).toEqual([
      {
        severity: 'blocker',
        code: 'plan/text-too-long',
        params: { limit: 4096, count: 4106 },
        chatIds: ['-1002'],
      },
    ])
  })

  test('an unknown word in braces is pointed out and stops nothing', async () => {
    const core = await signedInMessaging()
    const draft = draftOf(core.accountId, { text: 'Bonjour {prénom}' })
    const { findings, items } = await core.handlers['plans.preview'](draft)
    expect(findings).toEqual([
      { severity: 'info', code: 'finding/unknown-variable', params: { name: '{prénom}' }, chatIds: [] },
    ])
    expect(items[0]?.text).toBe('Bonjour {prénom}')
  })
})

test('minutes between chats keep their order and are on the wall clock of each message', async () => {
  const core = await signedInMessaging()
  const draft = draftOf(core.accountId, {
    chatIds: ['-1002', '-1001'] as ChatId[],
    dates: ['2027-01-05T09:00', '2027-01-05T09:10'],
    staggerMinutes: 10,
    text: '{heure}',
  })
  const { items } = await core.handlers['plans.preview'](draft)
  expect(items.map(({ chatId, local, text }) => [chatId, local.slice(11), text])).toEqual([
    ['-1002', '09:00:00', '09:00'],
    ['-1002', '09:10:00', '09:10'],
    ['-1001', '09:10:00', '09:10'],
    ['-1001', '09:20:00', '09:20'],
  ])
})
