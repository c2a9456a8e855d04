export * from './access.ts'
export * from './routes.ts'
export * from './schemas.ts'
