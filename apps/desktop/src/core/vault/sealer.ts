/**
 * What the open vault offers the rest of the core: authenticated encryption of one record. `kind` and `id` are the
 * record's identity and go in as associated data, so that a ciphertext moved to another row or file does not open.
 */
export type Sealer = {
  /** Throws `CallFailure('vault/locked')` while the vault is locked. */
  seal(kind: string, id: string, plaintext: Uint8Array): Uint8Array
  /** Throws `CallFailure('vault/locked')`, or `CallFailure('vault/damaged')` when the record was altered or moved. */
  open(kind: string, id: string, sealed: Uint8Array): Uint8Array
  sealText(kind: string, id: string, text: string): Uint8Array
  openText(kind: string, id: string, sealed: Uint8Array): string
}
