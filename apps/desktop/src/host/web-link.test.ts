import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fakeTime, tempFolder } from '../core/testing/index.ts'
import { announceHost, linkFromOutside, newRun, outsideLinks } from './web-link.ts'
import { webSecret } from './web-session.ts'

async function running() {
  const folder = tempFolder()
  const time = fakeTime()
  const secret = await webSecret(folder)
  const run = newRun()
  const end = await announceHost(folder, { port: 7412, run })
  const token = async () => new URL((await linkFromOutside(folder, time.clock))!).searchParams.get('token')!
  return { folder, time, secret, end, token, links: outsideLinks(secret, run, time.clock) }
}

test('whoever may read the data folder gets a link that works once', async () => {
  const { links, token, folder } = await running()
  const [one, other] = [await token(), await token()]
  expect([links.take(one), links.take(one), links.take(other)]).toEqual([true, false, true])
  const { mode } = statSync(join(folder, 'config', '.web-host.json'))
  if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600)
})

test('a link ends after ten minutes, and with the run of the host it was made for', async () => {
  const { links, token, time, secret } = await running()
  const first = await token()
  expect(outsideLinks(secret, newRun(), time.clock).take(first)).toBe(false)
  await time.advance(600_000)
  expect(links.take(first)).toBe(false)
})

test('a used link stays used when the clock is set back', async () => {
  const { links, token, time } = await running()
  const used = await token()
  expect(links.take(used)).toBe(true)
  await time.advance(700_000)
  expect(links.take(await token())).toBe(true)
  time.setWall(time.clock.now() - 3_600_000)
  expect(links.take(used)).toBe(false)
})

test('a host that ends takes back its own announcement, not that of another one over the same folder', async () => {
  const { folder, time, end } = await running()
  const endOther = await announceHost(folder, { port: 7413, run: newRun() })
  await end()
  expect(await linkFromOutside(folder, time.clock)).toContain(':7413/')
  await endOther()
  expect(await linkFromOutside(folder, time.clock)).toBeNull()
})

test('an altered or foreign token is refused', async () => {
  const { links, token, time } = await running()
  const [expiry, nonce, mac] = (await token()).split('.') as [string, string, string]
  for (const forged of [
    '',
    '..',
    `${Number(expiry) + 1}.${nonce}.${mac}`,
    `${expiry}.x.${mac}`,
    `${expiry}.${nonce}.`,
  ]) {
    expect(links.take(forged)).toBe(false)
  }
  const foreign = await running()
  expect(outsideLinks(foreign.secret, 'x', time.clock).take(`${expiry}.${nonce}.${mac}`)).toBe(false)
})

test('where no host runs there is no link', async () => {
  const { folder, time, end } = await running()
  await end()
  expect(await linkFromOutside(folder, time.clock)).toBeNull()
})
