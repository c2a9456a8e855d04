// `pnpm bench:idle`: a whole core with 20 accounts that have nothing to do, over hours of simulated time.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { generatePrivateJwk, toPublicJwk } from '@autotele/crypto'
import { createCore } from '../src/core/create-core.ts'
import { createFakeDataCentre, fakeChannel, fakeUser } from '../src/core/telegram/testing/fake-data-centre.ts'
import { testPorts } from '../src/core/testing/ports.ts'

const ACCOUNTS = 20
const CHATS = 100
const HOURS = 5

const folder = mkdtempSync(join(tmpdir(), 'autotele-idle-'))
const ports = { ...testPorts(), log: () => undefined }
const dc = createFakeDataCentre(ports.time.clock)
dc.setDialogs(Array.from({ length: CHATS }, (_, at) => fakeChannel(String(at + 1), `Groupe ${String(at)}`)))
const core = await createCore(ports, {
  ...{ dataFolder: folder, version: '0.0.0', hosted: 'web', emit: () => undefined },
  license: { serverUrl: null, rootKey: toPublicJwk(generatePrivateJwk()), acceptTestLicenses: false },
  telegram: dc.gateway,
  telegramApp: { apiId: 1, apiHash: 'bench' },
})
await core.start()

async function ask<T>(name: string, input: unknown = {}): Promise<T> {
  const answer = await core.call(name, input)
  if (!answer.ok) throw new Error(`${name}: ${answer.error.code}`)
  return answer.data as T
}
await ask('vault.create', { passphrase: null })
for (let number = 1; number <= ACCOUNTS; number++) {
  const user = fakeUser(number)
  const phone = `336399${String(number).padStart(5, '0')}`
  dc.addUser({ ...user, me: { ...user.me, phone } })
  const { signInId } = await ask<{ signInId: string }>('accounts.signIn', { phone: `+${phone}` })
  const done = await ask<{ account: { id: string } }>('accounts.submitCode', { signInId, code: '12345' })
  await ask('targets.list', { accountId: done.account.id, refresh: true })
}

/** Megabytes, after everything that can go has gone. */
async function heap(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    await turn()
    globalThis.gc?.()
  }
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}

// The first hour fills caches and compiles what it runs.
await ports.time.advance(3_600_000)
const lines: string[] = []
const first = await heap()
for (let hour = 1; hour <= HOURS; hour++) {
  const before = process.cpuUsage()
  await ports.time.advance(3_600_000)
  const { user, system } = process.cpuUsage(before)
  lines.push(
    `hour ${String(hour)}: CPU ${((user + system) / 1000).toFixed(0)} ms, heap ${(await heap()).toFixed(2)} MB`,
  )
}
process.stdout.write(
  `${String(ACCOUNTS)} accounts, ${String(CHATS)} chats each; heap after the first hour ${first.toFixed(2)} MB\n${lines.join('\n')}\n`,
)
await core.stop()
rmSync(folder, { recursive: true, force: true })
