export * from './admin/index.ts'
export * from './license/index.ts'
export * from './release/index.ts'
export * from './time/index.ts'
