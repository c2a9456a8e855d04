import { createDeviceProof, generatePrivateJwk, importSigningKey } from '@autotele/crypto'
import { HEADERS, type Device } from '@autotele/shared'

export const someDevice: Device = { label: 'PC de Léa', platform: 'linux', appVersion: '1.0.0' }

type Answer = {
  readonly status: number
  readonly headers: Headers
  /** `any`, because each test asserts what it expects of it. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any
  /** `jti` of the proof that was sent: what a refusal must answer. */
  readonly proofId: string
}

/**
 * A client as the protocol asks for: proves every call, repeats one whose nonce was too old. `address` is where the
 * server really listens, when that is not its public URL; of several replicas it may name another one at each call.
 */
export function createTestDevice(base: string, address: string | (() => string) = base) {
  const addressNow = typeof address === 'string' ? () => address : address
  const key = importSigningKey(generatePrivateJwk())
  let nonce: string | undefined

  async function once(
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const { proof, jti } = await createDeviceProof({ method, url: base + path, body: bytes, nonce }, key)
    const response = await fetch(addressNow() + path, {
      method,
      headers: {
        [HEADERS.deviceProof]: proof,
        ...(bytes ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(bytes ? { body: bytes } : {}),
    })
    nonce = response.headers.get(HEADERS.deviceNonce) ?? nonce
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
      proofId: jti,
    }
  }

  return {
    id: key.kid,
    key,
    once,
    async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const answer = await once(method, path, body, headers)
      return answer.body?.code === 'USE_NONCE' ? await once(method, path, body, headers) : answer
    },
  }
}
export type TestDevice = ReturnType<typeof createTestDevice>
