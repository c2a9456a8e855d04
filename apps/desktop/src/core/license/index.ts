export { openLicense, type License, type LicenseDeps } from './license.ts'
export { readMachineId } from './machine.ts'
