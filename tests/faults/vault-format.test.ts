import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gcm } from '@noble/ciphers/aes.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { afterAll, expect, test } from 'vitest'
import { fillProfile, profileIn } from '../../apps/desktop/src/core/testing/profile.ts'

// A second implementation of docs/vault-format.md: nothing of the product's cryptography, nor of Node's, is used to read
// what the product wrote.

const PASSPHRASE = 'un bateau traverse la nuit é'
const OF_BACKUP = 'sept chats sur le toit rouge'
const folder = mkdtempSync(join(tmpdir(), 'autotele-format-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Slot = { type: string; rounds: number; salt: string; wrapped: string }
type VaultFile = { id: string; salt: string; slots: Slot[]; check: string }

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const base64 = (encoded: string): Uint8Array => Uint8Array.from(atob(encoded), char => char.charCodeAt(0))

const uint32 = (bytes: Uint8Array, at = 0): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at)

function associated(...texts: string[]): Uint8Array {
  const parts = texts.flatMap(item => {
    const length = new Uint8Array(4)
    new DataView(length.buffer).setUint32(0, utf8(item).length)
    return [...length, ...utf8(item)]
  })
  return Uint8Array.from(parts)
}

function openEnvelope(key: Uint8Array, envelope: Uint8Array, data: Uint8Array): Uint8Array {
  expect(envelope[0]).toBe(1)
  return gcm(key, envelope.subarray(1, 13), data).decrypt(envelope.subarray(13))
}

async function vaultKeyOf({ id, slots }: VaultFile, passphrase: string): Promise<Uint8Array> {
  const slot = slots.find(({ type }) => type === 'passphrase')!
  const key = await pbkdf2Async(sha256, utf8(passphrase.normalize('NFKC')), base64(slot.salt), {
    c: slot.rounds,
    dkLen: 32,
  })
  return openEnvelope(key, base64(slot.wrapped), associated(id, 'keyslot', 'passphrase', String(slot.rounds)))
}

/** Opens records of one vault. */
const reader =
  ({ id: vaultId, salt }: VaultFile, vaultKey: Uint8Array) =>
  (kind: string, id: string, sealed: Uint8Array) =>
    openEnvelope(
      hkdf(sha256, vaultKey, base64(salt), utf8(`autotele/record/1/${kind}`), 32),
      sealed,
      associated(vaultId, kind, id, '1'),
    )

/** Everything that `fillProfile` sealed, read from a database and a way to its sessions. */
function readAll(path: string, session: (name: string) => Uint8Array, open: ReturnType<typeof reader>): void {
  const database = new DatabaseSync(path, { readOnly: true })
  const sealed = (sql: string) => database.prepare(sql).get()!['sealed'] as Uint8Array
  const json = (kind: string, id: string, sql: string): unknown =>
    JSON.parse(text(open(kind, id, sealed(sql))))
  expect(json('account', 'a1', `SELECT sealed FROM account WHERE id = 'a1'`)).toMatchObject({ name: 'a1' })
  expect(json('chat', 'a1/-1001', 'SELECT sealed FROM chat')).toEqual({ title: 'Quartier des Lilas' })
  expect(json('draft', 'composer', 'SELECT sealed FROM sealed_record')).toEqual({ text: 'Bonjour' })
  expect(json('series', 's1', 'SELECT sealed FROM series')).toEqual({})
  expect(text(open('plan', 'p1', sealed('SELECT sealed FROM plan')))).toBe('words')
  expect(text(open('session', 'a2', session('a2.session')))).toBe('{"key":"secret"}')
  database.close()
}

async function written(backup: string): Promise<void> {
  const running = await profileIn(join(folder, 'data'))
  await running.call('vault.create', { passphrase: PASSPHRASE })
  fillProfile(running)
  await running.call('backup.create', { passphrase: OF_BACKUP, path: backup })
  await running.close()
}

test('another library, written from the document, opens a vault and a backup', async () => {
  const backup = join(folder, 'mine.autotele-backup')
  await written(backup)

  const data = join(folder, 'data')
  const vault = JSON.parse(readFileSync(join(data, 'config', 'vault.json'), 'utf8')) as VaultFile
  const open = reader(vault, await vaultKeyOf(vault, PASSPHRASE))
  expect(open('vault-check', 'vault-check', base64(vault.check))).toEqual(new Uint8Array())
  expect(Uint8Array.from(readFileSync(join(data, 'config', '.salt')))).toEqual(base64(vault.salt))
  readAll(join(data, 'autotele.db'), name => readFileSync(join(data, 'sessions', name)), open)

  const bytes = Uint8Array.from(readFileSync(backup))
  expect(text(bytes.subarray(0, 16))).toBe('AutoTele backup\n')
  const start = 20 + uint32(bytes, 16)
  const header = JSON.parse(text(bytes.subarray(20, start))) as { salt: string; vault: VaultFile }
  const vaultKey = await vaultKeyOf(header.vault, OF_BACKUP)
  const key = hkdf(sha256, vaultKey, base64(header.salt), utf8('autotele/backup/1'), 32)
  const prefix = sha256(bytes.subarray(0, start))
  const pieces: Uint8Array[] = []
  for (let at = start, index = 0; at < bytes.length; at += 65_552, index++) {
    const nonce = new Uint8Array(12)
    nonce[0] = at + 65_552 >= bytes.length ? 1 : 0
    new DataView(nonce.buffer).setBigUint64(4, BigInt(index))
    pieces.push(gcm(key, nonce, prefix).decrypt(bytes.subarray(at, at + 65_552)))
  }
  const contents = Uint8Array.from(pieces.flatMap(piece => [...piece]))
  const list = JSON.parse(text(contents.subarray(4, 4 + uint32(contents)))) as {
    files: { path: string; bytes: number }[]
  }
  const files = new Map<string, Uint8Array>()
  let at = 4 + uint32(contents)
  for (const file of list.files) {
    files.set(file.path, contents.subarray(at, at + file.bytes))
    at += file.bytes
  }
  expect(at).toBe(contents.length)
  expect([...files.keys()].sort()).toEqual(
    ['autotele.db', 'config/app_config.json', 'sessions/a1.session', 'sessions/a2.session'].sort(),
  )
  writeFileSync(join(folder, 'restored.db'), files.get('autotele.db')!)
  readAll(join(folder, 'restored.db'), name => files.get(`sessions/${name}`)!, reader(header.vault, vaultKey))
  expect(readdirSync(join(data, 'temp'))).toEqual([])
})
