import type { Migration } from '../database.ts'

/**
 * `delivery_files.ids`: the files of a message in Telegram's queue, by Telegram's numbers, as they were when it was ours:
 * a JSON array, one entry for each message of an album. Without a row they have not been seen yet.
 */
export const files: Migration = {
  version: 6,
  name: '0006-files',
  sql: `
CREATE TABLE delivery_files (
  seq INTEGER PRIMARY KEY REFERENCES delivery (seq),
  ids TEXT NOT NULL
) STRICT;
`,
}
