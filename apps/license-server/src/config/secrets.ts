import { randomBytes } from 'node:crypto'
import { generatePrivateJwk, importSigningKey, privateJwkSchema, type SigningKey } from '@autotele/crypto'
import type { Config } from './config.ts'
import { readOrMakeSecret } from './files.ts'
import { createSealing, type Sealing } from './sealing.ts'

export type Secrets = {
  readonly pepper: Uint8Array
  readonly sealing: Sealing
  readonly webhookSecrets: readonly string[]
  /** Signs key sets. Never on a production server, where a signed file takes its place. */
  readonly rootKey: SigningKey | undefined
}

const random32 = () => randomBytes(32).toString('base64')

/**
 * The secrets this server works with. Outside production, what the environment does not give is kept in the data
 * folder and made at first start; `notice` is told what was made, and where, never its value.
 */
export async function resolveSecrets(config: Config, notice: (text: string) => void): Promise<Secrets> {
  const ours = async (name: string, make: () => string): Promise<string> => {
    const { value, made } = await readOrMakeSecret(config.dataDir, name, make)
    if (made) notice(`made ${name} in ${config.dataDir}, for trying only`)
    return value
  }
  const bytes = async (given: Uint8Array | undefined, name: string) =>
    given ?? Buffer.from(await ours(name, random32), 'base64')
  const rootKey = async () =>
    importSigningKey(
      privateJwkSchema.parse(
        JSON.parse(await ours('root-key.json', () => JSON.stringify(generatePrivateJwk()))),
      ),
    )
  return {
    pepper: await bytes(config.pepper, 'pepper'),
    sealing: createSealing([
      await bytes(config.keyEncryptionKeys?.[0], 'key-encryption-key'),
      ...(config.keyEncryptionKeys ?? []).slice(1),
    ]),
    webhookSecrets: config.webhookSecrets ?? [
      await ours('webhook-secret', () => randomBytes(24).toString('hex')),
    ],
    rootKey: config.production || config.keySetFile ? undefined : await rootKey(),
  }
}
