export * from './ports.ts'
export * from './storage.ts'
export * from './time.ts'
