import type { Migration } from '../database.ts'

/**
 * `sealed_record`: small things kept encrypted under their kind and id (device key, licence, drafts).
 * `installation`: the one vault whose key seals this database.
 */
export const foundation: Migration = {
  version: 1,
  name: '0001-foundation',
  sql: `
CREATE TABLE sealed_record (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE installation (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  vault_id TEXT NOT NULL
) STRICT;
`,
}
