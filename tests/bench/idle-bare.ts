import { openBare } from './bare.ts'
import { printMemory } from './memory.ts'

await printMemory(
  login => openBare({ login }),
  clients => Promise.all(clients.map(client => client.getDialogs({ limit: 100 }))),
)
