export { parseConfig } from './config-file.ts'
export { fromLevel, logLevel } from './log-level.ts'
export { openSettings, type Settings } from './settings.ts'
