export { createTestSend } from './test-send.ts'
