export { createSealedRecords, type SealedRecords } from './sealed-records.ts'
export type { Sealer } from './sealer.ts'
export { createVault, type Vault, type VaultDeps } from './vault.ts'
export { createAutoLock, type AutoLock } from './auto-lock.ts'
