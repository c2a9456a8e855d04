export { createDefaults, type Defaults } from './defaults.ts'
