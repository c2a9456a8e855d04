export { createSealedRecords, type SealedRecords } from './sealed-records.ts'
export { createVault, type Vault, type VaultDeps } from './vault.ts'
export { createAutoLock } from './auto-lock.ts'
