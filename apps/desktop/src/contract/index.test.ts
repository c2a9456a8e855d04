import { expect, test } from 'vitest'
import { contract, EVENT_NAMES, METHOD_NAMES } from './index.ts'

const entries = Object.entries(contract).flatMap(([feature, members]) =>
  Object.entries(members)
    .filter(([, member]) => typeof member === 'object' && 'kind' in member)
    .map(([name, member]) => ({ name: `${feature}.${name}`, kind: member.kind })),
)

test('the preload knows every method of the contract and no other', () => {
  expect([...METHOD_NAMES].sort()).toEqual(
    entries
      .filter(e => e.kind === 'method')
      .map(e => e.name)
      .sort(),
  )
})

test('the preload knows every event of the contract and no other', () => {
  expect([...EVENT_NAMES].sort()).toEqual(
    entries
      .filter(e => e.kind === 'event')
      .map(e => e.name)
      .sort(),
  )
})

test('an unknown member of an input is refused', () => {
  expect(contract.plans.preview.input.safeParse({ evil: true }).success).toBe(false)
})
