export * from './license/index.ts'
export * from './release/index.ts'
export * from './vault/index.ts'
