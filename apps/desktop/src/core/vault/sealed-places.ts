/** A column of sealed records: the record's kind, and its id, as SQL expressions over a row. */
export type SealedColumn = {
  readonly table: string
  readonly column: string
  readonly kind: string
  readonly id: string
}

/**
 * Every sealed column of the database, as docs/vault-format.md lists them. A change of the data key goes through all of
 * them: what is not here would be lost by it, so a test compares this list with the columns of the schema.
 */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'sealed_record', column: 'sealed', kind: 'kind', id: 'id' },
  { table: 'account', column: 'sealed', kind: `'account'`, id: 'id' },
  { table: 'chat', column: 'sealed', kind: `'chat'`, id: `account_id || '/' || chat_id` },
  { table: 'plan', column: 'sealed', kind: `'plan'`, id: 'id' },
  { table: 'series', column: 'sealed', kind: `'series'`, id: 'id' },
  { table: 'media', column: 'sealed', kind: `'media'`, id: 'id' },
  {
    table: 'uploaded_media',
    column: 'sealed',
    kind: `'uploaded-media'`,
    id: `account_id || '/' || media_id || '/' || variant`,
  },
  {
    table: 'delivery_content',
    column: 'sealed',
    kind: `'delivery-' || role`,
    id: '(SELECT delivery.id FROM delivery WHERE delivery.seq = delivery_content.seq)',
  },
]
