export * from './local-time.ts'
export * from './recurrence.ts'
