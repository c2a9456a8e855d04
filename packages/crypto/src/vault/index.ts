export * from './keyslot.ts'
export {
  associatedData,
  deriveRecordKey,
  openRecord,
  RECORD_VERSION,
  sealRecord,
  VAULT_KEY_BYTES,
} from './record.ts'
export type { RecordIdentity } from './record.ts'
export {
  BACKUP_PIECE_BYTES,
  BACKUP_TAG_BYTES,
  deriveBackupKey,
  openBackupPiece,
  sealBackupPiece,
} from './backup.ts'
