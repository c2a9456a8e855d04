// The least that could be done for a refresh: bare node:http, the same signatures checked and made with node:crypto, the
// same rows read and written with pg in prepared statements.
import {
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
} from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 })
const keyset = process.env['KEYSET'] ?? ''
const pair = generateKeyPairSync('ed25519')
const kid = createHash('sha256').update('key').digest('base64url')
const secret = 'nonce'
const nonceOf = (bucket: number) =>
  `${String(bucket)}.${createHmac('sha256', secret).update(String(bucket)).digest('base64url')}`
const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid, typ: 'license+jwt' })).toString('base64url')
const parse = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>

type Device = {
  license_id: string
  trial_end: Date
  paid_through: Date | null
  seats: number
  seated: boolean
}

async function refresh(proof: string, body: Buffer, url: string): Promise<object | undefined> {
  const [head = '', payload = '', signature = ''] = proof.split('.')
  const { jwk } = parse(head) as { jwk: { x: string; crv: string; kty: string } }
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  if (!verify(null, Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url')))
    return undefined
  const { htm, htu, bh, nonce, jti } = parse(payload)
  if (htm !== 'POST' || htu !== url || bh !== createHash('sha256').update(body).digest('base64url'))
    return undefined
  const now = Math.floor(Date.now() / 1000)
  const bucket = Math.floor(now / 300)
  if (nonce !== nonceOf(bucket) && nonce !== nonceOf(bucket - 1)) return undefined
  const canonical = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x })
  const id = createHash('sha256').update(canonical).digest('base64url')
  const used = await pool.query({
    name: 'used',
    text: 'INSERT INTO used_proofs (device_id, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    values: [id, jti, new Date((bucket + 2) * 300_000)],
  })
  if (used.rowCount !== 1) return undefined
  const { seq, appVersion } = JSON.parse(body.toString()) as { seq: number; appVersion: string }
  const found = await pool.query<Device>({
    name: 'device',
    text: `SELECT d.license_id, l.trial_end, l.paid_through, l.seats,
        EXISTS (SELECT 1 FROM seats WHERE device_id = d.id AND released_at IS NULL) AS seated
      FROM devices d JOIN licenses l ON l.id = d.license_id WHERE d.id = $1`,
    values: [id],
  })
  const [device] = found.rows
  if (!device?.seated) return undefined
  const exp = Math.min(now + 72 * 3600, device.trial_end.getTime() / 1000)
  const token = randomUUID()
  const issued = await pool.query<{ seq: number }>({
    name: 'issue',
    text: `WITH device AS (
        UPDATE devices SET app_version = $2, last_seen_at = $3, seq = GREATEST(seq, $4::int) + 1 WHERE id = $1
        AND NOT EXISTS (SELECT 1 FROM signing_keys WHERE kid = $5 AND state = 'revoked') RETURNING seq)
      INSERT INTO issuances (jti, license_id, device_id, seq, kid, issued_at, expires_at)
      SELECT $6, $7, $1, seq, $5, $8, $9 FROM device RETURNING seq`,
    values: [
      ...[id, appVersion, new Date(), seq, kid, token, device.license_id],
      ...[new Date(now * 1000), new Date(exp * 1000)],
    ],
  })
  const claims = {
    ...{ iss: url, aud: 'autotele-desktop', sub: device.license_id, jti: token, iat: now, nbf: now, exp },
    ...{ ver: 1, env: 'test', ent: ['core'], cnf: { jkt: id }, rfa: now + 86_400 },
    ...{ seq: issued.rows[0]?.seq, kset: 1 },
    lic: {
      ...{ plan: 'trial', status: 'trialing', paid_through: null },
      ...{ grace_until: null, trial_end: exp, seats: device.seats },
    },
  }
  const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
  const signed = `${input}.${sign(null, Buffer.from(input), pair.privateKey).toString('base64url')}`
  return {
    result: 'granted',
    token: signed,
    licenseId: claims.sub,
    keyset,
    serverTime: new Date().toISOString(),
  }
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const answer = (status: number, body: object) => {
      const nonce = nonceOf(Math.floor(Date.now() / 300_000))
      response.writeHead(status, { 'content-type': 'application/json', 'device-nonce': nonce })
      response.end(JSON.stringify(body))
    }
    refresh(
      String(request.headers['device-proof']),
      Buffer.concat(chunks),
      `http://${String(request.headers.host)}${String(request.url)}`,
    ).then(
      body => (body ? answer(200, body) : answer(401, { code: 'USE_NONCE' })),
      () => answer(503, {}),
    )
  })
})
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)
})
