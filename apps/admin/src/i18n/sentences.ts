import type { fr } from './fr/index.ts'

/** The shape of a translation: the French keys, with any text. */
export type Sentences<T> = { readonly [K in keyof T]: T[K] extends string ? string : Sentences<T[K]> }
type Paths<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Paths<T[K]>}` }[keyof T & string]

export type Messages = Sentences<typeof fr>
/** Every sentence there is: a wrong key is a compile error. */
export type MessageKey = Paths<typeof fr>
