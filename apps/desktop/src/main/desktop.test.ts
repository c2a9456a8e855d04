import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Envelope, EventMessage } from '../contract/index.ts'
import { fakeTime, settle, tempFolder } from '../core/testing/index.ts'
import { createAutostart, startsHidden } from './autostart.ts'
import { createNotifier } from './notifications.ts'
import { findDependants, mayQuit } from './quit-question.ts'
import { app, dialog, Notification, Tray } from './testing/electron.ts'
import { watchTrayStatus } from './tray-status.ts'
import { installTray, trayTip } from './tray.ts'

const on = (platform: string): void => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform as NodeJS.Platform)
}

beforeEach(() => {
  app.isPackaged = true
  dialog.shown.length = 0
  Tray.opened = []
  Notification.shown = []
})

test('on Linux starting with the session is a file of the session’s, quoted as it wants, gone when it is off', () => {
  on('linux')
  const folder = tempFolder()
  const env = { XDG_CONFIG_HOME: folder, APPIMAGE: '/home/a b/100% "Auto$Tele".AppImage' }
  const autostart = createAutostart({ portable: false, env })!
  const file = join(folder, 'autostart', 'autotele.desktop')
  expect(autostart.get()).toBe(false)
  autostart.set(true)
  expect(autostart.get()).toBe(true)
  expect(readFileSync(file, 'utf8')).toContain(
    'Exec="/home/a b/100%% \\\\"Auto\\\\$Tele\\\\".AppImage" --hidden\n',
  )
  autostart.set(false)
  expect([autostart.get(), existsSync(file)]).toEqual([false, false])
})

test('on Windows it is the system’s login item, hidden', () => {
  on('win32')
  const autostart = createAutostart({ portable: false })!
  autostart.set(true)
  expect([app.loginItem, autostart.get()]).toEqual([{ openAtLogin: true, args: ['--hidden'] }, true])
  expect(startsHidden(['autotele.exe', '--hidden'])).toBe(true)
})

test('a portable program and one that runs from its source do not start with the session', () => {
  expect(createAutostart({ portable: true })).toBeNull()
  app.isPackaged = false
  expect(createAutostart({ portable: false })).toBeNull()
})

test('a click on a notification leads to what it is about', () => {
  const clicked: string[] = []
  const notifier = createNotifier(({ page }) => void clicked.push(page))
  notifier.show({ title: 't', text: 'x', page: 'accounts' })
  expect(Notification.shown[0]?.content).toEqual({ title: 't', body: 'x' })
  Notification.shown[0]?.emit('click')
  expect(clicked).toEqual(['accounts'])
})

async function trayWhere(probe: () => Promise<boolean>) {
  const events: string[] = []
  const tray = installTray({
    probe,
    language: () => 'en',
    connected: () => true,
    status: () => ({ next: { at: '2027-07-15T07:00:00.000Z', timeZone: 'Europe/Paris' }, paused: true }),
    show: () => void events.push('show'),
    pause: paused => void events.push(`pause:${paused}`),
    quit: () => void events.push('quit'),
    onKnown: available => void events.push(`known:${available}`),
  })
  await settle()
  return { tray, events }
}

test('the tray has a menu that opens, pauses, resumes and quits', async () => {
  const { tray, events } = await trayWhere(() => Promise.resolve(true))
  const icon = Tray.opened[0]!
  for (const label of ['Open AutoTele', 'Pause everything', 'Resume everything', 'Quit']) icon.click(label)
  icon.emit('click')
  expect(events).toEqual(['known:true', 'show', 'pause:true', 'pause:false', 'quit', 'show'])
  expect(tray.available()).toBe(true)
})

test('the tray says when the next message goes out, at its own hour, and that everything is paused', async () => {
  await trayWhere(() => Promise.resolve(true))
  expect(Tray.opened[0]?.tip).toBe('AutoTele · paused · next message: Thu, Jul 15, 09:00')
  const none = { next: null, paused: false }
  expect(trayTip(none, 'fr')).toBe('AutoTele')
})

test('what the tray says follows the core: one question for a swarm of events, nothing while the vault is locked', async () => {
  const { clock, timers, advance } = fakeTime()
  const answers: Record<string, unknown> = {}
  const asked: string[] = []
  let hear: (message: EventMessage) => void = () => undefined
  let connect: (connected: boolean) => void = () => undefined
  let changes = 0
  const status = watchTrayStatus({
    core: {
      call: (name: string) => (asked.push(name), answering(answers)(name)),
      subscribe: listener => ((hear = listener), () => undefined),
      onConnection: listener => ((connect = listener), () => undefined),
    },
    timers,
    onChange: () => void changes++,
  })
  connect(true)
  await advance(1000)
  expect([status(), changes]).toEqual([{ next: null, paused: false }, 0])
  const at = new Date(clock.now()).toISOString()
  answers['deliveries.list'] = { items: [{ at, timeZone: 'Europe/Paris' }], next: null, total: 1 }
  answers['deliveries.progress'] = [{ waiting: { reason: 'paused', until: null } }]
  asked.length = 0
  for (let i = 0; i < 20; i++) hear({ name: 'deliveries.changed' } as EventMessage)
  await advance(1000)
  expect(asked).toEqual(['deliveries.list', 'deliveries.progress'])
  expect([status(), changes]).toEqual([{ next: { at, timeZone: 'Europe/Paris' }, paused: true }, 1])
})

test.each([
  ['has none', () => Promise.resolve(false)],
  ['does not say', () => Promise.reject(new Error('no bus'))],
])('a desktop that %s gets no tray, and the window is not hidden in it', async (_name, probe) => {
  const { tray, events } = await trayWhere(probe)
  expect([tray.available(), Tray.opened, events]).toEqual([false, [], ['known:false']])
})

const answering =
  (answers: Record<string, unknown>) =>
  (name: string): Promise<Envelope<unknown>> =>
    Promise.resolve(
      name in answers
        ? { ok: true, data: answers[name] }
        : { ok: false, error: { code: 'vault/locked', retryable: false } },
    )
const NOW = Date.parse('2027-01-04T09:00:00Z')

test('what depends on the program: messages that are only here, series whose reserve ends within a day', async () => {
  const series = [
    { state: 'active', reserveUntil: '2027-01-04T20:00:00Z' },
    { state: 'active', reserveUntil: null },
    { state: 'active', reserveUntil: '2027-02-01T00:00:00Z' },
    { state: 'paused', reserveUntil: null },
  ]
  const call = answering({ 'deliveries.list': { total: 12 }, 'series.list': series })
  expect(await findDependants(call, NOW)).toEqual({ unplaced: 12, series: 2 })
  expect(await findDependants(answering({}), NOW)).toEqual({ unplaced: 0, series: 0 })
})

test('a core that does not answer does not keep the program open', async () => {
  vi.useFakeTimers()
  const dependants = findDependants(() => new Promise(() => undefined), NOW)
  await vi.advanceTimersByTimeAsync(2000)
  expect(await dependants).toEqual({ unplaced: 0, series: 0 })
  vi.useRealTimers()
})

test('the question is asked when something depends on the program, and Enter and Escape stay', async () => {
  dialog.response = 0
  expect(await mayQuit({ unplaced: 0, series: 0 }, 'en', undefined)).toBe(true)
  expect(dialog.shown).toEqual([])
  expect(await mayQuit({ unplaced: 12, series: 1 }, 'en', undefined)).toBe(false)
  expect(dialog.shown[0]).toMatchObject({ buttons: ['Stay', 'Quit'], defaultId: 0, cancelId: 0 })
  expect(JSON.stringify(dialog.shown[0])).toMatch(/12 messages are not in Telegram’s queue yet[^]*1 series/)
  dialog.response = 1
  expect(await mayQuit({ unplaced: 1, series: 0 }, 'fr', undefined)).toBe(true)
  expect(JSON.stringify(dialog.shown[1])).toContain('1 message n’est pas encore')
})
