import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Envelope, EventMessage, Notice, ShellView } from '../../contract/index.ts'
import { fakeTime, memoryLog, settle, tempFolder } from '../../core/testing/index.ts'
import { openLog } from '../log-file.ts'
import { openCrashStore } from './crash-store.ts'
import { createShell, type ShellSurroundings } from './service.ts'
import { openShellSettings } from './settings.ts'

function started({ folder = tempFolder(), ...over }: { folder?: string } & Partial<ShellSurroundings> = {}) {
  const time = fakeTime()
  const { log } = memoryLog()
  const listeners = new Set<(message: EventMessage) => void>()
  const emitted: string[] = []
  const notified: Notice[] = []
  const core = {
    call: (name: string): Promise<Envelope<unknown>> =>
      Promise.resolve({
        ok: true,
        data: name === 'settings.get' ? { language: 'fr', timeZone: 'Europe/Paris' } : name,
      }),
    subscribe: (listener: (message: EventMessage) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onConnection: (listener: (connected: boolean) => void) => {
      listener(true)
      return () => undefined
    },
    emit: (name: string) => void emitted.push(name),
  }
  const shell = createShell({
    core: core as never,
    settings: openShellSettings(folder, log),
    crashes: openCrashStore({ dataFolder: folder, version: '1', clock: time.clock, runtime: 'test' }),
    here: {
      autostart: null,
      tray: () => true,
      notices: 'system',
      keyring: () => ({ backend: 'dpapi', changedFrom: null }),
      portable: false,
      pickFolder: null,
      updates: null,
      quitAnd: () => undefined,
      notify: notice => void notified.push(notice),
      ...over,
    },
    clock: time.clock,
    timers: time.timers,
    log,
  })
  const data = async (name: string, input: unknown = {}): Promise<unknown> => {
    const answer = await shell.call(name, input)
    return answer.ok ? answer.data : answer.error.code
  }
  const happens = (name: string, payload: unknown): void => {
    for (const listener of listeners) listener({ name, revision: 1, payload } as EventMessage)
  }
  return { shell, data, happens, emitted, notified, time, folder }
}

test('a folder is asked for where the system has a dialog, and nowhere else', async () => {
  const { data } = started({ pickFolder: () => Promise.resolve('/home/a/AutoTele') })
  expect(await data('shell.get')).toMatchObject({ picksFolders: true })
  expect(await data('shell.pickFolder')).toEqual({ path: '/home/a/AutoTele' })
  expect(await started().data('shell.pickFolder')).toBe('shell/not-here')
})

test('its own methods are answered here, all others by the core', async () => {
  const { data } = started()
  expect(await data('app.state')).toBe('app.state')
  expect(await data('shell.get')).toMatchObject({ tray: true, update: { state: 'off' }, crashedAt: null })
  expect(await data('shell.constructor')).toBe('call/unknown-method')
  expect(await data('shell.get', { evil: 1 })).toBe('call/invalid-input')
  expect(await data('shell.downloadUpdate')).toBe('shell/not-here')
})

test('a setting is kept for the next start, the others stay as they were', async () => {
  const { data, folder, emitted } = started()
  await data('shell.update', { closeToTray: false, notices: { finished: true } })
  expect(emitted).toEqual(['shell.changed'])
  const { settings } = (await started({ folder }).data('shell.get')) as ShellView
  expect(settings.closeToTray).toBe(false)
  expect(settings.notices).toEqual({ failed: true, account: true, wait: true, license: true, finished: true })
})

test('a damaged file counts as the first start, member by member', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'config'))
  writeFileSync(join(folder, 'config', 'shell.json'), '{"closeToTray":false,"quietHours":7}')
  const { settings } = (await started({ folder }).data('shell.get')) as ShellView
  expect(settings).toMatchObject({ closeToTray: false, quietHours: { enabled: false } })
  writeFileSync(join(folder, 'config', 'shell.json'), '{')
  expect(await started({ folder }).data('shell.get')).toMatchObject({ settings: { closeToTray: true } })
})

test('autostart is the system’s to keep, and refused where there is none', async () => {
  const kept = { on: false }
  const autostart = { get: () => kept.on, set: (on: boolean) => void (kept.on = on) }
  expect(await started({ autostart }).data('shell.update', { autostart: true })).toMatchObject({
    autostart: true,
  })
  expect(await started().data('shell.update', { autostart: true })).toBe('shell/not-here')
})

test('a link waits until it is taken, once', async () => {
  const { shell, data, emitted } = started()
  shell.offerLink({ kind: 'compose', text: 'first' })
  shell.offerLink({ kind: 'page', page: 'license' })
  expect(emitted).toEqual(['shell.changed', 'shell.changed'])
  expect(await data('shell.get')).toMatchObject({ link: true })
  expect(await data('shell.takeLink')).toEqual({ link: { kind: 'page', page: 'license' } })
  expect(await data('shell.takeLink')).toEqual({ link: null })
})

test('a notice is shown in the person’s language, and held in quiet hours of their zone', async () => {
  const { data, happens, notified } = started()
  await settle()
  const progress = (failed: number, total: number) =>
    happens('deliveries.progressed', { accountId: 'a', done: 0, failed, total, waiting: null })
  progress(1, 1)
  expect(notified.map(({ title }) => title)).toEqual(['Un message n’a pas pu être programmé'])
  // It is 10:00 in Paris.
  await data('shell.update', { quietHours: { enabled: true, from: '09:30', to: '11:00' } })
  progress(0, 1)
  progress(1, 1)
  expect(notified).toHaveLength(1)
})

test('the report of a crash has the version and the log, no secret, and is forgotten when asked', async () => {
  const { data, folder, time } = started()
  const log = openLog({ dataFolder: folder, source: 'main', level: undefined, clock: time.clock })
  log('error', 'core.ended', { failures: 1 })
  const crashes = openCrashStore({
    dataFolder: folder,
    version: '1.2.3',
    clock: time.clock,
    runtime: 'Electron 45',
  })
  crashes.note('core-hung', 'Bearer abcdef from +33 6 12 34 56 78')
  expect(await data('shell.get')).toMatchObject({ crashedAt: '2027-01-04T09:00:00.000Z' })
  const { text } = (await data('shell.crashReport')) as { text: string }
  expect(text).toMatch(/AutoTele 1\.2\.3 · Electron 45[^]*core-hung[^]*core\.ended/)
  expect(text).not.toMatch(/abcdef|12 34/)
  expect(readFileSync(join(folder, 'config', 'crash.json'), 'utf8')).not.toContain('abcdef')
  await data('shell.forgetCrash')
  expect(await data('shell.crashReport')).toBeNull()
})
