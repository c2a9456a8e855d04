import { describe, expect, it } from 'vitest'
import { foundEntities } from './found-entities.ts'

const found = (text: string, marked: Parameters<typeof foundEntities>[1] = []): string[] =>
  foundEntities(text, marked).map(({ _, offset, length }) => {
    const from = Number(offset)
    return `${_.slice(13)} ${text.slice(from, from + Number(length))}`
  })

describe('what Telegram marks by itself', () => {
  it('is links, addresses, mentions and hashtags, without the punctuation behind them', () => {
    expect(
      found('🎉 Voir https://exemple.fr/fête?a=1. Écrire à lea@exemple.fr, ou à @lea_petit #Fête'),
    ).toEqual([
      'Email lea@exemple.fr',
      'Url https://exemple.fr/fête?a=1',
      'Mention @lea_petit',
      'Hashtag #Fête',
    ])
    expect(found('n° #12, a@b, @abc, 100 % et/ou c#')).toEqual([])
  })

  it('is not looked for in code nor in what is a link already', () => {
    const text = 'https://exemple.fr'
    const whole = { offset: 0, length: text.length }
    for (const _ of ['messageEntityCode', 'messageEntityUrl', 'messageEntityTextUrl']) {
      expect(found(text, [{ _, ...whole }])).toEqual([])
    }
    expect(found(text, [{ _: 'messageEntityBold', ...whole }])).toEqual(['Url https://exemple.fr'])
  })
})
