export * from './license/index.ts'
