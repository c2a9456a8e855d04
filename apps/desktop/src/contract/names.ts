// What the preload exposes: names only, so that the sandboxed preload carries no validation library.
// `index.test.ts` holds these lists equal to the contract.

export const METHOD_NAMES = [
  'app.state',
  'vault.create',
  'vault.unlock',
  'vault.lock',
  'settings.get',
  'settings.update',
  'accounts.list',
  'accounts.signIn',
  'accounts.submitCode',
  'accounts.submitPassword',
  'accounts.resendCode',
  'accounts.cancelSignIn',
  'accounts.reconnect',
  'accounts.remove',
  'targets.list',
  'plans.preview',
  'plans.confirm',
  'plans.saveDraft',
  'plans.loadDraft',
  'deliveries.list',
  'deliveries.cancel',
  'deliveries.retry',
  'deliveries.reconcile',
  'deliveries.progress',
  'deliveries.pause',
  'license.get',
  'license.startTrial',
  'license.buy',
  'license.activate',
  'license.freeSeat',
  'license.refresh',
] as const
export type MethodName = (typeof METHOD_NAMES)[number]

export const EVENT_NAMES = [
  'app.changed',
  'settings.changed',
  'accounts.changed',
  'targets.changed',
  'deliveries.changed',
  'deliveries.progressed',
  'license.changed',
] as const
export type EventName = (typeof EVENT_NAMES)[number]
