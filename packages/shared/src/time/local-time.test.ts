import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLocalTime, isTimeZone, localTimeAt, resolveLocalTime } from './local-time.ts'

describe('a wall-clock time becomes the right instant', () => {
  test.each([
    // The original handed naive local times to a library that read them as UTC.
    ['2027-01-15T09:00', 'Europe/Paris', '2027-01-15T08:00:00Z', 'none'],
    ['2027-07-15T09:00', 'Europe/Paris', '2027-07-15T07:00:00Z', 'none'],
    ['2027-07-15T09:00:30', 'Europe/Paris', '2027-07-15T07:00:30Z', 'none'],
    // Spring: 02:00 becomes 03:00.
    ['2027-03-28T01:59', 'Europe/Paris', '2027-03-28T00:59:00Z', 'none'],
    ['2027-03-28T02:30', 'Europe/Paris', '2027-03-28T01:30:00Z', 'gap'],
    ['2027-03-28T03:00', 'Europe/Paris', '2027-03-28T01:00:00Z', 'none'],
    // Autumn: 03:00 becomes 02:00 again.
    ['2027-10-31T02:30', 'Europe/Paris', '2027-10-31T00:30:00Z', 'overlap'],
    ['2027-10-31T03:00', 'Europe/Paris', '2027-10-31T02:00:00Z', 'none'],
    ['2027-03-14T02:30', 'America/New_York', '2027-03-14T07:30:00Z', 'gap'],
    ['2027-11-07T01:30', 'America/New_York', '2027-11-07T05:30:00Z', 'overlap'],
    // Lord Howe moves its clock by half an hour.
    ['2027-10-03T02:15', 'Australia/Lord_Howe', '2027-10-02T15:45:00Z', 'gap'],
    ['2027-04-04T01:45', 'Australia/Lord_Howe', '2027-04-03T14:45:00Z', 'overlap'],
    ['2027-07-15T09:00', 'Asia/Kolkata', '2027-07-15T03:30:00Z', 'none'],
    ['2027-07-15T09:00', 'Asia/Kathmandu', '2027-07-15T03:15:00Z', 'none'],
    ['2027-07-15T09:00', 'UTC', '2027-07-15T09:00:00Z', 'none'],
  ])('%s in %s is %s (%s)', (local, zone, instant, adjustment) => {
    expect(resolveLocalTime(local, zone)).toMatchObject({ instant, adjustment })
  })
})

test('a time in a gap is moved forward by the length of the gap, and says so on the wall clock', () => {
  expect(resolveLocalTime('2027-03-28T02:30', 'Europe/Paris')?.local).toBe('2027-03-28T03:30:00')
  expect(resolveLocalTime('2027-10-03T02:15', 'Australia/Lord_Howe')?.local).toBe('2027-10-03T02:45:00')
})

test('what is not a zone or not a time of the calendar is refused', () => {
  for (const zone of ['', 'Europe/Atlantis', '+02:00', '2027-01-01T00:00[Europe/Paris]'])
    expect(isTimeZone(zone)).toBe(false)
  for (const local of ['2027-02-30T09:00', '2027-01-15T24:00', '2027-01-15', '2027-01-15T09:00Z', 'demain'])
    expect(isLocalTime(local)).toBe(false)
  expect(resolveLocalTime('2027-02-30T09:00', 'Europe/Paris')).toBeNull()
  expect(resolveLocalTime('2027-01-15T09:00', 'Mars/Olympus')).toBeNull()
})

test('an instant read on the wall clock and resolved again is the same instant, but for the second hour of an overlap', () => {
  const zones = ['Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia']
  fc.assert(
    fc.property(
      fc.integer({ min: Date.parse('2020-01-01') / 1000, max: Date.parse('2036-01-01') / 1000 }),
      fc.constantFrom(...zones),
      (seconds, zone) => {
        const instant = new Date(seconds * 1000).toISOString().replace('.000', '')
        const resolved = resolveLocalTime(localTimeAt(instant, zone), zone)
        expect(resolved?.adjustment).not.toBe('gap')
        const behind = seconds - Date.parse(resolved?.instant ?? '') / 1000
        if (resolved?.adjustment === 'overlap') expect([0, 1800, 3600]).toContain(behind)
        else expect(behind).toBe(0)
      },
    ),
  )
})
