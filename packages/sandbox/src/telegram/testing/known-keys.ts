import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTelegram } from '../index.ts'
import type { KeyRecord } from '../mtproto/keys.ts'
import { GRAMJS_LAYER } from '../tl/layers.ts'

/** The salt of every key made here. */
export const KNOWN_SALT = 7n

/**
 * Writes a state file of the seeded community in which so many keys are signed in as one account: a client that holds
 * one needs neither key exchange nor sign-in.
 */
export const stateWithKeys = async (
  folder: string,
  phone: string,
  count: number,
): Promise<{ stateFile: string; keys: Buffer[] }> => {
  const stateFile = join(folder, 'telegram.json')
  const sandbox = await startTelegram({ stateFile, log: () => undefined })
  const userId = sandbox.world.account(phone).id
  await sandbox.stop()
  const keys = Array.from({ length: count }, () => randomBytes(256))
  const state = JSON.parse(readFileSync(stateFile, 'utf8')) as { keys: KeyRecord[] }
  state.keys = keys.map(bytes => ({
    bytes: bytes.toString('base64'),
    salt: String(KNOWN_SALT),
    layer: GRAMJS_LAYER,
    userId,
  }))
  writeFileSync(stateFile, JSON.stringify(state))
  return { stateFile, keys }
}
