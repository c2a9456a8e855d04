import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { startTelegram, type World } from '@autotele/sandbox/telegram'
import { onTestFinished, vi } from 'vitest'
import type { MediaFile, PlanMedia, SignInStep } from '../../apps/desktop/src/contract/index.ts'
import { serveLicenses } from '../../apps/desktop/src/core/license/testing/license-server.ts'
import type { HttpRequest } from '../../apps/desktop/src/core/ports.ts'
import { addFile } from '../../apps/desktop/src/host/add-file.ts'
import { forkNode } from '../../apps/desktop/src/host/fork-node.ts'
import { systemClock, systemTimers } from '../../apps/desktop/src/host/node-ports.ts'
import { noKeyring, superviseCore } from '../../apps/desktop/src/host/supervisor.ts'
import { fastNow, type FastCoreArgs, type FastTime } from './fast-time.ts'

const ENTRY = fileURLToPath(new URL('./fast-core.ts', import.meta.url))

/** The code of every account that `seed` makes. */
export const CODE = '24680'

export class Refused extends Error {
  readonly code: string
  constructor(name: string, code: string) {
    super(`${name}: ${code}`)
    this.code = code
  }
}

/**
 * A supervised process of the core that can be killed, a data centre and a licence server, all in a time that passes
 * `speed` times as fast as ours.
 */
export async function startFastProduct(speed: number, seed: (world: World) => void) {
  const time: FastTime = { since: Date.now(), speed }
  const now = (): number => fastNow(time)
  const folder = mkdtempSync(join(tmpdir(), 'autotele-fast-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const telegram = await startTelegram({ log: () => undefined, now, seed })
  onTestFinished(() => telegram.stop())

  const licenses = serveLicenses(() => Math.floor(now() / 1000))
  const door = createServer((request, response) => {
    text(request)
      .then(body => licenses.http(JSON.parse(body) as HttpRequest))
      .then(answer => response.end(JSON.stringify(answer)))
      .catch(() => response.destroy())
  }).listen(0, '127.0.0.1')
  await once(door, 'listening')
  onTestFinished(() => {
    door.closeAllConnections()
    door.close()
  })

  const { host, port, dcId, rsaPublicKey } = telegram
  const args: FastCoreArgs & { telegram: object } = {
    telegram: { host, port, rsaPublicKey, dataCentres: [{ id: dcId, port }] },
    licenses: `http://127.0.0.1:${String((door.address() as AddressInfo).port)}`,
    licenseServer: licenses.url,
    rootKey: licenses.root.publicJwk,
    time,
  }
  const core = superviseCore({
    fork: () => forkNode(ENTRY),
    init: { dataFolder: folder, version: '9.9.9', hosted: 'web', args },
    clock: systemClock,
    // The restart's pause is another test's.
    timers: { after: (ms, run) => systemTimers.after(ms === 15_000 ? ms : Math.min(ms, 50), run) },
    keyring: noKeyring,
    openExternal: () => Promise.resolve(false),
    log: () => undefined,
  })
  core.start()
  onTestFinished(() => core.stop())

  /** Asks until a core is there to answer. Throws `Refused` for any other answer than the one asked for. */
  const ask = async <T>(name: string, input: unknown = {}): Promise<T> => {
    for (;;) {
      const answer = await core.call(name, input)
      if (answer.ok) return answer.data as T
      if (answer.error.code !== 'call/core-unavailable') throw new Refused(name, answer.error.code)
      await new Promise(resolve => setTimeout(resolve, 25))
    }
  }

  return {
    telegram,
    core,
    now,
    ask,
    /** Signs an account in, again and again until no kill has come in between. */
    signIn: (phone: string): Promise<string> =>
      vi.waitFor(
        async () => {
          const begun = await ask<{ signInId: string }>('accounts.signIn', { phone: `+${phone}` })
          const done = await ask<SignInStep>('accounts.submitCode', { signInId: begun.signInId, code: CODE })
          if (done.step !== 'done') throw new Error('not signed in')
          return done.account.id
        },
        { timeout: 60_000, interval: 200 },
      ),
    photo: async (name: string, bytes: Uint8Array): Promise<PlanMedia> => {
      const pieces = (async function* () {
        yield await Promise.resolve(bytes)
      })()
      const added = await addFile(core, { name, size: bytes.length }, pieces)
      if (!added.ok) throw new Refused('media', added.error.code)
      const { thumbnail: _, ...file } = added.data satisfies MediaFile
      return { ...file, spoiler: false }
    },
    kill: async (): Promise<void> => {
      const pid = core.pid()
      if (pid === null) return
      process.kill(pid, 'SIGKILL')
      await vi.waitFor(
        () => {
          if (core.pid() === pid) throw new Error('not gone yet')
        },
        { timeout: 30_000, interval: 5 },
      )
    },
  }
}
export type FastProduct = Awaited<ReturnType<typeof startFastProduct>>
