/** A TL object as the server handles it: `_` is the schema name, fields keep their snake_case names. */
export type TlObject = { readonly _: string; readonly [field: string]: TlValue }

/** `long` is a bigint when read (a safe integer is accepted when written); `bytes`, `int128`, `int256` are raw bytes. */
export type TlValue =
  number | bigint | string | boolean | Uint8Array | TlObject | readonly TlValue[] | undefined

/** The bytes are not what the schema says. Never a reason to stop the server: close that connection, or answer 400. */
export class TlError extends Error {
  override readonly name = 'TlError'
}

export const isTlObject = (value: TlValue): value is TlObject =>
  typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array)
