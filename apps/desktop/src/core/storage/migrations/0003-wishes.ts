import type { Migration } from '../database.ts'

/**
 * What a person wants of a message that was confirmed already. A wish is stored before its request leaves; `stage`:
 * `held` may still be taken back until `not_before` · `due` to be carried out · `sent` the request has left and its
 * outcome is not known · `refused` it cannot be, `error` says why. `moved_to` of a wish is the new date, Unix seconds.
 *
 * `delivery_content`: texts of one delivery beside its plan's: `own` replaces the plan's, `wished` is the wish's,
 * `theirs` what another device made of it. `chat_queue.others`: scheduled messages of a chat that are none of ours.
 */
export const wishes: Migration = {
  version: 3,
  name: '0003-wishes',
  sql: `
CREATE TABLE wish (
  seq INTEGER PRIMARY KEY REFERENCES delivery (seq),
  account_id TEXT NOT NULL REFERENCES account (id),
  kind TEXT NOT NULL CHECK (kind IN ('edit', 'send-now', 'cancel')),
  stage TEXT NOT NULL CHECK (stage IN ('held', 'due', 'sent', 'refused')),
  moved_to INTEGER,
  not_before INTEGER NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  error TEXT
) STRICT;
CREATE INDEX wish_waiting ON wish (account_id, not_before) WHERE stage <> 'refused';

CREATE TABLE delivery_content (
  seq INTEGER NOT NULL REFERENCES delivery (seq),
  role TEXT NOT NULL CHECK (role IN ('own', 'wished', 'theirs')),
  sealed BLOB NOT NULL,
  PRIMARY KEY (seq, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE chat_queue (
  account_id TEXT NOT NULL REFERENCES account (id),
  chat_id TEXT NOT NULL,
  others INTEGER NOT NULL,
  read_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, chat_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE delivery ADD COLUMN published_at INTEGER;
`,
}
