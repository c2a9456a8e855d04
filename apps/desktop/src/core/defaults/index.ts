export { createDefaults } from './defaults.ts'
