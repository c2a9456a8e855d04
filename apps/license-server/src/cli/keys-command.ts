import { readFile, writeFile } from 'node:fs/promises'
import { decodeJwt } from 'jose'
import {
  generatePrivateJwk,
  importSigningKey,
  privateJwkSchema,
  signKeySet,
  toKeySetKey,
  toPublicJwk,
} from '@autotele/crypto'
import { keySetClaimsSchema } from '@autotele/shared'
import { createAudit, moveKey } from '../admin/index.ts'
import { systemClock, toUnix } from '../clock.ts'
import { ConfigError, loadConfig } from '../config/config.ts'
import { resolveSecrets } from '../config/secrets.ts'
import { createSigningKey } from '../licensing/index.ts'
import { openDatabase, type Database, type Tx } from '../storage/database.ts'
import { migrate } from '../storage/migrate.ts'
import { HOST } from './environment.ts'

type Environment = Parameters<typeof loadConfig>[0]
type Print = (text: string) => void

const fail = (message: string): never => {
  throw new ConfigError([message])
}

async function makeRoot(path: string): Promise<unknown> {
  const jwk = generatePrivateJwk()
  await writeFile(path, JSON.stringify(jwk) + '\n', { mode: 0o600, flag: 'wx' })
  return toPublicJwk(jwk)
}

async function sign(rootPath: string, payloadPath: string, version: string): Promise<string> {
  const root = importSigningKey(privateJwkSchema.parse(JSON.parse(await readFile(rootPath, 'utf8'))))
  const payload = keySetClaimsSchema
    .omit({ version: true, iat: true })
    .parse(JSON.parse(await readFile(payloadPath, 'utf8')))
  const claims = { ...payload, version: Number(version), iat: toUnix(systemClock()) }
  return await signKeySet(keySetClaimsSchema.parse(claims), root)
}

/** Whether the key set that the server publishes contains the key: clients refuse what an unpublished key signs. */
async function isPublished(kid: string, keySetFile: string | undefined): Promise<boolean> {
  if (!keySetFile) return true
  const claims = keySetClaimsSchema.parse(decodeJwt((await readFile(keySetFile, 'utf8')).trim()))
  return claims.keys.some(key => key.kid === kid)
}

type ServerCommand = 'create' | 'list' | 'activate' | 'retire' | 'revoke'

async function onServer(command: ServerCommand, kid: string, env: Environment): Promise<unknown> {
  const config = loadConfig(env)
  const { databaseUrl, keyEncryptionKeys, keySetFile } = config
  if (!databaseUrl || !keyEncryptionKeys) {
    return fail(
      'DATABASE_URL and AUTOTELE_KEY_ENCRYPTION_KEY are not set: such a server makes its keys itself',
    )
  }
  const { sealing, pepper } = await resolveSecrets(config, () => undefined)
  const audit = createAudit({ pepper, clock: systemClock })
  /** What was done to a key, and the record of it, together. */
  const record = (tx: Tx, target: string, before: string, after: string) =>
    audit.record(tx, HOST, {
      ...{ action: 'key.state', target, reason: 'on the host' },
      ...{ before: { state: before }, after: { state: after } },
    })
  await migrate(databaseUrl)
  const db = openDatabase(databaseUrl, () => undefined)
  try {
    switch (command) {
      case 'create':
        return await db.$transaction(async tx => {
          const first = (await tx.signingKey.count({ where: { state: 'active' } })) === 0
          const state = first ? 'active' : 'next'
          const made = await createSigningKey(tx, sealing, state, systemClock)
          await record(tx, made.kid, 'none', state)
          return made
        })
      case 'list':
        return await listKeys(db)
      case 'activate':
        if (!(await isPublished(kid, keySetFile))) fail(`${kid} is not in the published key set`)
        return await move('active')
      case 'retire':
        return await move('retired')
      case 'revoke':
        return await move('revoked')
    }
  } finally {
    await db.$disconnect()
  }

  async function move(state: 'active' | 'retired' | 'revoked'): Promise<string> {
    await db.$transaction(async tx => {
      const before = await tx.signingKey.findUnique({ where: { kid } })
      if (!before || !(await moveKey(tx, kid, state))) return fail(`no key ${kid} that could become ${state}`)
      await record(tx, kid, before.state, state)
    })
    return `${kid} is now ${state}`
  }
}

async function listKeys(db: Database) {
  const rows = await db.signingKey.findMany({ orderBy: { createdAt: 'asc' } })
  const published = rows.filter(row => ['next', 'active', 'retiring'].includes(row.state))
  return {
    keys: published.map(row => toKeySetKey({ kty: 'OKP', crv: 'Ed25519', x: row.publicX })),
    revoked_kids: rows.filter(row => row.state === 'revoked').map(row => row.kid),
  }
}

/**
 * The signing keys of a production server. The root key never comes near it: `root` and `sign` run on a machine that is
 * kept offline, the others on the server, with its environment. `false` when the arguments are no command. Throws
 * `ConfigError` with what a person must change.
 */
export async function runKeysCommand(
  args: readonly string[],
  env: Environment,
  write: Print,
): Promise<boolean> {
  const print = (value: unknown) => write(typeof value === 'string' ? value : JSON.stringify(value))
  const [command = '', first, second, third] = args
  if (command === 'root' && first) print(await makeRoot(first))
  else if (command === 'sign' && first && second && third) print(await sign(first, second, third))
  else if (command === 'create' || command === 'list') print(await onServer(command, '', env))
  else if ((command === 'activate' || command === 'retire' || command === 'revoke') && first) {
    print(await onServer(command, first, env))
  } else return false
  return true
}
