import { expect, test } from 'vitest'
import { explain } from './attention-texts.ts'

const happened = (detail: object) => explain('underpaid', detail).happened
const SPACE = '\u00a0'

test('an amount is written as each language writes it, digit for digit', () => {
  expect(happened({ amount: '29.99', paidAmount: '1234.5', currency: 'EUR' })).toEqual({
    fr: `Facture expirée, payée en partie : 1\u202f234,50${SPACE}EUR sur 29,99${SPACE}EUR.`,
    en: `The invoice expired partly paid: 1,234.50${SPACE}EUR of 29.99${SPACE}EUR.`,
  })
  // More digits than a float has, and a currency that is no three letters.
  const { fr, en } = happened({ amount: '90071992547409.93', paidAmount: '0.00012345', currency: 'SATS' })
  expect(fr).toContain(`0,00012345${SPACE}SATS sur 90\u202f071\u202f992\u202f547\u202f409,93${SPACE}SATS`)
  expect(en).toContain(`0.00012345${SPACE}SATS of 90,071,992,547,409.93${SPACE}SATS`)
})

test('an amount that was not kept is said to be unknown', () => {
  expect(happened({}).fr).toBe('Facture expirée, payée en partie : ? sur ?.')
})
