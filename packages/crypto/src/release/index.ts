export * from './manifest.ts'
export * from './version.ts'
