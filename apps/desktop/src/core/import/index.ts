export { createImport } from './import.ts'
