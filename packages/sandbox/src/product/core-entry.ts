// The child process that hosts the client's core when the whole product runs on this machine: the real core, told to
// trust the local data centre's RSA key and the local licence server's root key instead of the compiled-in ones.
import { runCoreProcess } from '@autotele/desktop/host'
import { createGramjsGateway } from '@autotele/desktop/gateway'
import { pointGramjsAt } from '../telegram/index.ts'
import { CoreTrust } from './core-trust.ts'

runCoreProcess(({ initOptions }) => {
  const trust = CoreTrust.parse(initOptions)
  const { host, port, dcId } = trust.telegram
  return {
    telegram: createGramjsGateway(pointGramjsAt(trust.telegram)),
    // A diagnosis looks at these and leaves the real ones alone.
    telegramAddresses: [{ dcId, host, ports: [port] }],
    // The local data centre takes any application's identity.
    telegramApp: { apiId: 1, apiHash: 'local' },
    license: { serverUrl: trust.licenseServer, rootKey: trust.rootKey, acceptTestLicenses: true },
  }
})
