export { openLicense, type License, type LicenseDeps, type LicenseGate } from './license.ts'
export { readMachineId } from './machine.ts'
