import { expect, test } from 'vitest'
import { addDays, allZones, duration, formatInstant, readDay, readTime, toInstant, toLocal } from './time.ts'

test('nine o’clock in Paris is 08:00 UTC in winter and 07:00 UTC in summer', () => {
  expect(Date.parse(toInstant('2027-01-14T09:00', 'Europe/Paris'))).toBe(Date.parse('2027-01-14T08:00:00Z'))
  expect(Date.parse(toInstant('2027-07-14T09:00', 'Europe/Paris'))).toBe(Date.parse('2027-07-14T07:00:00Z'))
  expect(toLocal('2027-07-14T07:00:00Z', 'Europe/Paris')).toBe('2027-07-14T09:00')
})

test('a date is read as people write it, and nothing impossible is', () => {
  for (const typed of ['14/07/2027', '14.7.27', '14 07 2027', '2027-07-14', ' 14-7-2027 ']) {
    expect(readDay(typed, '2026-11-22'), typed).toBe('2027-07-14')
  }
  for (const typed of ['', '31/02/2027', '14/13/2027', '14', 'demain', '1/2/3/4', '0/7/2027']) {
    expect(readDay(typed, '2026-11-22'), typed).toBeNull()
  }
  expect(readDay('29/02/2028', '2026-11-22')).toBe('2028-02-29')
})

test('a date without a year is the next one', () => {
  expect(readDay('25/12', '2026-11-22')).toBe('2026-12-25')
  expect(readDay('1/2', '2026-11-22')).toBe('2027-02-01')
  expect(readDay('22/11', '2026-11-22')).toBe('2026-11-22')
})

test('a time is read as people write it, and nothing impossible is', () => {
  const cases = {
    '9': '09:00',
    '9h': '09:00',
    '9h30': '09:30',
    '09:30': '09:30',
    '0930': '09:30',
    '23.59': '23:59',
  }
  for (const [typed, read] of Object.entries(cases)) expect(readTime(typed), typed).toBe(read)
  for (const typed of ['', '24:00', '9:60', '9h3', 'midi', '12345', '9::30'])
    expect(readTime(typed), typed).toBeNull()
})

test('days are counted on the calendar, over the change of the clocks too', () => {
  expect(addDays('2027-03-27', 1)).toBe('2027-03-28')
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
})

test('an instant is said with its weekday, on the clock of its zone', () => {
  const at = '2027-07-14T07:00:00Z'
  expect(formatInstant(at, 'full', 'fr-FR', 'Europe/Paris')).toBe('mercredi 14 juillet 2027 à 09:00')
  expect(formatInstant(at, 'time', 'fr-FR', 'America/New_York')).toBe('03:00')
})

test('the first of a month is an ordinal in French, and no other number is', () => {
  expect(formatInstant('2026-12-01T08:00:00Z', 'full', 'fr-FR', 'Europe/Paris')).toBe(
    'mardi 1er décembre 2026 à 09:00',
  )
  expect(formatInstant('2026-12-11T00:01:00Z', 'long', 'fr-FR', 'Europe/Paris')).toBe(
    '11 décembre 2026 à 01:01',
  )
  expect(formatInstant('2026-12-01T08:00:00Z', 'date', 'en-GB', 'Europe/Paris')).toBe('1 December 2026')
})

test('a duration is short and never negative', () => {
  expect([-3, 45, 60, 125, 3600, 3840].map(duration)).toEqual([
    '0 s',
    '45 s',
    '1 min',
    '2 min 05 s',
    '1 h',
    '1 h 04 min',
  ])
})

test('UTC is among the zones', () => {
  expect(allZones()).toContain('UTC')
  expect(allZones()).toContain('Europe/Paris')
})
