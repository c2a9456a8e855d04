import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

// What the older program and its library write, made here byte for byte.

export type TelethonSession = {
  readonly dcId?: number
  readonly host?: string
  readonly port?: number
  readonly key: Uint8Array
}

/** telethon/sessions/string.py: `struct.pack('>B4sH256s')` in base64url, after the version. */
export function telethonString({
  dcId = 2,
  host = '149.154.167.51',
  port = 443,
  key,
}: TelethonSession): string {
  const address = host.includes(':')
    ? Buffer.from(host.split(':').flatMap(group => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]))
    : Buffer.from(host.split('.').map(Number))
  const head = Buffer.alloc(1)
  head.writeUInt8(dcId)
  const tail = Buffer.alloc(2)
  tail.writeUInt16BE(port)
  const text = Buffer.concat([head, address, tail, key]).toString('base64url')
  return `1${text.padEnd(Math.ceil(text.length / 4) * 4, '=')}`
}

/** telethon/sessions/sqlite.py, version 7, with some people in it as there always are. `extra`: more SQL. */
export function telethonFile(
  { dcId = 2, host = '149.154.167.51', port = 443, key }: TelethonSession,
  { version = 7, extra = '' }: { version?: number; extra?: string } = {},
): Uint8Array {
  const database = new DatabaseSync(':memory:')
  database.exec(`
CREATE TABLE version (version integer primary key);
CREATE TABLE sessions (dc_id integer primary key, server_address text, port integer, auth_key blob, takeout_id integer);
CREATE TABLE entities (id integer primary key, hash integer not null, username text, phone integer, name text, date integer);
CREATE TABLE sent_files (md5_digest blob, file_size integer, type integer, id integer, hash integer,
  primary key(md5_digest, file_size, type));
CREATE TABLE update_state (id integer primary key, pts integer, qts integer, date integer, seq integer);
INSERT INTO entities VALUES (-1001234567890, 1234567890123456789, NULL, NULL, 'Le jardin', 1760000000)`)
  database.prepare('INSERT INTO version VALUES (?)').run(version)
  database.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, NULL)').run(dcId, host, port, key)
  if (extra !== '') database.exec(extra)
  const bytes = database.serialize()
  database.close()
  return Uint8Array.from(bytes)
}

/** The older program's `SessionEncryptor`: Fernet with a key of PBKDF2 over the machine's UUID. */
export function lockedByOldProgram(contents: Uint8Array, machineId: string, salt: Uint8Array): Uint8Array {
  const key = pbkdf2Sync(machineId, salt, 100_000, 32, 'sha256')
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv)
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(1_760_000_000n)
  const signed = Buffer.concat([Buffer.from([0x80]), time, iv, cipher.update(contents), cipher.final()])
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest()
  const text = Buffer.concat([signed, mac]).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
  return new TextEncoder().encode(text)
}
