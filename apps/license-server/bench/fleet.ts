// Devices by the thousand, for the measurements: their proofs are made before the clock runs.
import { Agent, request } from 'node:http'
import { createDeviceProof, generatePrivateJwk, importSigningKey, type SigningKey } from '@autotele/crypto'
import { HEADERS, ROUTES } from '@autotele/shared'

export type Prepared = { readonly device: SigningKey; readonly proof: string; readonly body: Buffer }
type Answer = { readonly status: number; readonly ms: number }

export const newDevice = (): SigningKey => importSigningKey(generatePrivateJwk())
export const REFRESH = Buffer.from(JSON.stringify({ seq: 0, appVersion: '1.0.0' }))
const SOME_DEVICE = { label: 'bench', platform: 'linux', appVersion: '1.0.0' }

/** A client of one server over so many connections. */
export function createClient(url: string, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let nonce = ''

  async function prepare(device: SigningKey, path: string, body: Buffer): Promise<Prepared> {
    const { proof } = await createDeviceProof({ method: 'POST', url: url + path, body, nonce }, device)
    return { device, proof, body }
  }

  function post(path: string, { proof, body }: Prepared): Promise<Answer> {
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      [HEADERS.deviceProof]: proof,
    }
    const started = performance.now()
    return new Promise((resolve, reject) => {
      const sent = request(url + path, { method: 'POST', agent, headers }, response => {
        nonce = String(response.headers['device-nonce'] ?? nonce)
        response.resume()
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, ms: performance.now() - started }),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  return {
    close: () => agent.destroy(),
    /** Has the server tell its nonce. */
    greet: async () => void (await post(ROUTES.refresh, { device: newDevice(), proof: '', body: REFRESH })),
    prepare: (device: SigningKey) => prepare(device, ROUTES.refresh, REFRESH),
    refresh: (prepared: Prepared) => post(ROUTES.refresh, prepared),
    async startTrial(device: SigningKey): Promise<number> {
      const body = Buffer.from(JSON.stringify({ device: SOME_DEVICE }))
      return (await post(ROUTES.trials, await prepare(device, ROUTES.trials, body))).status
    },
  }
}
export type Client = ReturnType<typeof createClient>

/** Works through a list with so many at once. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items.values()
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of left) await work(item)
    }),
  )
}
