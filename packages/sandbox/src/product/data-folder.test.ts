import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder, prepareFolder, productFolder, stablePorts, type ProductFolder } from './data-folder.ts'

let folder: ProductFolder

beforeEach(async () => {
  folder = productFolder(await mkdtemp(join(tmpdir(), 'autotele-folder-')))
})

afterEach(async () => {
  await rm(folder.root, { recursive: true, force: true })
})

test('a second start on the same folder is refused until the first has ended', async () => {
  const first = await lockFolder(folder)
  await expect(lockFolder(folder)).rejects.toThrow('already runs')
  await first.release()
  const second = await lockFolder(folder)
  await second.release()
})

test('a fresh start forgets everything but the lock it holds', async () => {
  const lock = await lockFolder(folder)
  await writeFile(join(folder.root, 'telegram.json'), '{}')
  await prepareFolder(folder, false)
  await expect(readFile(join(folder.root, 'telegram.json'), 'utf8')).resolves.toBe('{}')
  await prepareFolder(folder, true)
  await expect(readFile(join(folder.root, 'telegram.json'))).rejects.toThrow('ENOENT')
  await expect(lockFolder(folder)).rejects.toThrow('already runs')
  await lock.release()
})

test('a fresh start in a folder of somebody’s own leaves what is theirs', async () => {
  const letter = join(folder.root, 'letter.txt')
  await writeFile(letter, 'Chère Marie')
  await writeFile(folder.btcpayState, '{}')
  await prepareFolder(folder, true)
  expect(await readdir(folder.root)).toEqual(['letter.txt'])
})

test('ports stay the same from one start to the next', async () => {
  const first = await stablePorts(folder)
  expect(await stablePorts(folder)).toEqual(first)
})

test('a port that somebody else took meanwhile is replaced, the others stay', async () => {
  const first = await stablePorts(folder)
  const intruder = createServer().listen(first.btcpay, '127.0.0.1')
  await new Promise(resolve => intruder.once('listening', resolve))
  const second = await stablePorts(folder)
  intruder.close()
  expect(second.btcpay).not.toBe(first.btcpay)
  expect({ ...second, btcpay: 0 }).toEqual({ ...first, btcpay: 0 })
})

test('a damaged port file is no obstacle', async () => {
  await writeFile(join(folder.root, 'ports.json'), '{ "ui": "x"')
  const ports = await stablePorts(folder)
  expect(new Set(Object.values(ports)).size).toBe(5)
})

test('a port file of an earlier version, without the control page, keeps its ports', async () => {
  const { control, ...older } = await stablePorts(folder)
  await writeFile(join(folder.root, 'ports.json'), JSON.stringify(older))
  expect(await stablePorts(folder)).toMatchObject(older)
  expect(control).toBeGreaterThan(0)
})
