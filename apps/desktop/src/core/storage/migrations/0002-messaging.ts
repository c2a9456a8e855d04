import type { Migration } from '../database.ts'

/**
 * Accounts, their chats, plans and deliveries. What a person wrote or can be recognised by (names, titles, phone
 * numbers, texts, access hashes) is sealed. Milliseconds since 1970 for our own times, seconds for Telegram's dates.
 *
 * `delivery.not_before`: when a row next wants attention (0: now); `open`: it may still change by itself;
 * `accepted`: Telegram refused its `random_id` as a repetition, so it has the message; `run`: see `lane`.
 * `lane`: how the placing of one account goes; `run` grows each time its queue starts again from empty.
 */
export const messaging: Migration = {
  version: 2,
  name: '0002-messaging',
  sql: `
CREATE TABLE account (
  id TEXT PRIMARY KEY,
  tg_user_id TEXT NOT NULL UNIQUE,
  sealed BLOB NOT NULL,
  premium INTEGER NOT NULL,
  standing TEXT NOT NULL CHECK (standing IN ('signed-in', 'signed-out', 'restricted', 'removed')),
  last_error TEXT,
  wait_until INTEGER,
  chats_refreshed_at INTEGER,
  added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE chat (
  account_id TEXT NOT NULL REFERENCES account (id),
  chat_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  present INTEGER NOT NULL,
  kind TEXT NOT NULL,
  sealed BLOB NOT NULL,
  forum INTEGER NOT NULL,
  member_count INTEGER,
  can_post INTEGER NOT NULL,
  admin INTEGER NOT NULL,
  slow_mode_seconds INTEGER NOT NULL,
  migrated_to TEXT,
  PRIMARY KEY (account_id, chat_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE plan (
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  token TEXT NOT NULL UNIQUE,
  time_zone TEXT NOT NULL,
  silent INTEGER NOT NULL,
  link_preview INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  deliveries INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE delivery (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  plan_id TEXT NOT NULL REFERENCES plan (id),
  account_id TEXT NOT NULL REFERENCES account (id),
  chat_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  open INTEGER NOT NULL,
  random_id TEXT NOT NULL UNIQUE,
  attempt INTEGER NOT NULL DEFAULT 0,
  looks INTEGER NOT NULL DEFAULT 0,
  refreshed INTEGER NOT NULL DEFAULT 0,
  accepted INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  scheduled_id INTEGER,
  published_id INTEGER,
  moved_to INTEGER,
  run INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_by_date ON delivery (at, seq);
CREATE INDEX delivery_by_account_and_date ON delivery (account_id, at, seq);
CREATE INDEX delivery_by_state ON delivery (account_id, state, at, seq);
CREATE INDEX delivery_queue ON delivery (account_id, at, seq) WHERE state IN ('queued', 'paused');
CREATE INDEX delivery_by_run ON delivery (account_id, run, state);
CREATE INDEX delivery_by_chat ON delivery (account_id, chat_id, at);
CREATE INDEX delivery_by_plan ON delivery (plan_id);
CREATE INDEX delivery_waiting ON delivery (account_id, not_before) WHERE open = 1;

CREATE TABLE lane (
  account_id TEXT PRIMARY KEY REFERENCES account (id),
  paused INTEGER NOT NULL DEFAULT 0,
  run INTEGER NOT NULL DEFAULT 0,
  pace TEXT NOT NULL
) STRICT;
`,
}
