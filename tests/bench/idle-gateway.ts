import { openGateway, valueOf } from './gateway.ts'
import { printMemory } from './memory.ts'

await printMemory(
  login => openGateway({ login }),
  clients => Promise.all(clients.map(async ({ line }) => valueOf(await line.dialogs(null)))),
)
