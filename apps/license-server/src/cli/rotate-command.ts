import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { ConfigError, loadConfig } from '../config/config.ts'
import { changeDatabasePassword, OutOfTurnError, pairs, reseal } from '../ops/rotate.ts'
import { makeSecrets, replaceSecret } from '../ops/secret-files.ts'
import { btcpaySetupWebhook, checkBtcpay } from './btcpay-commands.ts'
import { ask, fail, withDatabase, type Environment, type Invocation } from './environment.ts'

/** `secrets:init <folder>`: makes what is missing of the secrets that the compose file mounts. */
export async function secretsInit({ words, say }: Invocation): Promise<unknown> {
  const [folder] = words
  if (folder === undefined) return fail('secrets:init <folder>')
  const result = await makeSecrets(folder)
  say(
    result.made.length === 0
      ? `nothing was missing in ${folder}`
      : `made in ${folder}: ${result.made.join(', ')}`,
  )
  say('Copy the folder to a safe place that is not this host: no backup of the database contains it.')
  say(`For .env: AUTOTELE_BACKUP_RECIPIENTS=${result.recipient}`)
  return result
}

const fileOf = (env: Environment, name: string): string =>
  env[`${name}_FILE`]?.trim() ?? fail(`${name}_FILE is not set: only a secret in a file can be rotated`)

type Step = 'begin' | 'switch' | 'finish'
type Rotation = Partial<Record<Step, (invocation: Invocation) => Promise<string>>>

const RESTART = 'Now deploy/rolling-restart.sh, then'
const OLD_KEY = '.old'

/** What each step does, and what it says comes next. */
const ROTATIONS: Readonly<Record<string, Rotation>> = {
  'api-key': {
    async begin({ env }) {
      const file = fileOf(env, 'AUTOTELE_BTCPAY_API_KEY')
      const { btcpay, publicUrl } = loadConfig(env)
      if (!btcpay) return fail('AUTOTELE_BTCPAY_URL, _API_KEY and _STORE_ID are not set')
      const apiKey = env['AUTOTELE_BTCPAY_NEW_API_KEY'] ?? (await ask('New API key: '))
      if (apiKey === '' || apiKey === btcpay.apiKey)
        return fail('AUTOTELE_BTCPAY_NEW_API_KEY is not a new key')
      const checks = await checkBtcpay({ config: { ...btcpay, apiKey }, publicUrl })
      const wrong = checks.filter(check => check.result === 'failed')
      if (wrong.length > 0) throw new ConfigError(wrong.map(({ name, found }) => `${name}: ${found}`))
      await replaceSecret(`${file}${OLD_KEY}`, btcpay.apiKey)
      await replaceSecret(file, apiKey)
      return `The new key does what it must. ${RESTART}: rotate api-key finish`
    },
    async finish({ env }) {
      const file = fileOf(env, 'AUTOTELE_BTCPAY_API_KEY')
      const { btcpay } = loadConfig(env)
      const old = await readFile(`${file}${OLD_KEY}`, 'utf8').catch(() => undefined)
      if (!btcpay || old === undefined) throw new OutOfTurnError('no rotation is under way: begin one')
      // Greenfield: a key may revoke itself, whatever else it may.
      const response = await fetch(`${btcpay.url}/api/v1/api-keys/current`, {
        method: 'DELETE',
        headers: { authorization: `token ${old.trim()}` },
        redirect: 'error',
      })
      // 401: it was revoked before.
      if (!response.ok && response.status !== 401) {
        return fail(`BTCPay answered ${String(response.status)}: revoke the old key under Account, API keys`)
      }
      await rm(`${file}${OLD_KEY}`)
      return 'The old key is revoked.'
    },
  },
  'webhook-secret': {
    async begin({ env }) {
      const file = fileOf(env, 'AUTOTELE_BTCPAY_WEBHOOK_SECRET')
      await pairs.begin(file, () => randomBytes(32).toString('hex'), 'first')
      return `${RESTART}: rotate webhook-secret switch`
    },
    async switch(invocation) {
      const { webhookSecrets = [] } = loadConfig(invocation.env)
      if (webhookSecrets.length !== 2) throw new OutOfTurnError('no rotation is under way: begin one')
      await btcpaySetupWebhook(invocation)
      return 'BTCPay signs with the new secret. In 90 minutes, when its last retry is over: rotate webhook-secret finish'
    },
    async finish({ env }) {
      await pairs.finish(fileOf(env, 'AUTOTELE_BTCPAY_WEBHOOK_SECRET'))
      return 'Now deploy/rolling-restart.sh.'
    },
  },
  'database-password': {
    async begin({ env }) {
      await changeDatabasePassword(fileOf(env, 'DATABASE_URL'))
      return 'Done: the servers read it for every new connection. Nothing is to be restarted.'
    },
  },
  'encryption-key': {
    async begin({ env }) {
      const file = fileOf(env, 'AUTOTELE_KEY_ENCRYPTION_KEY')
      await pairs.begin(file, () => randomBytes(32).toString('base64'), 'last')
      return `${RESTART}: rotate encryption-key switch`
    },
    async switch({ env }) {
      await pairs.switch(fileOf(env, 'AUTOTELE_KEY_ENCRYPTION_KEY'))
      return `${RESTART}: rotate encryption-key finish`
    },
    async finish({ env }) {
      const file = fileOf(env, 'AUTOTELE_KEY_ENCRYPTION_KEY')
      const [first, ...others] = loadConfig(env).keyEncryptionKeys ?? []
      if (!first || others.length === 0) throw new OutOfTurnError('no rotation is under way: begin one')
      const count = await withDatabase(env, db => reseal(db, [first, ...others]))
      await pairs.finish(file)
      return `${String(count)} rows sealed again under the new key. Now deploy/rolling-restart.sh. Backups made before need the old key: keep it with them.`
    },
  },
}

/** `rotate <secret> <step>`. */
export async function rotate(invocation: Invocation): Promise<unknown> {
  const [secret = '', step = 'begin'] = invocation.words
  const rotation = ROTATIONS[secret]
  if (!rotation) return fail(`rotate ${Object.keys(ROTATIONS).join('|')} [begin|switch|finish]`)
  const work = step === 'begin' || step === 'switch' || step === 'finish' ? rotation[step] : undefined
  if (!work) return fail(`rotate ${secret} has the steps ${Object.keys(rotation).join(', ')}`)
  try {
    const next = await work(invocation)
    invocation.say(next)
    return { secret, step, next }
  } catch (error) {
    if (error instanceof OutOfTurnError) return fail(error.message)
    throw error
  }
}
