import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { memoryLog, tempFolder } from '../core/testing/index.ts'
import { noKeyring } from '../host/supervisor.ts'
import { createCoreProcess } from './core-process.ts'
import { createLinks } from './security.ts'
import { app, shell, utilityProcess } from './testing/electron.ts'

function started() {
  const core = createCoreProcess({
    dataFolder: tempFolder(),
    keyring: noKeyring,
    links: createLinks(),
    log: memoryLog().log,
    onTrouble: () => undefined,
    onCrash: () => undefined,
  })
  core.start()
  return core
}

/** Processes take their time on a busy machine; polled without spinning. */
const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 })

test('on a developer’s machine another core may run, in a Node process, with arguments of its own', async () => {
  app.isPackaged = false
  vi.stubEnv('AUTOTELE_CORE_ENTRY', join(import.meta.dirname, '../host/testing/stub-core-process.ts'))
  vi.stubEnv('AUTOTELE_CORE_ARGS', '{"sandbox":true}')
  vi.stubEnv('AUTOTELE_NODE', process.execPath)
  const core = started()
  onTestFinished(() => core.stop())
  expect(await core.call('app.state', {})).toMatchObject({
    ok: true,
    data: { init: { hosted: 'electron', version: '1.2.3', args: { sandbox: true } } },
  })
  expect(utilityProcess.forked).toEqual([])
  // What the core itself asks to open has been handed out by that.
  expect(await core.call('license.buy', 'https://pay.example.org/i/1')).toEqual({ ok: true, data: true })
  expect(await core.call('license.buy', 'file:///etc/passwd')).toEqual({ ok: true, data: false })
  expect(shell.opened).toEqual(['https://pay.example.org/i/1'])
})

test('a utility process that dies is started again', async () => {
  app.isPackaged = true
  const core = started()
  const first = utilityProcess.forked.at(-1)
  first?.emit('exit', 1)
  await eventually(() => {
    expect(utilityProcess.forked.at(-1)).not.toBe(first)
  })
  const stopped = core.stop()
  utilityProcess.forked.at(-1)?.emit('exit', 0)
  await stopped
})
