import { CallFailure } from '../failure.ts'
import type { Database } from './database.ts'

/** The vault whose key seals this database, or null for a new one. */
export const vaultOf = (database: Database): string | null =>
  (database.get('SELECT vault_id FROM installation')?.['vault_id'] as string | undefined) ?? null

/**
 * Ties the database to its vault at the first opening. `vault/damaged` when it belongs to another one: its records
 * could not be read, and new ones would be mixed among them.
 */
export function claimDatabase(database: Database, vaultId: string): void {
  const owner = vaultOf(database)
  if (owner === null) database.run('INSERT INTO installation (one, vault_id) VALUES (1, ?)', vaultId)
  else if (owner !== vaultId) throw new CallFailure('vault/damaged')
}
