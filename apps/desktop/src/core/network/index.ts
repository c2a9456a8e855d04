export { createNetwork } from './network.ts'
