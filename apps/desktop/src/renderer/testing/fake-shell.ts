import type { Handlers, MethodName, ShellView } from '../../contract/index.ts'

type ShellHandlers = Pick<Handlers, Extract<MethodName, `shell.${string}`>>

const firstView: ShellView = {
  settings: {
    closeToTray: true,
    notices: { failed: true, account: true, wait: true, license: true, finished: false },
    quietHours: { enabled: false, from: '22:00', to: '07:00' },
  },
  autostart: false,
  tray: true,
  notices: 'system',
  keyring: { backend: 'gnome_libsecret', changedFrom: null },
  portable: false,
  picksFolders: true,
  update: { state: 'idle', checkedAt: null },
  link: false,
  crashedAt: null,
}

/** The shell of a desktop with everything to be had; its settings are kept in memory. */
export function fakeShell(emit: (name: 'shell.changed', view: ShellView) => void): ShellHandlers {
  let view = firstView
  const set = (change: Partial<ShellView>): ShellView => {
    view = { ...view, ...change }
    emit('shell.changed', view)
    return view
  }
  return {
    'shell.get': () => view,
    'shell.update': ({ closeToTray, autostart, notices, quietHours }) => {
      const { settings } = view
      return set({
        autostart: autostart ?? view.autostart,
        settings: {
          closeToTray: closeToTray ?? settings.closeToTray,
          notices: { ...settings.notices, ...(notices as Partial<typeof settings.notices>) },
          quietHours: quietHours ?? settings.quietHours,
        },
      })
    },
    'shell.takeLink': () => ({ link: null }),
    'shell.crashReport': () => null,
    'shell.forgetCrash': () => ({}),
    'shell.checkUpdate': () => view.update,
    'shell.downloadUpdate': () => view.update,
    'shell.installUpdate': () => view.update,
    'shell.skipUpdate': () => view.update,
    'shell.pickFolder': () => ({ path: '/home/camille/AutoTele' }),
  }
}
