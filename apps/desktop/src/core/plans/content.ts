export { canonicalContent, type Content } from '../messages/index.ts'
