export { LOG_FILE, logFileName } from './file-name.ts'
export { createLogs, type Logs } from './logs.ts'
