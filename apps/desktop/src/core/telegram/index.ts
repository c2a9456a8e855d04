export * from './errors.ts'
export * from './gateway.ts'
export { createGramjsGateway, type GramjsOptions } from './gramjs/index.ts'
export * from './call-failure.ts'
