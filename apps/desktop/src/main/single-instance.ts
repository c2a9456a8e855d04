import { app } from 'electron'

/** False when the application already runs over the same data: the caller then leaves, and the other one shows itself. */
export function claimSingleInstance(onSecondStart: () => void): boolean {
  if (!app.requestSingleInstanceLock()) return false
  app.on('second-instance', onSecondStart)
  return true
}
