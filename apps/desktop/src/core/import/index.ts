export { createImport, type Import } from './import.ts'
