export {
  createAttention,
  type AttentionItem,
  type AttentionQueue,
  type AttentionResult,
} from './attention.ts'
export { createArchive } from './archive.ts'
export { createBtcpay } from './btcpay-client.ts'
export { createCheckouts, type Checkouts } from './checkouts.ts'
export { createInbox, type Inbox } from './inbox.ts'
export { createRebuild, type Recovered } from './rebuild.ts'
export { createReconcile } from './reconcile.ts'
export { createRefundWatch } from './refunds.ts'
export { createSettle, type Settle } from './settle.ts'
export { createSweep } from './sweep.ts'
