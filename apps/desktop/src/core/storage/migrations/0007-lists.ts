import type { Migration } from '../database.ts'

/**
 * A list of messages is the merge of those in each of its states, each already in order of date: `open` comes before the date
 * because what is open stays in sight whatever its date. The index of runs no longer holds the state, so that a placed
 * message writes less; the one of chats also serves a chat that several accounts write to.
 */
export const lists: Migration = {
  version: 7,
  name: '0007-lists',
  sql: `
DROP INDEX delivery_by_state;
CREATE INDEX delivery_by_state ON delivery (state, open, at, seq);
CREATE INDEX delivery_by_account_and_state ON delivery (account_id, state, open, at, seq);
CREATE INDEX delivery_due ON delivery (account_id, not_before) WHERE open = 1 AND state IN ('scheduled', 'drifted');
DROP INDEX delivery_by_run;
CREATE INDEX delivery_by_run ON delivery (account_id, run);
DROP INDEX delivery_by_chat;
CREATE INDEX delivery_by_chat ON delivery (chat_id, account_id, at, seq);
DROP INDEX delivery_by_plan;
CREATE INDEX delivery_by_plan ON delivery (plan_id, at, seq);
`,
}
