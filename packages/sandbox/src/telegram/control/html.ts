/** Markup, as opposed to text. */
export type Html = { readonly markup: string }

type Piece = Html | string | number | null | false | readonly Piece[]

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const render = (piece: Piece): string => {
  if (piece === null || piece === false) return ''
  if (typeof piece === 'string') return piece.replace(/[&<>"']/g, character => SPECIAL[character] ?? '')
  if (typeof piece === 'number') return String(piece)
  return 'markup' in piece ? piece.markup : piece.map(render).join('')
}

/** A template of markup; whatever text is put into it is escaped. */
export const html = (strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html => ({
  markup: strings.map((string, i) => string + render(pieces[i] ?? null)).join(''),
})
