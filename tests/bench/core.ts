import { pointGramjsAt } from '@autotele/sandbox/point-gramjs'
import { generatePrivateJwk, toPublicJwk } from '@autotele/crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCore, type CoreOptions } from '../../apps/desktop/src/core/create-core.ts'
import type { Ports } from '../../apps/desktop/src/core/ports.ts'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/index.ts'
import { testPorts } from '../../apps/desktop/src/core/testing/index.ts'
import { systemClock, systemTimers } from '../../apps/desktop/src/host/node-ports.ts'
import { APP, place, type Login } from './place.ts'

/** A whole core over that data centre, in real time, its database on disk and its vault open. */
export async function openCore({
  ports = {},
  options = {},
}: { ports?: Partial<Ports>; options?: Partial<CoreOptions> } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'autotele-bench-'))
  const core = await createCore(
    { ...testPorts({ clock: systemClock, timers: systemTimers }), ...ports, log: () => undefined },
    {
      ...{ dataFolder: folder, version: '0.0.0', hosted: 'web', emit: () => undefined },
      license: {
        serverUrl: null,
        rootKey: toPublicJwk(generatePrivateJwk()),
        acceptTestLicenses: false,
        machineId: () => Promise.resolve('bench'),
      },
      telegram: createGramjsGateway(pointGramjsAt(place)),
      telegramApp: APP,
      ...options,
    },
  )
  const ask = async <T>(name: string, input: unknown = {}): Promise<T> => {
    const answer = await core.call(name, input)
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code}`)
    return answer.data as T
  }
  await core.start()
  await ask('vault.create', { passphrase: null })
  return {
    ask,
    /** Answers with the account's id here. */
    signIn: async ({ phone, code }: Login): Promise<string> => {
      const { signInId } = await ask<{ signInId: string }>('accounts.signIn', { phone: `+${phone}` })
      const { account } = await ask<{ account: { id: string } }>('accounts.submitCode', { signInId, code })
      return account.id
    },
    stop: async () => {
      await core.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
