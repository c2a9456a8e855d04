/** A line of a file: its cells, and where it starts as an editor counts lines. */
export type CsvLine = { readonly line: number; readonly cells: readonly string[] }

/** Spreadsheets run a cell that begins so as a formula, in full width too (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@＝＋－＠\t\r\n]/
/**
 * The same behind a semicolon or a tab: where these separate the cells, as in a French Excel, quotation marks that do not
 * begin a cell protect nothing. `;-)` is none.
 */
const HIDDEN_FORMULA = /([;\t]\s*)(?=[=+@＝＋＠]|[-－][\w(])/g

/** One record of RFC 4180, with its line end. A text that a spreadsheet would take for a formula is made a text. */
export const csvRecord = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`

function cell(value: string): string {
  const safe = (FORMULA.test(value) ? `'${value}` : value).replace(HIDDEN_FORMULA, "$1'")
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/**
 * Reads RFC 4180, with commas or, as spreadsheets write it in French, semicolons; whichever the first line has more of.
 * Empty lines are left out. `open`: the line of a quotation mark that nothing closes.
 */
export function readCsv(text: string): { readonly lines: readonly CsvLine[]; readonly open: number | null } {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const separator = separatorOf(source)
  const lines: CsvLine[] = []
  let cells: string[] = []
  let value = ''
  let line = 1
  let start = 1
  let quoted = false
  let quoteLine = 1
  const endCell = (): void => {
    cells.push(value)
    value = ''
  }
  const endLine = (): void => {
    endCell()
    if (cells.some(each => each.trim() !== '')) lines.push({ line: start, cells })
    cells = []
  }
  for (let i = 0; i < source.length; i++) {
    const char = source[i] ?? ''
    if (char === '\n') line += 1
    if (quoted) {
      if (char !== '"') value += char
      else if (source[i + 1] === '"') {
        value += '"'
        i += 1
      } else quoted = false
    } else if (char === '"' && value === '') {
      quoted = true
      quoteLine = line
    } else if (char === separator) endCell()
    else if (char === '\n') {
      endLine()
      start = line
    } else if (char !== '\r' || source[i + 1] !== '\n') value += char
  }
  endLine()
  return { lines, open: quoted ? quoteLine : null }
}

function separatorOf(source: string): ',' | ';' {
  const first = source.slice(0, source.search(/\r?\n|$/))
  return first.split(';').length > first.split(',').length ? ';' : ','
}
