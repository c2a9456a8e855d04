import { openCore } from './core.ts'
import { printMemory } from './memory.ts'

const { ask, signIn } = await openCore()
await printMemory(signIn, ids =>
  Promise.all(ids.map(accountId => ask('targets.list', { accountId, refresh: true }))),
)
