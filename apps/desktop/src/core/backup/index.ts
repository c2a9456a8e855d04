export { createBackup } from './backup.ts'
export { clearTemporary } from './outgoing.ts'
export { createSnapshots, type Snapshots } from './snapshots.ts'
export { clearStaging, finishRestore } from './swap.ts'
