import type { Migration } from '../database.ts'

/**
 * What repeats. `series.sealed`: rule, chats and text as composed; `checked_until` (Unix seconds): up to here it is known
 * which dates were placed and which were missed. `occurrence`: one date of the rule in one chat, named by its `day`; it
 * is stored together with its delivery, so that no date is ever placed twice. Without a delivery it was missed.
 * `withdrawn`: 1 taken back, to be placed again when the series goes on; 2 taken back because the rule or chats are others.
 */
export const series: Migration = {
  version: 4,
  name: '0004-series',
  sql: `
CREATE TABLE series (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
  sealed BLOB NOT NULL,
  checked_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE occurrence (
  series_id TEXT NOT NULL REFERENCES series (id),
  chat_id TEXT NOT NULL,
  day TEXT NOT NULL,
  delivery_id TEXT UNIQUE REFERENCES delivery (id),
  withdrawn INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (series_id, chat_id, day)
) STRICT, WITHOUT ROWID;
`,
}
