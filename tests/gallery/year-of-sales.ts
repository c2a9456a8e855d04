import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'

/** Writes a year of sales into a local product's database, so that lists and plots have something to show. */
export async function sellForAYear(licenseServerFolder: string): Promise<void> {
  const folder = join(licenseServerFolder, 'postgres')
  const port = (await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n')[3] ?? ''
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim()
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port: Number(port), user: 'postgres', password },
    database: 'autotele_license',
  })
  await client.connect()
  try {
    await client.query(SALES)
  } finally {
    await client.end()
  }
}

// Customer n begins a trial on a day of the last year; two of three pay, every third of those twice, every ninth late.
const SALES = `
WITH customer AS (
  SELECT n, now() - (n * 53 % 360) * interval '1 day' AS began, 'lic_' || lpad(n::text, 26, '0') AS license,
    rpad('device' || n, 43, 'A') AS device, (ARRAY['windows', 'macos', 'linux'])[1 + n % 3] AS platform,
    '1.' || (n % 4) || '.0' AS version, n % 3 <> 0 AS pays
  FROM generate_series(1, 140) AS n
), license AS (
  INSERT INTO licenses (id, created_at, trial_end, paid_through, seats, hold, key_hash, key_tail)
  SELECT license, began, began + interval '7 days', CASE WHEN pays THEN began + interval '37 days' END, 2,
    CASE WHEN n % 50 = 0 THEN 'suspended' ELSE 'none' END, 'gallery' || n, upper(lpad(to_hex(n * 7919 % 65536), 4, '0'))
  FROM customer
), device AS (
  INSERT INTO devices (id, license_id, label, platform, app_version, created_at, last_seen_at)
  SELECT device, license, 'PC ' || n, platform, version, began, least(now(), began + interval '60 days') FROM customer
), seat AS (
  INSERT INTO seats (license_id, device_id, slot, taken_at) SELECT license, device, 1, began FROM customer
), checkout AS (
  INSERT INTO checkouts (id, device_id, license_id, plan, amount, currency, email, claim_hash, sealed_key, key_hash, key_tail,
    created_at, invoice_id, checkout_url, expires_at, state, status, additional_status, paid_amount)
  SELECT 'chk_' || n, device, license, 'monthly', '29.99', 'EUR', 'client' || n || '@example.com', '', '', 'gallery' || n,
    'ABCD', began + interval '6 days', 'gallery' || n, '', began + interval '6 days 1 hour', 'settled', 'Settled', 'None', '29.99'
  FROM customer WHERE pays
)
INSERT INTO ledger (license_id, invoice_id, revision, kind, paid_at, flags, recorded_at)
SELECT license, 'gallery' || n, 0, 'grant', began + interval '6 days',
  CASE WHEN n % 9 = 1 THEN ARRAY['late'] ELSE ARRAY[]::text[] END, began + interval '6 days' FROM customer WHERE pays`
