import { UI_WORDS } from '@autotele/ui/words.ts'
import { expect, test } from 'vitest'
import { PROBLEM_STATUS, ROLES, SCOPES } from '@autotele/shared'
import { en } from './en/index.ts'
import { fr } from './fr/index.ts'

type Tree = { readonly [key: string]: string | Tree }
const flat = (tree: Tree, prefix = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flat(value, `${prefix}${key}.`),
  )
const french = new Map(flat(fr))
const english = new Map(flat(en))
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort()

test('every sentence exists in both languages and takes the same values, in each of its plural forms', () => {
  expect([...english.keys()].sort()).toEqual([...french.keys()].sort())
  for (const [key, text] of french) {
    const other = english.get(key) ?? ''
    expect(other.trim(), key).not.toBe('')
    expect(placeholders(other), key).toEqual(placeholders(text))
    expect(other.split(' | ').length, key).toBe(text.split(' | ').length)
  }
})

test('no sentence holds what the library reads as a link to another one', () => {
  for (const [key, text] of [...french, ...english]) expect(text, key).not.toMatch(/@[.:]|@\w+:/)
})

test('what the contract and the design system name has a name here', () => {
  for (const word of UI_WORDS) expect(french.has(word)).toBe(true)
  for (const role of ROLES) expect(french.has(`account.roles.${role}`)).toBe(true)
  for (const scope of SCOPES) expect(french.has(`people.scopeNames.${scope}`)).toBe(true)
  for (const key of Object.keys(fr.problems)) {
    if (key !== 'OFFLINE' && key !== 'UNREADABLE') expect(Object.keys(PROBLEM_STATUS)).toContain(key)
  }
})
