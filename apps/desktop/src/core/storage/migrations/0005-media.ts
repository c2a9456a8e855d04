import type { Migration } from '../database.ts'

/**
 * Files of messages, and where in a chat and as whom a message goes. `media`: one copy of each file, in `file` under the
 * media folder, encrypted with a key of its own that `sealed` holds. `plan_media`: which plans need it.
 * `uploaded_media`: a file as Telegram knows it, for one account and one way of sending it (`variant`).
 * `delivery_part`: the second and later messages of an album; the first is the delivery's own row. `delivery.parts`: how
 * many places it takes in the chat's queue.
 */
export const media: Migration = {
  version: 5,
  name: '0005-media',
  sql: `
CREATE TABLE media (
  id TEXT PRIMARY KEY,
  file TEXT NOT NULL UNIQUE,
  sealed BLOB NOT NULL,
  added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE plan_media (
  plan_id TEXT NOT NULL REFERENCES plan (id),
  media_id TEXT NOT NULL,
  PRIMARY KEY (plan_id, media_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_media_by_file ON plan_media (media_id);

CREATE TABLE uploaded_media (
  account_id TEXT NOT NULL REFERENCES account (id),
  media_id TEXT NOT NULL,
  variant TEXT NOT NULL,
  sealed BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, media_id, variant)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_part (
  seq INTEGER NOT NULL REFERENCES delivery (seq),
  position INTEGER NOT NULL,
  random_id TEXT NOT NULL UNIQUE,
  scheduled_id INTEGER,
  PRIMARY KEY (seq, position)
) STRICT, WITHOUT ROWID;

ALTER TABLE delivery ADD COLUMN topic_id INTEGER;
ALTER TABLE delivery ADD COLUMN send_as TEXT;
ALTER TABLE delivery ADD COLUMN parts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE plan ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
`,
}
