/** Licences under which a package may be shipped with a program that is not open source itself. */
export const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
])

/** Whether an SPDX expression can be met with the list: one side of an `OR`, both of an `AND`. Anything else is refused. */
export function isAllowed(expression) {
  const text = expression.trim().replace(/^\(([^()]*)\)$/, '$1')
  if (/[()]/.test(text)) return false
  return text
    .split(/\s+OR\s+/i)
    .some(side => side.split(/\s+AND\s+/i).every(name => ALLOWED.has(name.trim())))
}
