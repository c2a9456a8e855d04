type Tree = { readonly [key: string]: string | Tree }

/**
 * A sign of two parts never begins a line in French: a narrow space that does not break stands before `;`, `!` and `?`,
 * one of full width before `:`, `%` and `€` and inside « » (Imprimerie nationale, "Lexique des règles typographiques").
 */
export const unbroken = (text: string): string =>
  text.replace(/ (?=[;!?])/g, '\u202f').replace(/ (?=[:%€»])|(?<=«) /g, '\u00a0')

const over = (tree: Tree): Tree =>
  Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [
      key,
      typeof value === 'string' ? unbroken(value) : over(value),
    ]),
  )

/** French sentences with the spaces of their signs, which nobody has to type. */
export const inFrench = <T extends object>(messages: T): T => over(messages as Tree) as T
