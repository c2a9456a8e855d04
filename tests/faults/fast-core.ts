import { pointGramjsAt } from '@autotele/sandbox/point-gramjs'
import { createCore } from '../../apps/desktop/src/core/create-core.ts'
import type { Clock, Http, HttpResponse } from '../../apps/desktop/src/core/ports.ts'
import { createGramjsGateway } from '../../apps/desktop/src/core/telegram/index.ts'
import { systemRandom } from '../../apps/desktop/src/host/node-ports.ts'
import { hostCore } from '../../apps/desktop/src/host/run-core.ts'
import { fastNow, fastTimers, type FastCoreArgs } from './fast-time.ts'

// A process of the core as in the product, in which time passes faster: the pace, the waits and the time limits are the
// product's own, only an hour is shorter.

const throughParent =
  (address: string): Http =>
  async request => {
    const response = await fetch(address, { method: 'POST', body: JSON.stringify(request) })
    return (await response.json()) as HttpResponse
  }

hostCore((outside, log) => {
  const { dataFolder, version, hosted } = outside.init
  const args = outside.init.args as FastCoreArgs
  const clock: Clock = {
    now: () => fastNow(args.time),
    monotonic: () => performance.now() * args.time.speed,
  }
  return createCore(
    {
      ...{ clock, timers: fastTimers(args.time), random: systemRandom, log },
      http: throughParent(args.licenses),
      keyring: outside.keyring,
      openExternal: outside.openExternal,
    },
    {
      ...{ dataFolder, version, hosted, emit: outside.emit },
      license: { serverUrl: args.licenseServer, rootKey: args.rootKey, acceptTestLicenses: true },
      telegram: createGramjsGateway(pointGramjsAt(args.telegram)),
      telegramApp: { apiId: 4242, apiHash: '0123456789abcdef0123456789abcdef' },
    },
  )
})
