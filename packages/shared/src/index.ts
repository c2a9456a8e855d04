export * from './license/index.ts'
export * from './time/index.ts'
